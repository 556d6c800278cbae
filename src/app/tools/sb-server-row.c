/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-server-row.h"

#include <glib/gi18n.h>

#include "sb-server-text.h"
#include "sb-text.h"

struct _SbServerRow
{
  GtkWidget parent_instance;

  /* owned */
  SbToolsModel    *model;  /* nullable */
  SbGatewayServer *server; /* nullable */

  /* template */
  GtkWidget *box;
  GtkLabel  *chip;
  GtkSwitch *enabled;
  GtkLabel  *message;
  GtkLabel  *name;
  GtkLabel  *subtitle;

  gboolean syncing;
};

G_DEFINE_FINAL_TYPE (SbServerRow, sb_server_row, GTK_TYPE_WIDGET)

static void
show_state (SbServerRow *self)
{
  const char *classes[] = { "sb-chip", sb_server_text_style (self->server), NULL };
  const char *message = sb_gateway_server_get_message (self->server);
  g_autofree char *clean = message != NULL ? sb_text_clean (message, -1, NULL) : NULL;

  gtk_label_set_text (self->chip, sb_server_text_state (self->server));
  gtk_widget_set_css_classes (GTK_WIDGET (self->chip), classes);
  gtk_label_set_text (self->message, clean != NULL ? clean : "");
  gtk_widget_set_visible (GTK_WIDGET (self->message), clean != NULL);
}

static void
show_switch (SbServerRow *self)
{
  SbCatalogState *state = sb_tools_model_get_state (self->model);

  /* Another gateway runs as long as it is in use. */
  gtk_widget_set_visible (GTK_WIDGET (self->enabled),
                          sb_gateway_get_mode (sb_tools_model_get_gateway (self->model)) == SB_GATEWAY_BUILT_IN);
  self->syncing = TRUE;
  gtk_switch_set_active (self->enabled,
                         sb_catalog_state_get_enabled (state, sb_gateway_server_get_name (self->server)));
  self->syncing = FALSE;
}

static gboolean
enabled_cb (SbServerRow *self,
            gboolean     enabled)
{
  if (!self->syncing && self->server != NULL)
    sb_tools_model_switch_server (self->model, sb_gateway_server_get_name (self->server), enabled);

  return GDK_EVENT_PROPAGATE;
}

static void
sb_server_row_dispose (GObject *object)
{
  SbServerRow *self = SB_SERVER_ROW (object);

  sb_server_row_set_server (self, NULL, NULL);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_server_row_parent_class)->dispose (object);
}

static void
sb_server_row_class_init (SbServerRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_server_row_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-server-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbServerRow, box);
  gtk_widget_class_bind_template_child (widget_class, SbServerRow, chip);
  gtk_widget_class_bind_template_child (widget_class, SbServerRow, enabled);
  gtk_widget_class_bind_template_child (widget_class, SbServerRow, message);
  gtk_widget_class_bind_template_child (widget_class, SbServerRow, name);
  gtk_widget_class_bind_template_child (widget_class, SbServerRow, subtitle);
  gtk_widget_class_bind_template_callback (widget_class, enabled_cb);
}

static void
sb_server_row_init (SbServerRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_server_row_new (void)
{
  return g_object_new (SB_TYPE_SERVER_ROW, NULL);
}

void
sb_server_row_set_server (SbServerRow     *self,
                          SbToolsModel    *model,
                          SbGatewayServer *server)
{
  g_return_if_fail (SB_IS_SERVER_ROW (self));

  if (self->server != NULL)
    {
      g_signal_handlers_disconnect_by_data (sb_tools_model_get_state (self->model), self);
      g_signal_handlers_disconnect_by_data (self->server, self);
    }
  g_set_object (&self->model, model);
  g_set_object (&self->server, server);
  if (server == NULL)
    return;

  g_signal_connect_swapped (server, "notify", G_CALLBACK (sb_server_row_update), self);
  g_signal_connect_swapped (server, "tools-changed", G_CALLBACK (sb_server_row_update), self);
  g_signal_connect_swapped (sb_tools_model_get_state (model), "changed", G_CALLBACK (show_switch), self);
  show_switch (self);
  sb_server_row_update (self);
}

void
sb_server_row_update (SbServerRow *self)
{
  g_autofree char *title = NULL;
  g_autofree char *subtitle = NULL;
  g_autofree char *spoken = NULL;
  g_autofree char *verb = NULL;

  g_return_if_fail (SB_IS_SERVER_ROW (self));

  if (self->server == NULL)
    return;

  title = sb_text_clean (sb_catalog_server_get_title (sb_gateway_server_get_entry (self->server)), -1, NULL);
  subtitle = sb_server_text_subtitle (self->server);
  gtk_label_set_text (self->name, title);
  gtk_label_set_text (self->subtitle, subtitle);
  show_state (self);

  spoken = g_strjoin (", ", title, sb_server_text_state (self->server), gtk_label_get_text (self->message), subtitle,
                      NULL);
  verb = g_strdup_printf (_("Run the server %s"), title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->enabled), GTK_ACCESSIBLE_PROPERTY_LABEL, verb, -1);
}
