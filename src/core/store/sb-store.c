/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-store.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "sb-database.h"
#include "sb-recorder.h"
#include "sb-store-lock.h"
#include "sb-store-open.h"
#include "sb-store-private.h"
#include "sb-event-rows.h"

#define FLUSH_DELAY_MS 250
#define RETRY_DELAY_MS 2000

struct _SbStore
{
  GObject      parent_instance;

  /* owned */
  SbStoreLock *lock;
  SbDatabase  *database;
  SbRedactor  *redactor;
  GListStore  *conversations;
  GHashTable  *recorders;     /* SbConversation -> SbRecorder */
  GError      *moved_aside;   /* told as soon as somebody can listen */

  /* state */
  gint64       instance;
  guint        flush_source;  /* exists only while something is unwritten */
  guint        next_source;
  guint        tell_source;
  GQuark       failed_domain; /* the failure told last, until a write works again */
  int          failed_code;
};

enum
{
  FAILED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbStore, sb_store, G_TYPE_OBJECT)
G_DEFINE_QUARK (sb-store-error-quark, sb_store_error)

static guint signals[N_SIGNALS];

static gboolean flush_cb (gpointer user_data);

static int
compare_newest_first (gconstpointer a,
                      gconstpointer b,
                      gpointer      user_data)
{
  gint64 updated_a = sb_conversation_get_updated ((SbConversation *) a);
  gint64 updated_b = sb_conversation_get_updated ((SbConversation *) b);

  return (updated_a < updated_b) - (updated_a > updated_b);
}

/* The same failure once, not at every attempt. */
static void
tell_failure (SbStore *self,
              GError  *error)
{
  if (self->failed_domain == error->domain && self->failed_code == error->code)
    return;

  self->failed_domain = error->domain;
  self->failed_code = error->code;
  g_signal_emit (self, signals[FAILED], 0, error);
}

static void
schedule (SbStore *self,
          guint    delay)
{
  if (self->flush_source == 0)
    self->flush_source = g_timeout_add (delay, flush_cb, self);
}

static gboolean
write_all (SbStore    *self,
           GPtrArray  *dirty,
           GError    **error)
{
  if (!sb_database_exec (self->database, "BEGIN IMMEDIATE", error))
    return FALSE;

  for (guint i = 0; i < dirty->len; i++)
    if (!sb_recorder_write (g_ptr_array_index (dirty, i), self->database, self->instance, error))
      {
        sb_database_exec (self->database, "ROLLBACK", NULL);
        return FALSE;
      }

  if (sb_database_exec (self->database, "COMMIT", error))
    return TRUE;

  sb_database_exec (self->database, "ROLLBACK", NULL);

  return FALSE;
}

static GPtrArray *
list_dirty (SbStore *self)
{
  GPtrArray *dirty = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer recorder;

  g_hash_table_iter_init (&iter, self->recorders);
  while (g_hash_table_iter_next (&iter, NULL, &recorder))
    if (sb_recorder_is_dirty (recorder))
      g_ptr_array_add (dirty, recorder);

  return dirty;
}

/* Runs a statement of the store's own; what does not work is told by the signal. */
static void
run_or_tell (SbStore    *self,
             const char *sql,
             const char *first,
             const char *second)
{
  g_autoptr(GError) error = NULL;

  if (!sb_database_run (self->database, &error, sql, "tt", first, second))
    tell_failure (self, error);
}

static gboolean
flush_cb (gpointer user_data)
{
  SbStore *self = user_data;

  self->flush_source = 0;
  sb_store_flush (self, NULL);

  return G_SOURCE_REMOVE;
}

static gboolean
next_cb (gpointer user_data)
{
  SbStore *self = user_data;

  self->next_source = 0;
  sb_store_flush (self, NULL);

  return G_SOURCE_REMOVE;
}

static gboolean
tell_cb (gpointer user_data)
{
  SbStore *self = user_data;

  self->tell_source = 0;
  g_signal_emit (self, signals[FAILED], 0, self->moved_aside);

  return G_SOURCE_REMOVE;
}

