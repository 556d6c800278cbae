/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-meters.h"

#include <glib/gi18n.h>

#include "sb-id.h"

#define INTERVAL_S 1

struct _SbMeters
{
  GtkWidget parent_instance;

  /* owned */
  SbChannel    *channel;
  GCancellable *cancellable;
  guint         tick_id;

  /* template */
  GtkWidget   *box;
  GtkLevelBar *memory;
  GtkLabel    *memory_label;
  GtkLevelBar *disk;
  GtkLabel    *disk_label;
  GtkLabel    *processes_label;

  gboolean in_flight;
};

G_DEFINE_FINAL_TYPE (SbMeters, sb_meters, GTK_TYPE_WIDGET)

static void
show_share (GtkLevelBar *bar,
            GtkLabel    *label,
            const char  *name,
            guint64      used,
            guint64      limit)
{
  GtkWidget *share = gtk_widget_get_parent (GTK_WIDGET (label));
  g_autofree char *used_text = sb_format_size (used);
  g_autofree char *limit_text = sb_format_size (limit);
  g_autofree char *short_text = NULL;
  g_autofree char *text = NULL;

  /* Translators: name of a resource, what is used of it, its limit: "Memory 34 MiB of 1 GiB" */
  text = limit > 0 ? g_strdup_printf (_("%s %s of %s"), name, used_text, limit_text)
                   : g_strdup_printf ("%s %s", name, used_text);
  /* A bar is drawn again for the same value, too. */
  if (g_strcmp0 (gtk_widget_get_tooltip_text (share), text) == 0)
    return;

  /* The whole of it is too long for a narrow pane. */
  short_text = g_strdup_printf ("%s %s", name, used_text);
  gtk_label_set_text (label, short_text);
  gtk_widget_set_tooltip_text (share, text);
  gtk_widget_set_visible (GTK_WIDGET (bar), limit > 0);
  gtk_level_bar_set_value (bar, limit > 0 ? MIN ((double) used / limit, 1) : 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
counters_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(SbMeters) self = user_data;
  SbChannelCounters counters = { 0 };
  gboolean ok = sb_channel_counters_finish (SB_CHANNEL (source), result, &counters, NULL);

  self->in_flight = FALSE;
  /* An error is not shown: the sandbox's own state says when it is gone. */
  if (ok && (SbChannel *) source == self->channel)
    sb_meters_show (self, &counters);
}

static void
ask (SbMeters *self)
{
  if (self->in_flight || !sb_channel_is_open (self->channel))
    return;

  self->in_flight = TRUE;
  sb_channel_counters_async (self->channel, self->cancellable, counters_cb, g_object_ref (self));
}

static gboolean
tick_cb (gpointer user_data)
{
  ask (user_data);

  return G_SOURCE_CONTINUE;
}

static void
update_tick (SbMeters *self)
{
  gboolean wanted = self->channel != NULL && gtk_widget_get_mapped (GTK_WIDGET (self));

  if (wanted && self->tick_id == 0)
    {
      ask (self);
      self->tick_id = g_timeout_add_seconds (INTERVAL_S, tick_cb, self);
    }
  else if (!wanted)
    {
      g_clear_handle_id (&self->tick_id, g_source_remove);
    }
}

static void
sb_meters_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sb_meters_parent_class)->map (widget);
  update_tick (SB_METERS (widget));
}

static void
sb_meters_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sb_meters_parent_class)->unmap (widget);
  update_tick (SB_METERS (widget));
}

static void
sb_meters_dispose (GObject *object)
{
  SbMeters *self = SB_METERS (object);

  sb_meters_set_channel (self, NULL);
  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_meters_parent_class)->dispose (object);
}

static void
sb_meters_class_init (SbMetersClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_meters_dispose;
  widget_class->map = sb_meters_map;
  widget_class->unmap = sb_meters_unmap;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-meters.ui");
  gtk_widget_class_bind_template_child (widget_class, SbMeters, box);
  gtk_widget_class_bind_template_child (widget_class, SbMeters, disk);
  gtk_widget_class_bind_template_child (widget_class, SbMeters, disk_label);
  gtk_widget_class_bind_template_child (widget_class, SbMeters, memory);
  gtk_widget_class_bind_template_child (widget_class, SbMeters, memory_label);
  gtk_widget_class_bind_template_child (widget_class, SbMeters, processes_label);
}

static void
sb_meters_init (SbMeters *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  sb_meters_show (self, &(SbChannelCounters) { 0 });
}

void
sb_meters_set_channel (SbMeters  *self,
                       SbChannel *channel)
{
  g_return_if_fail (SB_IS_METERS (self));

  if (self->channel == channel)
    return;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->in_flight = FALSE;
  g_set_object (&self->channel, channel);
  g_clear_handle_id (&self->tick_id, g_source_remove);
  if (channel != NULL)
    self->cancellable = g_cancellable_new ();
  update_tick (self);
}

void
sb_meters_show (SbMeters                *self,
                const SbChannelCounters *counters)
{
  g_autofree char *processes = NULL;

  g_return_if_fail (SB_IS_METERS (self));

  show_share (self->memory, self->memory_label, _("Memory"), counters->memory_bytes, counters->memory_limit);
  show_share (self->disk, self->disk_label, _("Disk"), counters->disk_bytes, counters->disk_limit);
  processes = g_strdup_printf (ngettext ("%u process", "%u processes", counters->processes),
                               counters->processes);
  gtk_label_set_text (self->processes_label, processes);
}
