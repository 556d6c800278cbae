/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-resources-page.h"

#include <glib/gi18n.h>

#include "sb-graph.h"
#include "sb-id.h"

#define INTERVAL_S 1

struct _SbResourcesPage
{
  GtkWidget parent_instance;

  /* owned */
  SbSandbox    *sandbox;     /* nullable */
  GCancellable *cancellable; /* nullable: of the question that is on its way */
  guint         tick_id;

  /* template */
  GtkWidget *page;
  SbGraph   *cpu;
  GtkLabel  *cpu_label;
  SbGraph   *disk;
  GtkLabel  *disk_label;
  SbGraph   *memory;
  GtkLabel  *memory_label;
  SbGraph   *processes;
  GtkLabel  *processes_label;

  gint64  last_time;   /* 0: nothing to compare with */
  guint64 last_cpu_us;
};

enum
{
  PROP_0,
  PROP_SANDBOX,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbResourcesPage, sb_resources_page, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static void
show (SbGraph    *graph,
      GtkLabel   *label,
      const char *name,
      const char *text)
{
  g_autofree char *spoken = g_strdup_printf ("%s: %s", name, text);

  gtk_label_set_text (label, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (graph), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

static void
show_bytes (SbGraph    *graph,
            GtkLabel   *label,
            const char *name,
            gint64      time_us,
            guint64     used,
            guint64     limit)
{
  g_autofree char *used_text = sb_format_size (used);
  g_autofree char *limit_text = sb_format_size (limit);
  /* Translators: what is used, and the limit: "34 MiB of 1 GiB" */
  g_autofree char *text = limit > 0 ? g_strdup_printf (_("%s of %s"), used_text, limit_text) : g_strdup (used_text);

  sb_graph_add (graph, time_us, (double) used, (double) limit);
  show (graph, label, name, text);
}

static void
show_cpu (SbResourcesPage *self,
          gint64           time_us,
          guint64          cpu_us)
{
  double share = 0;
  g_autofree char *text = NULL;

  if (self->last_time != 0 && time_us > self->last_time && cpu_us >= self->last_cpu_us)
    {
      share = (double) (cpu_us - self->last_cpu_us) / (time_us - self->last_time);
      /* One processor is the measure: a line of its own, not a limit. */
      sb_graph_add (self->cpu, time_us, share, 1);
    }
  self->last_time = time_us;
  self->last_cpu_us = cpu_us;
  text = g_strdup_printf (_("%.0f %% of one processor"), 100 * share);
  show (self->cpu, self->cpu_label, _("Processor"), text);
}

static SbChannel *
get_channel (SbResourcesPage *self)
{
  return self->sandbox != NULL ? sb_sandbox_get_channel (self->sandbox) : NULL;
}

static void
counters_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(SbResourcesPage) self = user_data;
  g_autoptr(GError) error = NULL;
  SbChannelCounters counters = { 0 };
  gboolean ok = sb_channel_counters_finish (SB_CHANNEL (source), result, &counters, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  /* Another error is not shown: the sandbox's own state says when it is gone. */
  g_clear_object (&self->cancellable);
  if (ok)
    sb_resources_page_add (self, g_get_monotonic_time (), &counters);
}

static void
ask (SbResourcesPage *self)
{
  SbChannel *channel = get_channel (self);

  if (channel == NULL || self->cancellable != NULL)
    return;

  self->cancellable = g_cancellable_new ();
  sb_channel_counters_async (channel, self->cancellable, counters_cb, g_object_ref (self));
}

static gboolean
tick_cb (gpointer user_data)
{
  ask (user_data);

  return G_SOURCE_CONTINUE;
}

static void
stop_asking (SbResourcesPage *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->tick_id, g_source_remove);
}

static void
sandbox_changed_cb (SbResourcesPage *self)
{
  stop_asking (self);
  if (get_channel (self) == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;

  ask (self);
  self->tick_id = g_timeout_add_seconds (INTERVAL_S, tick_cb, self);
}

static void
forget (SbResourcesPage *self)
{
  sb_graph_clear (self->cpu);
  sb_graph_clear (self->disk);
  sb_graph_clear (self->memory);
  sb_graph_clear (self->processes);
  gtk_label_set_text (self->cpu_label, "");
  gtk_label_set_text (self->disk_label, "");
  gtk_label_set_text (self->memory_label, "");
  gtk_label_set_text (self->processes_label, "");
  self->last_time = 0;
}

static void
sb_resources_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sb_resources_page_parent_class)->map (widget);
  sandbox_changed_cb (SB_RESOURCES_PAGE (widget));
}

static void
sb_resources_page_unmap (GtkWidget *widget)
{
  stop_asking (SB_RESOURCES_PAGE (widget));
  GTK_WIDGET_CLASS (sb_resources_page_parent_class)->unmap (widget);
}

static void
sb_resources_page_dispose (GObject *object)
{
  SbResourcesPage *self = SB_RESOURCES_PAGE (object);

  stop_asking (self);
  if (self->sandbox != NULL)
    g_signal_handlers_disconnect_by_data (self->sandbox, self);
  g_clear_object (&self->sandbox);
  g_clear_pointer (&self->page, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_resources_page_parent_class)->dispose (object);
}

static void
sb_resources_page_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_SANDBOX:
      g_value_set_object (value, SB_RESOURCES_PAGE (object)->sandbox);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_resources_page_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_SANDBOX:
      sb_resources_page_set_sandbox (SB_RESOURCES_PAGE (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_resources_page_class_init (SbResourcesPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_resources_page_dispose;
  object_class->get_property = sb_resources_page_get_property;
  object_class->set_property = sb_resources_page_set_property;
  widget_class->map = sb_resources_page_map;
  widget_class->unmap = sb_resources_page_unmap;

  properties[PROP_SANDBOX] =
    g_param_spec_object ("sandbox", NULL, NULL, SB_TYPE_SANDBOX,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (SB_TYPE_GRAPH);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-resources-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbResourcesPage, cpu);
  gtk_widget_class_bind_template_child (widget_class, SbResourcesPage, cpu_label);
  gtk_widget_class_bind_template_child (widget_class, SbResourcesPage, disk);
  gtk_widget_class_bind_template_child (widget_class, SbResourcesPage, disk_label);
  gtk_widget_class_bind_template_child (widget_class, SbResourcesPage, memory);
  gtk_widget_class_bind_template_child (widget_class, SbResourcesPage, memory_label);
  gtk_widget_class_bind_template_child (widget_class, SbResourcesPage, page);
  gtk_widget_class_bind_template_child (widget_class, SbResourcesPage, processes);
  gtk_widget_class_bind_template_child (widget_class, SbResourcesPage, processes_label);
}

static void
sb_resources_page_init (SbResourcesPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
sb_resources_page_set_sandbox (SbResourcesPage *self,
                               SbSandbox       *sandbox)
{
  g_return_if_fail (SB_IS_RESOURCES_PAGE (self));

  if (self->sandbox == sandbox)
    return;

  if (self->sandbox != NULL)
    g_signal_handlers_disconnect_by_data (self->sandbox, self);
  g_set_object (&self->sandbox, sandbox);
  forget (self);
  if (sandbox != NULL)
    g_signal_connect_object (sandbox, "notify::state", G_CALLBACK (sandbox_changed_cb), self, G_CONNECT_SWAPPED);
  sandbox_changed_cb (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SANDBOX]);
}

void
sb_resources_page_add (SbResourcesPage         *self,
                       gint64                   time_us,
                       const SbChannelCounters *counters)
{
  g_autofree char *processes = NULL;

  g_return_if_fail (SB_IS_RESOURCES_PAGE (self));

  show_cpu (self, time_us, counters->cpu_us);
  show_bytes (self->memory, self->memory_label, _("Memory"), time_us, counters->memory_bytes, counters->memory_limit);
  show_bytes (self->disk, self->disk_label, _("Disk"), time_us, counters->disk_bytes, counters->disk_limit);
  sb_graph_add (self->processes, time_us, counters->processes, 0);
  processes = g_strdup_printf (ngettext ("%u process", "%u processes", counters->processes), counters->processes);
  show (self->processes, self->processes_label, _("Processes"), processes);
}