static void
recorder_dirty_cb (SbStore    *self,
                   guint       urgency,
                   SbRecorder *recorder)
{
  /* While writes fail, a retry is under way; each change need not try again. */
  if (urgency == SB_URGENCY_NOW && self->failed_domain == 0)
    sb_store_flush (self, NULL);
  else if (urgency == SB_URGENCY_NEXT && self->next_source == 0 && self->failed_domain == 0)
    self->next_source = g_idle_add_full (G_PRIORITY_HIGH, next_cb, self, NULL);
  else
    schedule (self, FLUSH_DELAY_MS);
}

static void
updated_cb (SbStore        *self,
            GParamSpec     *pspec,
            SbConversation *conversation)
{
  guint position;

  if (g_list_store_find (self->conversations, conversation, &position) && position > 0)
    g_list_store_sort (self->conversations, compare_newest_first, NULL);
}

static char *
load_payload (SbTraceEvent *event,
              SbTracePart   part,
              GObject      *source)
{
  SbStore *self = SB_STORE (source);

  return self->database != NULL ? sb_event_rows_load_part (self->database, event, part) : NULL;
}

static void
attach (SbStore        *self,
        SbConversation *conversation,
        gboolean        is_on_disk)
{
  SbRecorder *recorder = sb_recorder_new (conversation, is_on_disk, load_payload, G_OBJECT (self));

  g_hash_table_insert (self->recorders, conversation, recorder);
  g_signal_connect_object (recorder, "dirty", G_CALLBACK (recorder_dirty_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (conversation, "notify::updated", G_CALLBACK (updated_cb), self, G_CONNECT_SWAPPED);
}

static gboolean
list_conversations (SbStore  *self,
                    GError  **error)
{
  g_autoptr(GError) local = NULL;
  sqlite3_stmt *rows = sb_database_query (self->database, &local,
                                          "SELECT id, title, agent, agent_label, updated FROM conversation"
                                          " WHERE deleted_by IS NULL ORDER BY updated DESC", "");

  while (sb_database_next (self->database, rows, &local))
    {
      g_autoptr(SbConversation) conversation = sb_conversation_new (sb_database_text (rows, 0), self->redactor);

      sb_conversation_set_title (conversation, sb_database_text (rows, 1));
      sb_conversation_set_active_agent (conversation, sb_database_text (rows, 2));
      sb_conversation_set_agent_label (conversation, sb_database_text (rows, 3));
      sb_conversation_set_updated (conversation, sqlite3_column_int64 (rows, 4));
      attach (self, conversation, TRUE);
      g_list_store_append (self->conversations, conversation);
    }

  if (local == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local));

  return FALSE;
}

/* A history is private: nobody else may read the file, also not the ones SQLite makes beside it. */
static void
make_private (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd;

  g_mkdir_with_parents (folder, 0700);
  fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0)
    close (fd);
}

static gboolean
open_path (SbStore     *self,
           const char  *path,
           GError     **error)
{
  gboolean in_memory = g_str_equal (path, ":memory:");
  g_autofree char *lock_path = in_memory ? NULL : g_strconcat (path, ".lock", NULL);

  if (!in_memory)
    make_private (path);

  self->lock = sb_store_lock_new (lock_path);
  self->database = sb_store_open_database (path, self->lock, &self->instance, &self->moved_aside, error);
  if (self->moved_aside != NULL)
    self->tell_source = g_idle_add (tell_cb, self);

  return self->database != NULL && list_conversations (self, error);
}

static void
sb_store_dispose (GObject *object)
{
  SbStore *self = SB_STORE (object);

  if (self->database != NULL)
    sb_store_flush (self, NULL);

  g_clear_handle_id (&self->flush_source, g_source_remove);
  g_clear_handle_id (&self->next_source, g_source_remove);
  g_clear_handle_id (&self->tell_source, g_source_remove);
  g_hash_table_remove_all (self->recorders);
  g_clear_object (&self->conversations);
  g_clear_object (&self->redactor);
  g_clear_pointer (&self->database, sb_database_free);
  g_clear_pointer (&self->lock, sb_store_lock_free);

  G_OBJECT_CLASS (sb_store_parent_class)->dispose (object);
}

