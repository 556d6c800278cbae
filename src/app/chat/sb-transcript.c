/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-transcript.h"

#include <string.h>

#include "sb-message-blocks.h"

/* The end of a long conversation is there at once; what stands before it is added while it is looked at. */
#define FIRST_MESSAGES 60
#define BACKLOG_CHUNK 25

typedef struct
{
  SbTranscript    *transcript;
  SbMessageBlocks *blocks;
  guint            n_listed; /* blocks that are in the transcript's list */
  gulong           appended_id;
  gulong           notify_id;
  gboolean         dirty;
  gboolean         replaced; /* the text is another one, not a longer one */
} Entry;

struct _SbTranscript
{
  GObject     parent_instance;

  /* owned */
  GListModel *messages; /* nullable */
  GPtrArray  *entries;  /* of Entry: the messages from n_backlog on */
  GPtrArray  *blocks;   /* of SbBlock: all of them, in order */

  guint       n_backlog;
  guint       n_dirty;
  gboolean    announced; /* "dirty" was emitted and nothing has been flushed since */
};

enum
{
  SIGNAL_DIRTY,
  N_SIGNALS,
};

static void sb_transcript_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbTranscript, sb_transcript, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, sb_transcript_iface_init))

static guint signals[N_SIGNALS];

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  if (entry->dirty)
    entry->transcript->n_dirty--;
  g_clear_signal_handler (&entry->appended_id, entry->blocks->message);
  g_clear_signal_handler (&entry->notify_id, entry->blocks->message);
  sb_message_blocks_free (entry->blocks);
  g_free (entry);
}

static void
announce (SbTranscript *self)
{
  if (self->announced || !sb_transcript_get_dirty (self))
    return;

  self->announced = TRUE;
  g_signal_emit (self, signals[SIGNAL_DIRTY], 0);
}

static void
mark_dirty (Entry *entry)
{
  if (entry->dirty)
    return;

  entry->dirty = TRUE;
  entry->transcript->n_dirty++;
  announce (entry->transcript);
}

static void
appended_cb (SbMessage *message,
             guint64    offset,
             gpointer   user_data)
{
  mark_dirty (user_data);
}

static void
notify_cb (SbMessage  *message,
           GParamSpec *pspec,
           gpointer    user_data)
{
  Entry *entry = user_data;

  if (g_str_equal (pspec->name, "text"))
    entry->replaced = TRUE;

  mark_dirty (entry);
}

static Entry *
entry_new (SbTranscript *self,
           SbMessage    *message)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->transcript = self;
  entry->blocks = sb_message_blocks_new (message);
  entry->appended_id = g_signal_connect (message, "appended", G_CALLBACK (appended_cb), entry);
  entry->notify_id = g_signal_connect (message, "notify", G_CALLBACK (notify_cb), entry);

  return entry;
}

/* Counted from the end, where nearly all changes are. */
static guint
find_start (SbTranscript *self,
            guint         index)
{
  guint start = self->blocks->len;

  for (guint i = self->entries->len; i > index; i--)
    start -= ((Entry *) g_ptr_array_index (self->entries, i - 1))->n_listed;

  return start;
}

/* Puts the entry's blocks into the list; only what differs is replaced. */
static void
list_blocks (SbTranscript *self,
             guint         index)
{
  Entry *entry = g_ptr_array_index (self->entries, index);
  GPtrArray *blocks = entry->blocks->blocks;
  guint start = find_start (self, index);
  guint n_old = entry->n_listed;
  guint n_new = blocks->len;
  guint head = 0;
  guint tail = 0;

  while (head < MIN (n_old, n_new) &&
         g_ptr_array_index (self->blocks, start + head) == g_ptr_array_index (blocks, head))
    head++;

  while (tail < MIN (n_old, n_new) - head &&
         g_ptr_array_index (self->blocks, start + n_old - 1 - tail) == g_ptr_array_index (blocks, n_new - 1 - tail))
    tail++;

  entry->n_listed = n_new;
  if (n_old == n_new && head == n_old)
    return;

  if (n_old > head + tail)
    g_ptr_array_remove_range (self->blocks, start + head, n_old - head - tail);
  for (guint i = head; i < n_new - tail; i++)
    g_ptr_array_insert (self->blocks, start + i, g_object_ref (g_ptr_array_index (blocks, i)));

  g_list_model_items_changed (G_LIST_MODEL (self), start + head, n_old - head - tail, n_new - head - tail);
}

static SbMessage *
get_message (SbTranscript *self,
             guint         index)
{
  return ((Entry *) g_ptr_array_index (self->entries, index))->blocks->message;
}

static gboolean
is_speaker (SbMessage *message)
{
  return sb_message_get_role (message) == SB_MESSAGE_ROLE_NOTICE &&
         sb_message_get_notice_kind (message) == SB_NOTICE_KIND_SPEAKER;
}

