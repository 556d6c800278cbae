/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-trace.h"

#include "sb-trace-event-private.h"

struct _SbTrace
{
  GObject     parent_instance;

  /* owned */
  GPtrArray  *events;
  GHashTable *by_id; /* id of the event -> the event, both borrowed from events */
  SbRedactor *redactor;
};

enum
{
  EVENT_CHANGED,
  N_SIGNALS
};

static void sb_trace_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbTrace, sb_trace, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, sb_trace_list_model_init))

static guint signals[N_SIGNALS];

static void
event_changed_cb (SbTrace      *self,
                  SbTraceEvent *event)
{
  g_signal_emit (self, signals[EVENT_CHANGED], 0, event);
}

static void
append (SbTrace      *self,
        SbTraceEvent *event)
{
  g_ptr_array_add (self->events, g_object_ref (event));
  g_hash_table_insert (self->by_id, (gpointer) sb_trace_event_get_id (event), event);
  g_signal_connect_object (event, "changed", G_CALLBACK (event_changed_cb), self, G_CONNECT_SWAPPED);
  g_list_model_items_changed (G_LIST_MODEL (self), self->events->len - 1, 0, 1);
}

static GType
sb_trace_get_item_type (GListModel *model)
{
  return SB_TYPE_TRACE_EVENT;
}

static guint
sb_trace_get_n_items (GListModel *model)
{
  return SB_TRACE (model)->events->len;
}

static gpointer
sb_trace_get_item (GListModel *model,
                   guint       position)
{
  SbTrace *self = SB_TRACE (model);

  return position < self->events->len ? g_object_ref (g_ptr_array_index (self->events, position)) : NULL;
}

static void
sb_trace_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_trace_get_item_type;
  iface->get_n_items = sb_trace_get_n_items;
  iface->get_item = sb_trace_get_item;
}

static void
sb_trace_finalize (GObject *object)
{
  SbTrace *self = SB_TRACE (object);

  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->events);
  g_clear_object (&self->redactor);

  G_OBJECT_CLASS (sb_trace_parent_class)->finalize (object);
}

static void
sb_trace_class_init (SbTraceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_trace_finalize;

  signals[EVENT_CHANGED] =
    g_signal_new ("event-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, SB_TYPE_TRACE_EVENT);
}

static void
sb_trace_init (SbTrace *self)
{
  self->events = g_ptr_array_new_with_free_func (g_object_unref);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
}

/**
 * sb_trace_new:
 * @redactor: (nullable): takes secrets out of all that comes into the trace
 *
 * Returns: (transfer full): an empty trace
 */
SbTrace *
sb_trace_new (SbRedactor *redactor)
{
  SbTrace *self = g_object_new (SB_TYPE_TRACE, NULL);

  g_set_object (&self->redactor, redactor);

  return self;
}

/**
 * sb_trace_begin:
 * @parent: (nullable): an event of this trace, or NULL for a new turn
 * @title: what a reader sees first
 *
 * Something begins now. Whoever begins an event finishes it.
 *
 * Returns: (transfer none): the running event; it stays as long as the trace
 */
SbTraceEvent *
sb_trace_begin (SbTrace      *self,
                SbTraceEvent *parent,
                SbTraceKind   kind,
                const char   *title)
{
  g_autoptr(SbTraceEvent) event = NULL;

  g_return_val_if_fail (SB_IS_TRACE (self), NULL);
  g_return_val_if_fail (parent == NULL || SB_IS_TRACE_EVENT (parent), NULL);

  event = sb_trace_event_new (parent, kind, title, self->redactor);
  append (self, event);
  event_changed_cb (self, event);

  return event;
}

/**
 * sb_trace_lookup:
 * @id: (nullable)
 *
 * Returns: (transfer none) (nullable): the event of that id
 */
SbTraceEvent *
sb_trace_lookup (SbTrace    *self,
                 const char *id)
{
  g_return_val_if_fail (SB_IS_TRACE (self), NULL);

  return id != NULL ? g_hash_table_lookup (self->by_id, id) : NULL;
}

/**
 * sb_trace_restore:
 * @event: from sb_trace_event_new_restored()
 *
 * Puts back an event read from disk, at the end; emits no "event-changed". One that is here already is left
 * alone.
 */
void
sb_trace_restore (SbTrace      *self,
                  SbTraceEvent *event)
{
  g_return_if_fail (SB_IS_TRACE (self));
  g_return_if_fail (SB_IS_TRACE_EVENT (event));

  if (sb_trace_lookup (self, sb_trace_event_get_id (event)) != NULL)
    return;

  sb_trace_event_set_redactor (event, self->redactor);
  append (self, event);
}
