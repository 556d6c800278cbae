/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-since-picker.h"

#include <glib/gi18n.h>

/* The newest tool calls; who looks for an older one chooses it in the trace. */
#define MAX_CALLS 50

struct _SbSincePicker
{
  GtkWidget parent_instance;

  /* owned */
  SbChangeSet *changes; /* nullable */
  SbTrace     *trace;   /* nullable */
  GPtrArray   *calls;   /* ids of the tool calls that can be chosen; the first is NULL: the start */

  /* template */
  GtkDropDown *choice;

  gboolean syncing;
};

G_DEFINE_FINAL_TYPE (SbSincePicker, sb_since_picker, GTK_TYPE_WIDGET)

static char *
describe_call (SbTraceEvent *event)
{
  gint64 seconds = sb_trace_event_get_wall_start (event) / G_USEC_PER_SEC;
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_local (seconds);
  g_autofree char *clock = time != NULL ? g_date_time_format (time, "%H:%M") : g_strdup ("");

  /* Translators: a tool call and when it began: "Since writeFile hello.js · 14:06" */
  return g_strdup_printf (_("Since %s · %s"), sb_trace_event_get_title (event), clock);
}

/* The one that is chosen is among them, however old. */
static gboolean
is_offered (SbSincePicker *self,
            SbTraceEvent  *event)
{
  const char *id = sb_trace_event_get_id (event);

  if (sb_trace_event_get_kind (event) != SB_TRACE_KIND_TOOL_CALL || !sb_change_set_knows_call (self->changes, id))
    return FALSE;

  return self->calls->len <= MAX_CALLS || g_strcmp0 (id, sb_change_set_get_since (self->changes)) == 0;
}

static void
update (SbSincePicker *self)
{
  g_autoptr(GtkStringList) names = gtk_string_list_new (NULL);
  GListModel *events = self->changes != NULL ? G_LIST_MODEL (self->trace) : NULL;
  guint selected = 0;

  g_ptr_array_set_size (self->calls, 0);
  g_ptr_array_add (self->calls, NULL);
  gtk_string_list_append (names, _("Since the start"));
  for (guint i = events != NULL ? g_list_model_get_n_items (events) : 0; i > 0; i--)
    {
      g_autoptr(SbTraceEvent) event = g_list_model_get_item (events, i - 1);

      if (!is_offered (self, event))
        continue;

      if (g_strcmp0 (sb_trace_event_get_id (event), sb_change_set_get_since (self->changes)) == 0)
        selected = self->calls->len;
      g_ptr_array_add (self->calls, g_strdup (sb_trace_event_get_id (event)));
      gtk_string_list_take (names, describe_call (event));
    }

  self->syncing = TRUE;
  gtk_drop_down_set_model (self->choice, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (self->choice, selected);
  self->syncing = FALSE;
}

static void
changed_cb (SbSincePicker *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    update (self);
}

static void
chosen_cb (SbSincePicker *self)
{
  guint selected = gtk_drop_down_get_selected (self->choice);

  if (!self->syncing && self->changes != NULL && selected < self->calls->len)
    sb_change_set_set_since (self->changes, g_ptr_array_index (self->calls, selected));
}

static void
sb_since_picker_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sb_since_picker_parent_class)->map (widget);
  update (SB_SINCE_PICKER (widget));
}

static void
sb_since_picker_dispose (GObject *object)
{
  SbSincePicker *self = SB_SINCE_PICKER (object);

  sb_since_picker_set_changes (self, NULL);
  sb_since_picker_set_trace (self, NULL);
  g_clear_pointer ((GtkWidget **) &self->choice, gtk_widget_unparent);
  g_clear_pointer (&self->calls, g_ptr_array_unref);

  G_OBJECT_CLASS (sb_since_picker_parent_class)->dispose (object);
}

static void
sb_since_picker_class_init (SbSincePickerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_since_picker_dispose;
  widget_class->map = sb_since_picker_map;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-since-picker.ui");
  gtk_widget_class_bind_template_child (widget_class, SbSincePicker, choice);
  gtk_widget_class_bind_template_callback (widget_class, chosen_cb);
}

static void
sb_since_picker_init (SbSincePicker *self)
{
  self->calls = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
sb_since_picker_set_changes (SbSincePicker *self,
                             SbChangeSet   *changes)
{
  g_return_if_fail (SB_IS_SINCE_PICKER (self));

  if (self->changes == changes)
    return;

  if (self->changes != NULL)
    g_signal_handlers_disconnect_by_data (self->changes, self);
  g_set_object (&self->changes, changes);
  if (changes != NULL)
    g_signal_connect_object (changes, "notify::since", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
}

void
sb_since_picker_set_trace (SbSincePicker *self,
                           SbTrace       *trace)
{
  g_return_if_fail (SB_IS_SINCE_PICKER (self));

  if (self->trace == trace)
    return;

  if (self->trace != NULL)
    g_signal_handlers_disconnect_by_data (self->trace, self);
  g_set_object (&self->trace, trace);
  if (trace != NULL)
    g_signal_connect_object (trace, "items-changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
}
