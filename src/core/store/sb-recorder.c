/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-recorder.h"

#include "sb-id.h"
#include "sb-message-rows.h"
#include "sb-event-rows.h"

/* How much of a message is on disk. */
typedef struct
{
  gboolean inserted;
  gboolean retired;
  gboolean in_chunks;      /* some of the text is not in its row yet */
  gsize    text_length;
  gsize    reasoning_length;
} Saved;

typedef struct
{
  /* owned */
  SbMessage  *message;
  char       *parent_id;

  /* borrowed */
  SbRecorder *recorder;

  /* state */
  gulong      notify_id;
  gulong      appended_id;
  gboolean    queued;        /* is in dirty_rows */
  gboolean    changed;       /* something but text and reasoning */
  gboolean    text_replaced;
  gboolean    removed;       /* no longer in the conversation */
  Saved       saved;
  Saved       next;          /* saved, once the transaction is committed */
} MessageRow;

typedef struct
{
  /* owned */
  SbTraceEvent *event;

  /* borrowed */
  SbRecorder   *recorder;

  /* state */
  gulong        request_id;
  gulong        response_id;
  gboolean      queued;
  gboolean      part_changed[2];  /* by SbTracePart */
} EventRow;

struct _SbRecorder
{
  GObject         parent_instance;

  /* owned */
  SbConversation *conversation;
  GPtrArray      *rows;            /* MessageRow, as in the conversation */
  GPtrArray      *removed_rows;    /* MessageRow, until their removal is on disk */
  GHashTable     *events;          /* SbTraceEvent -> EventRow, both of this run and restored */

  /* borrowed */
  GObject        *payload_source;  /* outlives the recorder */
  SbTraceLoadFunc load_payload;
  GPtrArray      *dirty_rows;      /* MessageRow */
  GPtrArray      *dirty_events;    /* EventRow, in the order in which they began */

  /* state */
  gboolean        on_disk;         /* the conversation has its row */
  gboolean        changed;         /* title, agent, … */
  gboolean        loaded;
  gboolean        loading;
};