/* Adds up what was said under a speaker's line. The rate is that of the model: tokens over the time after the first. */
static void
sum_usage (SbTranscript *self,
           guint         speaker)
{
  Entry *entry = g_ptr_array_index (self->entries, speaker);
  gint64 duration = sb_message_get_duration (entry->blocks->message);
  gint64 tokens = 0;
  gint64 streamed = 0;
  gint64 spent = 0;

  for (guint i = speaker + 1; i < self->entries->len; i++)
    {
      SbMessage *message = get_message (self, i);
      gint64 taken = MAX (sb_message_get_duration (message), 0);

      if (is_speaker (message) || sb_message_get_role (message) == SB_MESSAGE_ROLE_USER)
        break;

      spent += taken;
      if (sb_message_get_role (message) != SB_MESSAGE_ROLE_ASSISTANT || sb_message_get_completion_tokens (message) <= 0)
        continue;

      tokens += sb_message_get_completion_tokens (message);
      streamed += MAX (taken - MAX (sb_message_get_first_token_us (message), 0), 0);
    }

  if (entry->blocks->blocks->len > 0)
    sb_block_set_usage (g_ptr_array_index (entry->blocks->blocks, 0),
                        tokens > 0 ? tokens : -1,
                        tokens > 0 && streamed > 0 ? tokens * G_USEC_PER_SEC / streamed : -1,
                        duration >= 0 ? duration : spent > 0 ? spent : -1);
}

static void
update_speaker (SbTranscript *self,
                guint         index)
{
  if (sb_message_get_role (get_message (self, index)) == SB_MESSAGE_ROLE_USER)
    return;

  for (guint i = index + 1; i > 0; i--)
    {
      if (sb_message_get_role (get_message (self, i - 1)) == SB_MESSAGE_ROLE_USER)
        return;

      if (is_speaker (get_message (self, i - 1)))
        {
          sum_usage (self, i - 1);
          return;
        }
    }
}

static void
update_entry (SbTranscript *self,
              guint         index,
              gint64        deadline)
{
  Entry *entry = g_ptr_array_index (self->entries, index);

  if (entry->replaced)
    sb_message_blocks_reset (entry->blocks);
  entry->replaced = FALSE;

  if (sb_message_blocks_update (entry->blocks, deadline) && entry->dirty)
    {
      entry->dirty = FALSE;
      self->n_dirty--;
    }

  list_blocks (self, index);
  update_speaker (self, index);
}

/* Puts a chunk of the backlog in front, with one change of the list. */
static void
add_backlog (SbTranscript *self,
             guint         n_messages)
{
  g_autoptr(GPtrArray) fresh = g_ptr_array_new ();
  guint first = self->n_backlog - MIN (n_messages, self->n_backlog);
  guint count = self->n_backlog - first;
  guint n_old;

  for (guint i = 0; i < count; i++)
    {
      g_autoptr(SbMessage) message = g_list_model_get_item (self->messages, first + i);
      Entry *entry = entry_new (self, message);

      sb_message_blocks_update (entry->blocks, G_MAXINT64);
      entry->n_listed = entry->blocks->blocks->len;
      g_ptr_array_insert (self->entries, i, entry);
      for (guint j = 0; j < entry->n_listed; j++)
        g_ptr_array_add (fresh, g_object_ref (g_ptr_array_index (entry->blocks->blocks, j)));
    }

  n_old = self->blocks->len;
  g_ptr_array_set_size (self->blocks, n_old + fresh->len);
  if (n_old > 0)
    memmove (self->blocks->pdata + fresh->len, self->blocks->pdata, n_old * sizeof (gpointer));
  if (fresh->len > 0)
    memcpy (self->blocks->pdata, fresh->pdata, fresh->len * sizeof (gpointer));
  self->n_backlog = first;

  for (guint i = 0; i < count; i++)
    if (is_speaker (get_message (self, i)))
      sum_usage (self, i);

  if (fresh->len > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, fresh->len);
}

static void
add_messages (SbTranscript *self,
              guint         position,
              guint         added)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr(SbMessage) message = g_list_model_get_item (self->messages, position + i);
      guint index = position + i - self->n_backlog;

      g_ptr_array_insert (self->entries, index, entry_new (self, message));
      update_entry (self, index, G_MAXINT64);
    }
}

static void
remove_messages (SbTranscript *self,
                 guint         position,
                 guint         removed)
{
  guint index = position - self->n_backlog;
  guint start = find_start (self, index);
  guint n_blocks = 0;

  for (guint i = 0; i < removed; i++)
    n_blocks += ((Entry *) g_ptr_array_index (self->entries, index + i))->n_listed;

  if (removed > 0)
    g_ptr_array_remove_range (self->entries, index, removed);

  if (n_blocks > 0)
    {
      g_ptr_array_remove_range (self->blocks, start, n_blocks);
      g_list_model_items_changed (G_LIST_MODEL (self), start, n_blocks, 0);
    }
}

