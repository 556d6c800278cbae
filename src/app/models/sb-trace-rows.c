/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-trace-rows.h"

#include "sb-trace-text.h"

struct _SbTraceRows
{
  GObject parent_instance;

  /* owned */
  SbTrace    *trace;
  SbOutline  *outline;
  GHashTable *nodes;   /* id of the event → SbOutlineNode, borrowed from the outline */
  GHashTable *running; /* set of SbTraceEvent that have not ended */
  char       *filter;  /* case-folded */
  guint       n_seen;  /* events of the trace that have a row */
};

enum
{
  PROP_0,
  PROP_RUNNING,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbTraceRows, sb_trace_rows, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static SbOutlineNode *
find_turn (SbOutlineNode *node)
{
  while (sb_outline_node_get_parent (node) != NULL)
    node = sb_outline_node_get_parent (node);

  return node;
}

static gboolean
contains_folded (const char *text,
                 const char *folded_needle)
{
  g_autofree char *folded = NULL;

  if (text == NULL)
    return FALSE;
  folded = g_utf8_casefold (text, -1);

  return strstr (folded, folded_needle) != NULL;
}

static gboolean
passes_filter (gpointer item,
               gpointer user_data)
{
  SbTraceRows *self = user_data;
  SbTraceEvent *event = item;

  return contains_folded (sb_trace_event_get_title (event), self->filter)
         || contains_folded (sb_trace_event_get_subtitle (event), self->filter)
         || contains_folded (sb_trace_event_get_agent (event), self->filter)
         || contains_folded (sb_trace_text_kind (event), self->filter);
}

static void
note_state (SbTraceRows  *self,
            SbTraceEvent *event)
{
  gboolean was_running = g_hash_table_size (self->running) > 0;

  if (sb_trace_event_get_state (event) == SB_TRACE_STATE_RUNNING)
    g_hash_table_add (self->running, g_object_ref (event));
  else
    g_hash_table_remove (self->running, event);

  if (was_running != (g_hash_table_size (self->running) > 0))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
}

static void
add_event (SbTraceRows  *self,
           SbTraceEvent *event)
{
  const char *parent_id = sb_trace_event_get_parent_id (event);
  SbOutlineNode *parent = parent_id != NULL ? g_hash_table_lookup (self->nodes, parent_id) : NULL;
  SbOutlineNode *node = sb_outline_append (self->outline, parent, event, TRUE);

  g_hash_table_insert (self->nodes, g_strdup (sb_trace_event_get_id (event)), node);
  note_state (self, event);
}

static void
forget_all (SbTraceRows *self)
{
  gboolean was_running = g_hash_table_size (self->running) > 0;

  g_hash_table_remove_all (self->nodes);
  g_hash_table_remove_all (self->running);
  sb_outline_clear (self->outline);
  self->n_seen = 0;

  if (was_running)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
}

static void
add_new_events (SbTraceRows *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->trace));

  while (self->n_seen < n_items)
    {
      g_autoptr(SbTraceEvent) event = g_list_model_get_item (G_LIST_MODEL (self->trace), self->n_seen);

      self->n_seen++;
      add_event (self, event);
    }
}

static void
items_changed_cb (SbTraceRows *self,
                  guint        position,
                  guint        removed,
                  guint        added,
                  GListModel  *trace)
{
  /* A trace only grows at its end; anything else means that it was read anew. */
  if (removed > 0 || position != self->n_seen)
    forget_all (self);

  add_new_events (self);
}

static void
event_changed_cb (SbTraceRows  *self,
                  SbTraceEvent *event,
                  SbTrace      *trace)
{
  if (g_hash_table_contains (self->nodes, sb_trace_event_get_id (event)))
    note_state (self, event);
}

static void
sb_trace_rows_dispose (GObject *object)
{
  SbTraceRows *self = SB_TRACE_ROWS (object);

  sb_trace_rows_set_trace (self, NULL);

  G_OBJECT_CLASS (sb_trace_rows_parent_class)->dispose (object);
}