enum
{
  DIRTY,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbRecorder, sb_recorder, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void message_notify_cb   (MessageRow *row,
                                 GParamSpec *pspec);
static void message_appended_cb (MessageRow *row);

static void
mark (SbRecorder *self,
      SbUrgency   urgency)
{
  if (sb_recorder_is_dirty (self))
    g_signal_emit (self, signals[DIRTY], 0, (guint) urgency);
}

static void
mark_row (MessageRow *row,
          SbUrgency   urgency)
{
  if (!row->queued)
    {
      row->queued = TRUE;
      g_ptr_array_add (row->recorder->dirty_rows, row);
    }
  mark (row->recorder, urgency);
}

static gsize
reasoning_length (SbMessage *message)
{
  const char *reasoning = sb_message_get_reasoning (message);

  return reasoning != NULL ? strlen (reasoning) : 0;
}

static MessageRow *
message_row_new (SbRecorder *self,
                 SbMessage  *message,
                 const char *parent_id)
{
  MessageRow *row = g_new0 (MessageRow, 1);

  row->recorder = self;
  row->message = g_object_ref (message);
  row->parent_id = g_strdup (parent_id);
  row->notify_id = g_signal_connect_swapped (message, "notify", G_CALLBACK (message_notify_cb), row);
  row->appended_id = g_signal_connect_swapped (message, "appended", G_CALLBACK (message_appended_cb), row);

  return row;
}

static void
message_row_free (MessageRow *row)
{
  g_clear_signal_handler (&row->notify_id, row->message);
  g_clear_signal_handler (&row->appended_id, row->message);
  g_object_unref (row->message);
  g_free (row->parent_id);
  g_free (row);
}

static void
event_row_free (EventRow *row)
{
  g_clear_signal_handler (&row->request_id, row->event);
  g_clear_signal_handler (&row->response_id, row->event);
  g_object_unref (row->event);
  g_free (row);
}

static void
add_row (SbRecorder *self,
         guint       position,
         SbMessage  *message)
{
  MessageRow *before = position > 0 ? g_ptr_array_index (self->rows, position - 1) : NULL;
  MessageRow *row = message_row_new (self, message, before != NULL ? sb_message_get_id (before->message) : NULL);

  g_ptr_array_insert (self->rows, position, row);
  if (self->loading)
    {
      row->saved.inserted = TRUE;
      row->saved.text_length = sb_message_get_text_length (message);
      row->saved.reasoning_length = reasoning_length (message);
    }
  else
    {
      row->changed = TRUE;
      mark_row (row, SB_URGENCY_NEXT);
    }
}

static void
remove_row (SbRecorder *self,
            guint       position)
{
  MessageRow *row = g_ptr_array_steal_index (self->rows, position);

  row->removed = TRUE;
  g_ptr_array_add (self->removed_rows, row);
  mark_row (row, SB_URGENCY_NEXT);
}

static void
items_changed_cb (SbRecorder *self,
                  guint       position,
                  guint       n_removed,
                  guint       n_added,
                  GListModel *messages)
{
  for (guint i = 0; i < n_removed; i++)
    remove_row (self, position);

  for (guint i = 0; i < n_added; i++)
    {
      g_autoptr(SbMessage) message = g_list_model_get_item (messages, position + i);

      add_row (self, position + i, message);
    }
}

static void
message_notify_cb (MessageRow *row,
                   GParamSpec *pspec)
{
  if (g_str_equal (pspec->name, "reasoning"))
    {
      mark_row (row, SB_URGENCY_SOON);
      return;
    }

  if (g_str_equal (pspec->name, "text"))
    row->text_replaced = TRUE;
  row->changed = TRUE;
  mark_row (row, g_str_equal (pspec->name, "state") ? SB_URGENCY_NEXT : SB_URGENCY_SOON);
}

static void
message_appended_cb (MessageRow *row)
{
  mark_row (row, SB_URGENCY_SOON);
}

static void
conversation_notify_cb (SbRecorder *self,
                        GParamSpec *pspec)
{
  if (self->loading || g_str_equal (pspec->name, "running") || g_str_equal (pspec->name, "subtitle"))
    return;

  self->changed = TRUE;
  mark (self, SB_URGENCY_SOON);
}

static void
request_notify_cb (EventRow *row)
{
  row->part_changed[SB_TRACE_PART_REQUEST] = TRUE;
}

static void
response_notify_cb (EventRow *row)
{
  row->part_changed[SB_TRACE_PART_RESPONSE] = TRUE;
}

static EventRow *
ensure_event_row (SbRecorder   *self,
                  SbTraceEvent *event)
{
  EventRow *row = g_hash_table_lookup (self->events, event);

  if (row != NULL)
    return row;

  row = g_new0 (EventRow, 1);
  row->recorder = self;
  row->event = g_object_ref (event);
  row->request_id = g_signal_connect_swapped (event, "notify::request", G_CALLBACK (request_notify_cb), row);
  row->response_id = g_signal_connect_swapped (event, "notify::response", G_CALLBACK (response_notify_cb), row);
  g_hash_table_insert (self->events, event, row);

  return row;
}

/* What goes out must be on disk before it goes: model calls cost money, tool calls change things. */
static SbUrgency
event_urgency (EventRow *row)
{
  SbTraceKind kind = sb_trace_event_get_kind (row->event);

  if (kind != SB_TRACE_KIND_MODEL_CALL && kind != SB_TRACE_KIND_TOOL_CALL)
    return SB_URGENCY_SOON;

  return row->part_changed[SB_TRACE_PART_REQUEST] ? SB_URGENCY_NOW : SB_URGENCY_NEXT;
}

static void
event_changed_cb (SbRecorder   *self,
                  SbTraceEvent *event)
{
  EventRow *row = ensure_event_row (self, event);

  if (!row->queued)
    {
      row->queued = TRUE;
      g_ptr_array_add (self->dirty_events, row);
    }
  mark (self, event_urgency (row));
}

static gboolean
write_conversation (SbRecorder  *self,
                    SbDatabase  *database,
                    GError     **error)
{
  SbConversation *conversation = self->conversation;

  return sb_database_run (
    database, error,
    "INSERT INTO conversation (id, title, agent, agent_label, updated, touched) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET title = excluded.title, agent = excluded.agent,"
    " agent_label = excluded.agent_label, updated = excluded.updated, touched = excluded.touched",
    "ttttii",
    sb_conversation_get_id (conversation),
    sb_conversation_get_title (conversation),
    sb_conversation_get_active_agent (conversation),
    sb_conversation_get_agent_label (conversation),
    sb_conversation_get_updated (conversation),
    sb_clock_wall ());
}

static gboolean
write_new_text (MessageRow  *row,
                SbDatabase  *database,
                GError     **error)
{
  Saved *next = &row->next;
  SbMessage *message = row->message;
  gsize text_length = sb_message_get_text_length (message);
  gsize full_reasoning = reasoning_length (message);

  if (text_length > next->text_length &&
      !sb_message_rows_append (database, message, FALSE, sb_message_get_text (message) + next->text_length, error))
    return FALSE;

  if (full_reasoning > next->reasoning_length &&
      !sb_message_rows_append (database, message, TRUE,
                               sb_message_get_reasoning (message) + next->reasoning_length, error))
    return FALSE;

  next->in_chunks |= text_length > next->text_length || full_reasoning > next->reasoning_length;
  next->text_length = text_length;
  next->reasoning_length = full_reasoning;

  return TRUE;
}

static gboolean
write_row (MessageRow  *row,
           SbDatabase  *database,
           gint64       instance,
           GError     **error)
{
  const char *id = sb_conversation_get_id (row->recorder->conversation);
  SbMessageState state = sb_message_get_state (row->message);
  gboolean open = state == SB_MESSAGE_STATE_PENDING || state == SB_MESSAGE_STATE_STREAMING;
  gboolean inserted = row->saved.inserted;

  row->next = row->saved;
  row->next.inserted = TRUE;
  row->next.retired = row->removed;

  if ((!inserted || row->changed) &&
      !sb_message_rows_write (database, id, row->parent_id, open ? instance : 0, row->message, error))
    return FALSE;

  if (!inserted)
    {
      row->next.text_length = sb_message_get_text_length (row->message);
      row->next.reasoning_length = reasoning_length (row->message);
    }
  else if (!row->text_replaced && !write_new_text (row, database, error))
    {
      return FALSE;
    }

  if ((inserted && row->text_replaced) || (!open && row->next.in_chunks))
    {
      if (!sb_message_rows_set_text (database, row->message, error))
        return FALSE;
      row->next.in_chunks = FALSE;
      row->next.text_length = sb_message_get_text_length (row->message);
      row->next.reasoning_length = reasoning_length (row->message);
    }

  return row->next.retired == row->saved.retired || sb_message_rows_retire (database, row->message, error);
}

static gboolean
write_event (EventRow    *row,
             SbDatabase  *database,
             gint64       instance,
             GError     **error)
{
  gboolean running = sb_trace_event_get_state (row->event) == SB_TRACE_STATE_RUNNING;

  if (!sb_event_rows_write (database, sb_conversation_get_id (row->recorder->conversation),
                            running ? instance : 0, row->event, error))
    return FALSE;

  for (guint part = 0; part < G_N_ELEMENTS (row->part_changed); part++)
    if (row->part_changed[part] && !sb_event_rows_write_part (database, row->event, part, error))
      return FALSE;

  return TRUE;
}

static void
sb_recorder_dispose (GObject *object)
{
  SbRecorder *self = SB_RECORDER (object);

  g_ptr_array_set_size (self->dirty_rows, 0);
  g_ptr_array_set_size (self->dirty_events, 0);
  g_ptr_array_set_size (self->rows, 0);
  g_ptr_array_set_size (self->removed_rows, 0);
  g_hash_table_remove_all (self->events);
  g_clear_object (&self->conversation);

  G_OBJECT_CLASS (sb_recorder_parent_class)->dispose (object);
}

static void
sb_recorder_finalize (GObject *object)
{
  SbRecorder *self = SB_RECORDER (object);

  g_ptr_array_unref (self->dirty_rows);
  g_ptr_array_unref (self->dirty_events);
  g_ptr_array_unref (self->rows);
  g_ptr_array_unref (self->removed_rows);
  g_hash_table_unref (self->events);

  G_OBJECT_CLASS (sb_recorder_parent_class)->finalize (object);
}

static void
sb_recorder_class_init (SbRecorderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_recorder_dispose;
  object_class->finalize = sb_recorder_finalize;

  signals[DIRTY] =
    g_signal_new ("dirty", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
sb_recorder_init (SbRecorder *self)
{
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) message_row_free);
  self->removed_rows = g_ptr_array_new_with_free_func ((GDestroyNotify) message_row_free);
  self->events = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) event_row_free);
  self->dirty_rows = g_ptr_array_new ();
  self->dirty_events = g_ptr_array_new ();
}

