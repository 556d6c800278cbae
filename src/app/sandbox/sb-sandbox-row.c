/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-row.h"

#include <glib/gi18n.h>

#include "sb-id.h"
#include "sb-sandbox-text.h"
#include "sb-sparkline.h"

#define INTERVAL_S 1

struct _SbSandboxRow
{
  GtkWidget parent_instance;

  /* owned */
  SbSandbox    *sandbox;
  GCancellable *cancellable; /* nullable: nothing was asked */
  guint         tick_id;

  /* template */
  GtkWidget   *box;
  SbSparkline *cpu;
  SbSparkline *memory;
  GtkImage    *badge;
  GtkLabel    *name;
  GtkButton   *pause;
  GtkButton   *remove;
  GtkLabel    *state;
  GtkLabel    *subtitle;

  guint64  cpu_us; /* as last told */
  gint64   told;   /* monotonic µs; 0: never */
  gboolean in_flight;
};

G_DEFINE_FINAL_TYPE (SbSandboxRow, sb_sandbox_row, GTK_TYPE_WIDGET)

static gboolean
is_ready (SbSandboxRow *self)
{
  return self->sandbox != NULL && sb_sandbox_get_state (self->sandbox) == SB_SANDBOX_STATE_READY;
}

static void
show_usage (SbSandboxRow            *self,
            const SbChannelCounters *counters)
{
  gint64 now = g_get_monotonic_time ();
  g_autofree char *memory = sb_format_size (counters->memory_bytes);
  g_autofree char *cpu_text = NULL;
  g_autofree char *memory_text = NULL;
  double share = 0;

  if (self->told > 0 && now > self->told && counters->cpu_us >= self->cpu_us)
    share = (double) (counters->cpu_us - self->cpu_us) / (now - self->told);
  self->cpu_us = counters->cpu_us;
  self->told = now;

  sb_sparkline_push (self->cpu, share);
  sb_sparkline_push (self->memory, counters->memory_limit > 0
                                   ? (double) counters->memory_bytes / counters->memory_limit : 0);
  cpu_text = g_strdup_printf (_("Processor %d %%"), (int) (share * 100 + 0.5));
  memory_text = g_strdup_printf (_("Memory %s"), memory);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->cpu), cpu_text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->memory), memory_text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->cpu), GTK_ACCESSIBLE_PROPERTY_LABEL, cpu_text, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->memory), GTK_ACCESSIBLE_PROPERTY_LABEL, memory_text, -1);
}

