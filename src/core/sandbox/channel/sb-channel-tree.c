/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-channel-tree.h"

#include "sb-channel-private.h"
#include "sb-tree-codec.h"


/* A tree on its way out of the sandbox. */
typedef struct
{
  /* owned */
  GOutputStream *sink;
  GQueue         waiting; /* of GBytes: the first is being written */
  SbTreeReader  *reader;
  GTask         *over;    /* nullable: all has come, and only the sink is waited for */
  GError        *error;   /* nullable: of the sink */

  guint32       id;
  gboolean      ended;
  SbTreeSummary summary;
} Snapshot;

static void write_next (GTask *task);

static void
snapshot_free (gpointer data)
{
  Snapshot *snapshot = data;

  g_clear_object (&snapshot->sink);
  g_queue_clear_full (&snapshot->waiting, (GDestroyNotify) g_bytes_unref);
  g_clear_error (&snapshot->error);
  g_free (snapshot->reader);
  g_free (snapshot);
}

static void
finish_if_over (Snapshot *snapshot)
{
  g_autoptr(GTask) task = NULL;

  if (snapshot->over == NULL || !g_queue_is_empty (&snapshot->waiting))
    return;

  task = g_steal_pointer (&snapshot->over);
  if (snapshot->error != NULL)
    g_task_return_error (task, g_steal_pointer (&snapshot->error));
  else
    g_task_return_boolean (task, TRUE);
}

/* Nothing more is wanted; what is on its way still comes. */
static void
stop (SbChannel *self,
      Snapshot  *snapshot)
{
  g_queue_clear_full (&snapshot->waiting, (GDestroyNotify) g_bytes_unref);
  if (snapshot->over == NULL)
    sb_channel_send_u32 (self, SB_WIRE_KILL, snapshot->id, 9);
}

/* Bytes that the sink has taken may be followed by others; when it fails, no more are asked for. */
static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Snapshot *snapshot = g_task_get_task_data (task);
  g_autoptr(GBytes) bytes = g_queue_pop_head (&snapshot->waiting);
  SbChannel *self = g_task_get_source_object (task);

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL,
                                         snapshot->error == NULL ? &snapshot->error : NULL))
    stop (self, snapshot);
  else
    sb_channel_send_u32 (self, SB_WIRE_CREDIT, snapshot->id, (guint32) g_bytes_get_size (bytes));
  if (snapshot->error == NULL)
    write_next (task);
  finish_if_over (snapshot);
}

static void
write_next (GTask *task)
{
  Snapshot *snapshot = g_task_get_task_data (task);
  GBytes *bytes = g_queue_peek_head (&snapshot->waiting);

  if (bytes != NULL)
    g_output_stream_write_all_async (snapshot->sink, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                     G_PRIORITY_DEFAULT, NULL, written_cb, g_object_ref (task));
}

static void
count (SbTreeSummary *summary,
       SbTreeReader  *reader,
       SbTreeEvent    event)
{
  summary->n_files += event == SB_TREE_FILE;
  summary->n_directories += event == SB_TREE_DIRECTORY;
  summary->n_links += event == SB_TREE_LINK;
  summary->n_skipped += event == SB_TREE_SKIPPED;
  if (event == SB_TREE_DATA)
    summary->bytes += reader->data_length;
}

/* FALSE: against the rules of the format. */
static gboolean
inspect (Snapshot          *snapshot,
         const SbWireFrame *frame)
{
  const guint8 *data = frame->payload;
  size_t left = frame->length;

  while (left > 0)
    {
      SbTreeEvent event = sb_tree_reader_feed (snapshot->reader, &data, &left);

      if (event == SB_TREE_BROKEN)
        return FALSE;
      snapshot->ended |= event == SB_TREE_END;
      count (&snapshot->summary, snapshot->reader, event);
    }

  return TRUE;
}

static gboolean
handle_tree (SbChannel         *self,
             SbRequest         *request,
             const SbWireFrame *frame)
{
  Snapshot *snapshot = g_task_get_task_data (request->task);
  GTask *task = request->task;
  gboolean last = (frame->flags & SB_WIRE_FLAG_END) != 0;

  if (frame->type != SB_WIRE_TREE_DATA || frame->length == 0 || !inspect (snapshot, frame)
      || last != snapshot->ended)
    return FALSE;

  if (snapshot->error == NULL)
    g_queue_push_tail (&snapshot->waiting, g_bytes_new (frame->payload, frame->length));
  if (snapshot->waiting.length == 1)
    write_next (task);
  if (last)
    {
      snapshot->summary.complete = (frame->flags & SB_WIRE_FLAG_TRUNCATED) == 0;
      snapshot->over = sb_channel_take_task (self, request);
      if (snapshot->error != NULL)
        finish_if_over (snapshot);
    }

  return TRUE;
}

/**
 * sb_channel_snapshot_async:
 * @self: an open channel
 * @path: a directory in the workspace; "": the workspace
 * @max_bytes: of contents together; larger files are left out, and counted as skipped
 * @sink: where the tree goes (sb-tree-codec.h), as fast as it takes it; not closed
 *
 * Directories, regular files and links as they are met: what changes meanwhile is in it or not. The sandbox goes on
 * with everything else. What reached @sink before an error is not a tree. Cancelling ends it there too.
 */