/**
 * sb_recorder_new:
 * @conversation: empty; is watched from now on
 * @is_on_disk: whether its row is there, with messages to load; a new one gets a row with its first message
 * @load_payload: reads the request or response of an event from @payload_source
 *
 * Returns: (transfer full): a recorder
 */
SbRecorder *
sb_recorder_new (SbConversation  *conversation,
                 gboolean         is_on_disk,
                 SbTraceLoadFunc  load_payload,
                 GObject         *payload_source)
{
  SbRecorder *self = g_object_new (SB_TYPE_RECORDER, NULL);

  self->conversation = g_object_ref (conversation);
  self->on_disk = is_on_disk;
  self->load_payload = load_payload;
  self->payload_source = payload_source;
  self->loaded = !is_on_disk;
  g_signal_connect_object (conversation, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (conversation, "notify", G_CALLBACK (conversation_notify_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (sb_conversation_get_trace (conversation), "event-changed",
                           G_CALLBACK (event_changed_cb), self, G_CONNECT_SWAPPED);

  return self;
}

gboolean
sb_recorder_is_dirty (SbRecorder *self)
{
  return self->dirty_rows->len > 0 || self->dirty_events->len > 0 || (self->changed && self->on_disk);
}

gboolean
sb_recorder_write (SbRecorder  *self,
                   SbDatabase  *database,
                   gint64       instance,
                   GError     **error)
{
  if (!write_conversation (self, database, error))
    return FALSE;

  for (guint i = 0; i < self->dirty_rows->len; i++)
    if (!write_row (g_ptr_array_index (self->dirty_rows, i), database, instance, error))
      return FALSE;

  for (guint i = 0; i < self->dirty_events->len; i++)
    if (!write_event (g_ptr_array_index (self->dirty_events, i), database, instance, error))
      return FALSE;

  return TRUE;
}

void
sb_recorder_committed (SbRecorder *self)
{
  for (guint i = 0; i < self->dirty_rows->len; i++)
    {
      MessageRow *row = g_ptr_array_index (self->dirty_rows, i);

      row->saved = row->next;
      row->queued = FALSE;
      row->changed = FALSE;
      row->text_replaced = FALSE;
    }

  for (guint i = 0; i < self->dirty_events->len; i++)
    {
      EventRow *row = g_ptr_array_index (self->dirty_events, i);

      row->queued = FALSE;
      row->part_changed[SB_TRACE_PART_REQUEST] = FALSE;
      row->part_changed[SB_TRACE_PART_RESPONSE] = FALSE;
      if (sb_trace_event_get_state (row->event) != SB_TRACE_STATE_RUNNING)
        sb_trace_event_unload (row->event, self->load_payload, self->payload_source);
    }

  g_ptr_array_set_size (self->dirty_rows, 0);
  g_ptr_array_set_size (self->dirty_events, 0);
  g_ptr_array_set_size (self->removed_rows, 0);
  self->on_disk = TRUE;
  self->changed = FALSE;
}

gboolean
sb_recorder_load (SbRecorder  *self,
                  SbDatabase  *database,
                  GError     **error)
{
  const char *id = sb_conversation_get_id (self->conversation);
  g_autoptr(GPtrArray) messages = NULL;
  g_autoptr(GPtrArray) events = NULL;

  if (self->loaded)
    return TRUE;

  messages = sb_message_rows_load (database, id, error);
  if (messages == NULL)
    return FALSE;

  events = sb_event_rows_load (database, id, self->load_payload, self->payload_source, error);
  if (events == NULL)
    return FALSE;

  self->loading = TRUE;
  for (guint i = 0; i < events->len; i++)
    sb_trace_restore (sb_conversation_get_trace (self->conversation), g_ptr_array_index (events, i));
  for (guint i = 0; i < messages->len; i++)
    sb_conversation_append (self->conversation, g_ptr_array_index (messages, i));
  self->loading = FALSE;
  self->loaded = TRUE;

  return TRUE;
}