static void
forget_all (SbTranscript *self)
{
  guint n_blocks = self->blocks->len;

  g_ptr_array_set_size (self->entries, 0);
  g_ptr_array_set_size (self->blocks, 0);
  self->n_backlog = 0;
  self->announced = FALSE;

  if (n_blocks > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n_blocks, 0);
}

static void
load_all (SbTranscript *self)
{
  forget_all (self);

  if (self->messages == NULL)
    return;

  self->n_backlog = g_list_model_get_n_items (self->messages);
  if (self->n_backlog > 0)
    add_backlog (self, FIRST_MESSAGES);
  announce (self);
}

static void
items_changed_cb (SbTranscript *self,
                  guint         position,
                  guint         removed,
                  guint         added)
{
  if (position < self->n_backlog)
    {
      load_all (self);
      return;
    }

  remove_messages (self, position, removed);
  add_messages (self, position, added);
}

static GType
sb_transcript_get_item_type (GListModel *model)
{
  return SB_TYPE_BLOCK;
}

static guint
sb_transcript_get_n_items (GListModel *model)
{
  return SB_TRANSCRIPT (model)->blocks->len;
}

static gpointer
sb_transcript_get_item (GListModel *model,
                        guint       position)
{
  SbTranscript *self = SB_TRANSCRIPT (model);

  return position < self->blocks->len ? g_object_ref (g_ptr_array_index (self->blocks, position)) : NULL;
}

static void
sb_transcript_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_transcript_get_item_type;
  iface->get_n_items = sb_transcript_get_n_items;
  iface->get_item = sb_transcript_get_item;
}

static void
sb_transcript_dispose (GObject *object)
{
  SbTranscript *self = SB_TRANSCRIPT (object);

  sb_transcript_set_messages (self, NULL);

  G_OBJECT_CLASS (sb_transcript_parent_class)->dispose (object);
}

static void
sb_transcript_finalize (GObject *object)
{
  SbTranscript *self = SB_TRANSCRIPT (object);

  g_ptr_array_unref (self->entries);
  g_ptr_array_unref (self->blocks);

  G_OBJECT_CLASS (sb_transcript_parent_class)->finalize (object);
}

static void
sb_transcript_class_init (SbTranscriptClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_transcript_dispose;
  object_class->finalize = sb_transcript_finalize;

  signals[SIGNAL_DIRTY] =
    g_signal_new ("dirty", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sb_transcript_init (SbTranscript *self)
{
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->blocks = g_ptr_array_new_with_free_func (g_object_unref);
}

SbTranscript *
sb_transcript_new (void)
{
  return g_object_new (SB_TYPE_TRANSCRIPT, NULL);
}

void
sb_transcript_set_messages (SbTranscript *self,
                            GListModel   *messages)
{
  g_return_if_fail (SB_IS_TRANSCRIPT (self));

  if (self->messages == messages)
    return;

  if (self->messages != NULL)
    g_signal_handlers_disconnect_by_func (self->messages, items_changed_cb, self);

  g_set_object (&self->messages, messages);

  if (messages != NULL)
    g_signal_connect_object (messages, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);

  load_all (self);
}

gboolean
sb_transcript_get_dirty (SbTranscript *self)
{
  g_return_val_if_fail (SB_IS_TRANSCRIPT (self), FALSE);

  return self->n_dirty > 0 || self->n_backlog > 0;
}

/**
 * sb_transcript_flush:
 * @budget: µs, or -1
 *
 * Goes on where the last call stopped. However small the budget, every call gets something done: the newest
 * messages first, then the part of the conversation that has not been read yet.
 *
 * Returns: whether something is left to do
 */
gboolean
sb_transcript_flush (SbTranscript *self,
                     gint64        budget)
{
  gint64 deadline = budget < 0 ? G_MAXINT64 : g_get_monotonic_time () + budget;

  g_return_val_if_fail (SB_IS_TRANSCRIPT (self), FALSE);

  for (guint i = self->entries->len; i > 0 && self->n_dirty > 0; i--)
    {
      if (!((Entry *) g_ptr_array_index (self->entries, i - 1))->dirty)
        continue;

      update_entry (self, i - 1, deadline);
      if (g_get_monotonic_time () >= deadline)
        break;
    }

  while (self->n_backlog > 0 && self->n_dirty == 0)
    {
      add_backlog (self, BACKLOG_CHUNK);
      if (g_get_monotonic_time () >= deadline)
        break;
    }

  self->announced = sb_transcript_get_dirty (self);

  return self->announced;
}

guint
sb_transcript_find_trace (SbTranscript *self,
                          const char   *trace_id)
{
  g_return_val_if_fail (SB_IS_TRANSCRIPT (self), G_MAXUINT);

  for (guint i = self->entries->len; i > 0; i--)
    {
      Entry *entry = g_ptr_array_index (self->entries, i - 1);

      if (g_strcmp0 (sb_message_get_trace_id (entry->blocks->message), trace_id) == 0 && entry->n_listed > 0)
        return find_start (self, i - 1);
    }

  return G_MAXUINT;
}