static void
counters_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(SbSandboxRow) self = user_data;
  SbChannelCounters counters = { 0 };
  g_autoptr(GError) error = NULL;
  gboolean ok = sb_channel_counters_finish (SB_CHANNEL (source), result, &counters, &error);

  /* Cancelled: the row shows another sandbox by now. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  self->in_flight = FALSE;
  if (ok)
    show_usage (self, &counters);
}

static gboolean
tick_cb (gpointer user_data)
{
  SbSandboxRow *self = user_data;
  SbChannel *channel = is_ready (self) ? sb_sandbox_get_channel (self->sandbox) : NULL;

  if (channel == NULL || self->in_flight || !sb_channel_is_open (channel))
    return G_SOURCE_CONTINUE;

  self->in_flight = TRUE;
  sb_channel_counters_async (channel, self->cancellable, counters_cb, g_object_ref (self));

  return G_SOURCE_CONTINUE;
}

static void
set_verb (SbSandboxRow *self,
          GtkButton    *button,
          gboolean      visible,
          const char   *label)
{
  gtk_widget_set_visible (GTK_WIDGET (button), visible);
  gtk_widget_set_tooltip_text (GTK_WIDGET (button), label);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", sb_sandbox_get_id (self->sandbox));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
update_verbs (SbSandboxRow *self,
              gboolean      ready)
{
  const char *name = sb_sandbox_get_name (self->sandbox);
  gboolean paused = sb_sandbox_is_paused (self->sandbox);
  g_autofree char *pause = g_strdup_printf (paused ? _("Resume %s") : _("Pause %s"), name);
  g_autofree char *remove = g_strdup_printf (_("Remove %s"), name);

  gtk_button_set_icon_name (self->pause, paused ? "media-playback-start-symbolic" : "media-playback-pause-symbolic");
  set_verb (self, self->pause, ready, pause);
  set_verb (self, self->remove, ready, remove);
}

static void
update (SbSandboxRow *self)
{
  SbSandboxState state = sb_sandbox_get_state (self->sandbox);
  gboolean ready = state == SB_SANDBOX_STATE_READY;
  gboolean safe = sb_sandbox_text_is_safe (self->sandbox);
  const char *name = sb_sandbox_get_name (self->sandbox);
  const char *meaning = safe ? _("Every guarantee holds") : _("Not every guarantee holds on this machine");
  g_autofree char *subtitle = sb_sandbox_text_subtitle (self->sandbox);
  g_autofree char *label = g_strdup_printf ("%s, %s, %s", name, sb_sandbox_text_state (self->sandbox), subtitle);

  gtk_label_set_text (self->name, name);
  gtk_label_set_text (self->subtitle, subtitle);
  gtk_label_set_text (self->state, sb_sandbox_text_state (self->sandbox));
  gtk_widget_set_visible (GTK_WIDGET (self->state), !ready || sb_sandbox_is_paused (self->sandbox));
  gtk_widget_set_visible (GTK_WIDGET (self->cpu), ready);
  gtk_widget_set_visible (GTK_WIDGET (self->memory), ready);
  gtk_image_set_from_icon_name (self->badge, safe || !ready ? "sb-sandbox-symbolic" : "dialog-warning-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->badge), ready ? meaning : NULL);
  gtk_widget_remove_css_class (GTK_WIDGET (self->badge), safe ? "warning" : "success");
  gtk_widget_add_css_class (GTK_WIDGET (self->badge), safe ? "success" : "warning");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->badge), GTK_ACCESSIBLE_PROPERTY_LABEL, meaning, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  update_verbs (self, ready);
}

static void
forget_usage (SbSandboxRow *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->in_flight = FALSE;
  self->told = 0;
  sb_sparkline_clear (self->cpu);
  sb_sparkline_clear (self->memory);
}

static void
sb_sandbox_row_map (GtkWidget *widget)
{
  SbSandboxRow *self = SB_SANDBOX_ROW (widget);

  GTK_WIDGET_CLASS (sb_sandbox_row_parent_class)->map (widget);
  if (self->sandbox != NULL)
    update (self);
  tick_cb (self);
  self->tick_id = g_timeout_add_seconds (INTERVAL_S, tick_cb, self);
}

static void
sb_sandbox_row_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&SB_SANDBOX_ROW (widget)->tick_id, g_source_remove);
  GTK_WIDGET_CLASS (sb_sandbox_row_parent_class)->unmap (widget);
}

static void
sb_sandbox_row_dispose (GObject *object)
{
  SbSandboxRow *self = SB_SANDBOX_ROW (object);

  g_clear_handle_id (&self->tick_id, g_source_remove);
  if (self->box != NULL)
    sb_sandbox_row_set_sandbox (self, NULL);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_sandbox_row_parent_class)->dispose (object);
}

static void
sb_sandbox_row_class_init (SbSandboxRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_sandbox_row_dispose;
  widget_class->map = sb_sandbox_row_map;
  widget_class->unmap = sb_sandbox_row_unmap;

  g_type_ensure (SB_TYPE_SPARKLINE);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-sandbox-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbSandboxRow, badge);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxRow, box);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxRow, cpu);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxRow, memory);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxRow, name);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxRow, pause);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxRow, remove);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxRow, state);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxRow, subtitle);
}

static void
sb_sandbox_row_init (SbSandboxRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_sandbox_row_new (void)
{
  return g_object_new (SB_TYPE_SANDBOX_ROW, NULL);
}

void
sb_sandbox_row_set_sandbox (SbSandboxRow *self,
                            SbSandbox    *sandbox)
{
  g_return_if_fail (SB_IS_SANDBOX_ROW (self));

  if (self->sandbox == sandbox)
    return;

  if (self->sandbox != NULL)
    g_signal_handlers_disconnect_by_data (self->sandbox, self);
  forget_usage (self);
  g_set_object (&self->sandbox, sandbox);
  if (sandbox == NULL)
    return;

  self->cancellable = g_cancellable_new ();
  g_signal_connect_object (sandbox, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}