static void
sb_store_finalize (GObject *object)
{
  SbStore *self = SB_STORE (object);

  g_hash_table_unref (self->recorders);
  g_clear_error (&self->moved_aside);

  G_OBJECT_CLASS (sb_store_parent_class)->finalize (object);
}

static void
sb_store_class_init (SbStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_store_dispose;
  object_class->finalize = sb_store_finalize;

  signals[FAILED] =
    g_signal_new ("failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
sb_store_init (SbStore *self)
{
  self->conversations = g_list_store_new (SB_TYPE_CONVERSATION);
  self->recorders = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
}

/**
 * sb_store_new:
 * @path: the file, made if it is not there, with its folder; or ":memory:"
 * @redactor: (nullable): given to the trace of every conversation
 *
 * Opens the history, lists its conversations, and marks as interrupted what processes that died left
 * unfinished. Several processes may use one file. A damaged file is moved aside and a new one begun, which
 * "failed" tells from the main loop. Main thread only.
 *
 * Returns: (transfer full): a store, or NULL with an SbStoreError
 */
SbStore *
sb_store_new (const char  *path,
              SbRedactor  *redactor,
              GError     **error)
{
  g_autoptr(SbStore) self = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_object_new (SB_TYPE_STORE, NULL);
  g_set_object (&self->redactor, redactor);

  return open_path (self, path, error) ? g_steal_pointer (&self) : NULL;
}

SbDatabase *
sb_store_get_database (SbStore *self)
{
  return self->database;
}

/**
 * sb_store_get_conversations:
 *
 * Returns: (transfer none): a #GListModel of #SbConversation, newest first, without deleted ones
 */
GListModel *
sb_store_get_conversations (SbStore *self)
{
  g_return_val_if_fail (SB_IS_STORE (self), NULL);

  return G_LIST_MODEL (self->conversations);
}

/**
 * sb_store_create_conversation:
 *
 * Begins a conversation. It is on disk from its first message on.
 *
 * Returns: (transfer none): the conversation, first in the list
 */
SbConversation *
sb_store_create_conversation (SbStore *self)
{
  g_autoptr(SbConversation) conversation = NULL;

  g_return_val_if_fail (SB_IS_STORE (self), NULL);

  conversation = sb_conversation_new (NULL, self->redactor);
  attach (self, conversation, FALSE);
  g_list_store_insert_sorted (self->conversations, conversation, compare_newest_first, NULL);

  return conversation;
}

/**
 * sb_store_load:
 * @conversation: one of this store
 *
 * Reads its messages and trace, if that was not done before. Requests and responses are read when somebody
 * looks.
 */
gboolean
sb_store_load (SbStore         *self,
               SbConversation  *conversation,
               GError         **error)
{
  SbRecorder *recorder;

  g_return_val_if_fail (SB_IS_STORE (self), FALSE);

  recorder = g_hash_table_lookup (self->recorders, conversation);
  g_return_val_if_fail (recorder != NULL, FALSE);

  return sb_recorder_load (recorder, self->database, error);
}

/**
 * sb_store_delete:
 *
 * Takes a conversation out of the list. It can be brought back until the program ends.
 */
void
sb_store_delete (SbStore        *self,
                 SbConversation *conversation)
{
  g_autofree char *instance = NULL;
  guint position;

  g_return_if_fail (SB_IS_STORE (self));

  if (!g_list_store_find (self->conversations, conversation, &position))
    return;

  instance = g_strdup_printf ("%" G_GINT64_FORMAT, self->instance);
  sb_store_flush (self, NULL);
  run_or_tell (self, "UPDATE conversation SET deleted_by = cast (? AS INTEGER) WHERE id = ?", instance,
               sb_conversation_get_id (conversation));
  g_list_store_remove (self->conversations, position);
}

/**
 * sb_store_undelete:
 * @conversation: one that sb_store_delete() took away in this run of the program
 */
void
sb_store_undelete (SbStore        *self,
                   SbConversation *conversation)
{
  g_return_if_fail (SB_IS_STORE (self));
  g_return_if_fail (g_hash_table_contains (self->recorders, conversation));

  if (g_list_store_find (self->conversations, conversation, NULL))
    return;

  run_or_tell (self, "UPDATE conversation SET deleted_by = ? WHERE id = ?", NULL,
               sb_conversation_get_id (conversation));
  g_list_store_insert_sorted (self->conversations, conversation, compare_newest_first, NULL);
}

/**
 * sb_store_search:
 * @text: (nullable): a part of what somebody said or of a title, in any case
 *
 * Returns: (transfer full): a #GListModel of the #SbConversation in which it stands, newest first
 */
GListModel *
sb_store_search (SbStore    *self,
                 const char *text)
{
  GListStore *found = g_list_store_new (SB_TYPE_CONVERSATION);
  const char *part = text != NULL ? text : "";
  g_autofree char *pattern = g_strdup_printf ("%%%s%%", part);
  g_autoptr(GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  sqlite3_stmt *rows;
  guint n;

  g_return_val_if_fail (SB_IS_STORE (self), G_LIST_MODEL (found));

  sb_store_flush (self, NULL);
  /* LIKE goes by the index, unless it has an ESCAPE; instr tells a "%" that was typed from any text. */
  rows = sb_database_query (self->database, NULL,
                            "SELECT id FROM conversation WHERE title LIKE ?1 AND instr (lower (title), lower (?2))"
                            " UNION SELECT conversation_id FROM message WHERE active = 1 AND row IN"
                            " (SELECT rowid FROM message_text WHERE text LIKE ?1"
                            " AND instr (lower (text), lower (?2)))", "tt", pattern, part);
  while (sb_database_next (self->database, rows, NULL))
    g_hash_table_add (ids, g_strdup (sb_database_text (rows, 0)));

  n = g_list_model_get_n_items (G_LIST_MODEL (self->conversations));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(SbConversation) conversation = g_list_model_get_item (G_LIST_MODEL (self->conversations), i);

      if (g_hash_table_contains (ids, sb_conversation_get_id (conversation)))
        g_list_store_append (found, conversation);
    }

  return G_LIST_MODEL (found);
}

/**
 * sb_store_flush:
 *
 * Writes at once what is not on disk yet, in one transaction. If that fails all of it stays to be written and
 * is tried again every two seconds; "failed" tells the first time.
 */
gboolean
sb_store_flush (SbStore  *self,
                GError  **error)
{
  g_autoptr(GPtrArray) dirty = NULL;
  g_autoptr(GError) local = NULL;

  g_return_val_if_fail (SB_IS_STORE (self), FALSE);

  g_clear_handle_id (&self->flush_source, g_source_remove);
  g_clear_handle_id (&self->next_source, g_source_remove);

  dirty = list_dirty (self);
  if (dirty->len == 0)
    return TRUE;

  if (write_all (self, dirty, &local))
    {
      for (guint i = 0; i < dirty->len; i++)
        sb_recorder_committed (g_ptr_array_index (dirty, i));
      self->failed_domain = 0;
      return TRUE;
    }

  schedule (self, RETRY_DELAY_MS);
  tell_failure (self, local);
  g_propagate_error (error, g_steal_pointer (&local));

  return FALSE;
}

/**
 * sb_store_get_setting:
 *
 * Returns: (transfer full) (nullable): what was set under @key
 */
char *
sb_store_get_setting (SbStore    *self,
                      const char *key)
{
  sqlite3_stmt *rows;
  char *value = NULL;

  g_return_val_if_fail (SB_IS_STORE (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  rows = sb_database_query (self->database, NULL, "SELECT value FROM setting WHERE key = ?", "t", key);
  if (sb_database_next (self->database, rows, NULL))
    {
      value = g_strdup (sb_database_text (rows, 0));
      sqlite3_reset (rows);
    }

  return value;
}

/**
 * sb_store_set_setting:
 * @value: (nullable): NULL forgets it
 *
 * Written at once; "failed" tells if that does not work.
 */
void
sb_store_set_setting (SbStore    *self,
                      const char *key,
                      const char *value)
{
  g_return_if_fail (SB_IS_STORE (self));
  g_return_if_fail (key != NULL);

  run_or_tell (self,
               "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
               key, value);
}
