/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-port-row.h"

#include <glib/gi18n.h>

struct _SbPortRow
{
  AdwActionRow parent_instance;

  /* owned */
  SbPortList *ports;
  SbPort     *port;

  /* template */
  GtkWidget *close;
  GtkWidget *copy;
};

G_DEFINE_FINAL_TYPE (SbPortRow, sb_port_row, ADW_TYPE_ACTION_ROW)

static const char *
describe_state (SbPort *port)
{
  SbPortForward *forward = sb_port_get_forward (port);

  if (!sb_port_get_listening (port))
    return _("Nothing listens any more");
  if (forward != NULL)
    return _("Open for your browser only");
  if (sb_port_get_offered (port))
    return _("An agent wants to show you this");

  return _("Not reachable from outside");
}

static void
update (SbPortRow *self)
{
  const char *command = sb_port_get_command (self->port);
  gboolean open = sb_port_get_forward (self->port) != NULL;
  gboolean offered = sb_port_get_offered (self->port);
  g_autofree char *title = NULL;

  if (command[0] != '\0')
    title = g_strdup_printf ("%u · %s", sb_port_get_number (self->port), command);
  else
    title = g_strdup_printf (_("Port %u"), sb_port_get_number (self->port));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), describe_state (self->port));
  gtk_widget_set_visible (self->copy, open);
  gtk_widget_set_visible (self->close, open || offered);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "port.open", open || sb_port_get_listening (self->port));
}

static void
open_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbPortRow *self = SB_PORT_ROW (widget);
  g_autoptr(GError) error = NULL;

  if (!sb_port_list_open (self->ports, sb_port_get_number (self->port), &error))
    gtk_widget_activate_action (widget, "win.toast", "s", error->message);
  else
    gtk_show_uri (GTK_WINDOW (gtk_widget_get_root (widget)),
                  sb_port_forward_get_uri (sb_port_get_forward (self->port)), GDK_CURRENT_TIME);
}

static void
copy_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbPortForward *forward = sb_port_get_forward (SB_PORT_ROW (widget)->port);

  if (forward == NULL)
    return;

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), sb_port_forward_get_uri (forward));
  gtk_widget_activate_action (widget, "win.toast", "s", _("Copied to the clipboard"));
}

static void
close_cb (GtkWidget  *widget,
          const char *action_name,
          GVariant   *parameter)
{
  SbPortRow *self = SB_PORT_ROW (widget);

  sb_port_list_close (self->ports, sb_port_get_number (self->port));
}

static void
sb_port_row_dispose (GObject *object)
{
  SbPortRow *self = SB_PORT_ROW (object);

  if (self->port != NULL)
    g_signal_handlers_disconnect_by_data (self->port, self);
  g_clear_object (&self->port);
  g_clear_object (&self->ports);

  G_OBJECT_CLASS (sb_port_row_parent_class)->dispose (object);
}

static void
sb_port_row_class_init (SbPortRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_port_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-port-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbPortRow, close);
  gtk_widget_class_bind_template_child (widget_class, SbPortRow, copy);
  gtk_widget_class_install_action (widget_class, "port.open", NULL, open_cb);
  gtk_widget_class_install_action (widget_class, "port.copy", NULL, copy_cb);
  gtk_widget_class_install_action (widget_class, "port.close", NULL, close_cb);
}

static void
sb_port_row_init (SbPortRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_port_row_new (SbPortList *ports,
                 SbPort     *port)
{
  SbPortRow *self = g_object_new (SB_TYPE_PORT_ROW, NULL);

  self->ports = g_object_ref (ports);
  self->port = g_object_ref (port);
  g_signal_connect_object (port, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);

  return GTK_WIDGET (self);
}