static void
sb_trace_rows_finalize (GObject *object)
{
  SbTraceRows *self = SB_TRACE_ROWS (object);

  g_clear_pointer (&self->nodes, g_hash_table_unref);
  g_clear_pointer (&self->running, g_hash_table_unref);
  g_clear_object (&self->outline);
  g_clear_pointer (&self->filter, g_free);

  G_OBJECT_CLASS (sb_trace_rows_parent_class)->finalize (object);
}

static void
sb_trace_rows_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  SbTraceRows *self = SB_TRACE_ROWS (object);

  switch (prop_id)
    {
    case PROP_RUNNING:
      g_value_set_boolean (value, sb_trace_rows_get_running (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_trace_rows_class_init (SbTraceRowsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_trace_rows_dispose;
  object_class->finalize = sb_trace_rows_finalize;
  object_class->get_property = sb_trace_rows_get_property;

  properties[PROP_RUNNING] =
    g_param_spec_boolean ("running", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_trace_rows_init (SbTraceRows *self)
{
  self->outline = sb_outline_new ();
  self->nodes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->running = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
}

SbTraceRows *
sb_trace_rows_new (void)
{
  return g_object_new (SB_TYPE_TRACE_ROWS, NULL);
}

void
sb_trace_rows_set_trace (SbTraceRows *self,
                         SbTrace     *trace)
{
  g_return_if_fail (SB_IS_TRACE_ROWS (self));

  if (self->trace == trace)
    return;

  if (self->trace != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->trace, self);
      g_clear_object (&self->trace);
      forget_all (self);
    }

  if (trace != NULL)
    {
      self->trace = g_object_ref (trace);
      g_signal_connect_object (trace, "items-changed", G_CALLBACK (items_changed_cb), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (trace, "event-changed", G_CALLBACK (event_changed_cb), self,
                               G_CONNECT_SWAPPED);
      add_new_events (self);
    }
}

SbOutline *
sb_trace_rows_get_outline (SbTraceRows *self)
{
  g_return_val_if_fail (SB_IS_TRACE_ROWS (self), NULL);

  return self->outline;
}

gboolean
sb_trace_rows_get_running (SbTraceRows *self)
{
  g_return_val_if_fail (SB_IS_TRACE_ROWS (self), FALSE);

  return g_hash_table_size (self->running) > 0;
}

void
sb_trace_rows_set_filter (SbTraceRows *self,
                          const char  *text)
{
  g_return_if_fail (SB_IS_TRACE_ROWS (self));

  g_clear_pointer (&self->filter, g_free);
  if (text != NULL && *text != '\0')
    self->filter = g_utf8_casefold (text, -1);

  sb_outline_set_filter (self->outline, self->filter != NULL ? passes_filter : NULL, self);
}

SbOutlineNode *
sb_trace_rows_lookup (SbTraceRows *self,
                      const char  *event_id)
{
  g_return_val_if_fail (SB_IS_TRACE_ROWS (self), NULL);

  return event_id != NULL ? g_hash_table_lookup (self->nodes, event_id) : NULL;
}

SbTraceSpan
sb_trace_rows_get_span (SbTraceRows   *self,
                        SbOutlineNode *node)
{
  SbTraceEvent *turn = sb_outline_node_get_item (find_turn (node));
  SbTraceSpan span = { sb_trace_event_get_start (turn), sb_trace_event_get_end (turn) };

  if (span.end <= 0)
    span.end = span.start + MAX (sb_trace_event_get_duration (turn), 1);
  span.end = MAX (span.end, span.start + 1);

  return span;
}

guint
sb_trace_rows_get_turn (SbTraceRows   *self,
                        SbOutlineNode *node)
{
  SbOutlineNode *root = sb_outline_get_root (self->outline);
  SbOutlineNode *turn = find_turn (node);
  guint number = 0;

  for (guint i = 0; i < sb_outline_node_get_n_children (root); i++)
    {
      SbOutlineNode *child = sb_outline_node_get_child (root, i);

      number += sb_trace_event_get_kind (sb_outline_node_get_item (child)) == SB_TRACE_KIND_TURN;
      if (child == turn)
        break;
    }

  return number;
}