void
sb_channel_snapshot_async (SbChannel           *self,
                           const char          *path,
                           guint64              max_bytes,
                           GOutputStream       *sink,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  Snapshot *snapshot = NULL;
  SbRequest *request = NULL;
  guint8 payload[SB_WIRE_MAX_PATH + 64];
  SbWirePacker packer = { payload, sizeof payload, 0, false };

  g_return_if_fail (SB_IS_CHANNEL (self));
  g_return_if_fail (G_IS_OUTPUT_STREAM (sink));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_snapshot_async);
  if (!sb_channel_check_open (self, task))
    return;
  sb_wire_put_u64 (&packer, max_bytes);
  sb_wire_put_string (&packer, path);
  if (packer.overflow)
    {
      g_task_return_new_error (task, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT, "The path is too long.");
      return;
    }

  snapshot = g_new0 (Snapshot, 1);
  snapshot->sink = g_object_ref (sink);
  snapshot->reader = g_new0 (SbTreeReader, 1);
  g_queue_init (&snapshot->waiting);
  sb_tree_reader_init (snapshot->reader, 2 * SB_WIRE_MAX_TREE, max_bytes);
  g_task_set_task_data (task, snapshot, snapshot_free);
  request = sb_channel_add_request (self, task, path, handle_tree);
  request->kill_on_cancel = TRUE;
  snapshot->id = request->id;
  sb_channel_send (self, SB_WIRE_SNAPSHOT, 0, request->id, payload, packer.length);
}

/* When a request was cancelled the far end says so; the caller is told what it knows already. */
static gboolean
finish (GAsyncResult  *result,
        GError       **error)
{
  g_autoptr(GError) failure = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &failure))
    return TRUE;
  if (!g_cancellable_set_error_if_cancelled (g_task_get_cancellable (G_TASK (result)), error))
    g_propagate_error (error, g_steal_pointer (&failure));

  return FALSE;
}

/**
 * sb_channel_snapshot_finish:
 * @summary: (out caller-allocates) (optional): what is in it
 */
gboolean
sb_channel_snapshot_finish (SbChannel      *self,
                            GAsyncResult   *result,
                            SbTreeSummary  *summary,
                            GError        **error)
{
  g_autoptr(GError) failure = NULL;
  Snapshot *snapshot = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  snapshot = g_task_get_task_data (G_TASK (result));
  if (!finish (result, &failure))
    {
      /* The far end only says that it was told to stop. */
      if (snapshot != NULL && snapshot->error != NULL)
        g_propagate_error (error, g_steal_pointer (&snapshot->error));
      else
        g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (summary != NULL)
    *summary = snapshot->summary;

  return TRUE;
}

static void
upload_free (gpointer data)
{
  sb_upload_clear (data);
  g_free (data);
}

static gboolean
handle_ok (SbChannel         *self,
           SbRequest         *request,
           const SbWireFrame *frame)
{
  SbUpload *upload = g_task_get_task_data (request->task);
  g_autoptr(GTask) task = NULL;

  if (frame->type == SB_WIRE_CREDIT && upload != NULL)
    return sb_upload_credit (upload, self, frame);
  if (frame->type != SB_WIRE_OK || frame->length != 0)
    return FALSE;

  task = sb_channel_take_task (self, request);
  g_task_return_boolean (task, TRUE);

  return TRUE;
}

/**
 * sb_channel_restore_async:
 * @self: an open channel
 * @path: a directory in the workspace; "": the workspace
 * @tree: as a snapshot gave it, or from anywhere: hostile; the far end takes nothing that leaves @path
 * @replace: what is there goes when all has come, and stays after an error: there must be room for both; otherwise
 *   files of the same names are replaced, the others stay, and after an error a part of the tree may be there
 */
void
sb_channel_restore_async (SbChannel           *self,
                          const char          *path,
                          GBytes              *tree,
                          gboolean             replace,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  SbUpload *upload = NULL;
  SbRequest *request = NULL;
  guint8 payload[SB_WIRE_MAX_PATH + 64];
  SbWirePacker packer = { payload, sizeof payload, 0, false };

  g_return_if_fail (SB_IS_CHANNEL (self));
  g_return_if_fail (tree != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_restore_async);
  if (!sb_channel_check_open (self, task))
    return;
  sb_wire_put_string (&packer, path);
  if (packer.overflow)
    {
      g_task_return_new_error (task, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT, "The path is too long.");
      return;
    }

  upload = g_new0 (SbUpload, 1);
  sb_upload_init (upload, tree);
  g_task_set_task_data (task, upload, upload_free);
  request = sb_channel_add_request (self, task, path, handle_ok);
  request->kill_on_cancel = TRUE;
  sb_channel_send (self, SB_WIRE_RESTORE, replace ? SB_WIRE_FLAG_RECURSIVE : 0, request->id, payload, packer.length);
  sb_upload_push (upload, self, request->id);
}

gboolean
sb_channel_restore_finish (SbChannel     *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return finish (result, error);
}

/**
 * sb_channel_pause_async:
 * @paused: %TRUE: every process in the sandbox holds still, and starting one fails with SB_CHANNEL_ERROR_PAUSED; files
 *   can still be read and written
 */
void
sb_channel_pause_async (SbChannel           *self,
                        gboolean             paused,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  SbRequest *request = NULL;
  const guint8 payload[1] = { paused ? 1 : 0 };

  g_return_if_fail (SB_IS_CHANNEL (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_pause_async);
  if (!sb_channel_check_open (self, task))
    return;

  request = sb_channel_add_request (self, task, NULL, handle_ok);
  sb_channel_send (self, SB_WIRE_PAUSE, 0, request->id, payload, sizeof payload);
}

gboolean
sb_channel_pause_finish (SbChannel     *self,
                         GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return finish (result, error);
}
