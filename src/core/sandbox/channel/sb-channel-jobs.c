/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-channel-private.h"

/* A piece of a log, on its way to the caller. */
typedef struct
{
  GBytes  *bytes;
  guint64  asked;
  guint64  offset;
  guint64  total;
} LogPiece;

static void
log_piece_free (gpointer data)
{
  LogPiece *piece = data;

  g_clear_pointer (&piece->bytes, g_bytes_unref);
  g_free (piece);
}

static gboolean
handle_log (SbChannel         *self,
            SbRequest         *request,
            const SbWireFrame *frame)
{
  LogPiece *piece = g_task_get_task_data (request->task);
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  g_autoptr(GTask) task = NULL;

  piece->offset = sb_wire_get_u64 (&unpacker);
  piece->total = sb_wire_get_u64 (&unpacker);
  if (frame->type != SB_WIRE_LOG_DATA || unpacker.bad || piece->offset < piece->asked)
    return FALSE;

  piece->bytes = g_bytes_new (unpacker.data, unpacker.left);
  task = sb_channel_take_task (self, request);
  g_task_return_boolean (task, TRUE);

  return TRUE;
}

static gboolean
handle_jobs (SbChannel         *self,
             SbRequest         *request,
             const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  g_autoptr(GArray) jobs = g_array_new (FALSE, TRUE, sizeof (SbJob));
  g_autoptr(GTask) task = NULL;

  while (unpacker.left > 0 && !unpacker.bad)
    {
      SbJob job = { .process = sb_wire_get_u32 (&unpacker) };
      guint8 state = sb_wire_get_u8 (&unpacker);
      guint8 outcome = 0;

      job.running = (state & SB_WIRE_JOB_RUNNING) != 0;
      job.open = (state & SB_WIRE_JOB_OPEN) != 0;
      outcome = sb_wire_get_u8 (&unpacker);
      job.outcome = (SbExecOutcome) MIN (outcome, SB_EXEC_OUTPUT_LIMIT);
      job.value = (int) (sb_wire_get_u32 (&unpacker) & 0xff);
      job.log_bytes = sb_wire_get_u64 (&unpacker);
      g_array_append_val (jobs, job);
    }
  if (frame->type != SB_WIRE_JOBS_DATA || !sb_wire_get_end (&unpacker))
    return FALSE;

  task = sb_channel_take_task (self, request);
  g_task_return_pointer (task, g_steal_pointer (&jobs), (GDestroyNotify) g_array_unref);

  return TRUE;
}

static gboolean
handle_written (SbChannel         *self,
                SbRequest         *request,
                const SbWireFrame *frame)
{
  g_autoptr(GTask) task = NULL;

  if (frame->type != SB_WIRE_OK)
    return FALSE;

  task = sb_channel_take_task (self, request);
  g_task_return_boolean (task, TRUE);

  return TRUE;
}

/**
 * sb_channel_kill:
 * @self: a channel
 * @process: the id that spawn gave
 * @signal: a signal number; 0: TERM, and KILL 2 s later; 9: KILL to all that came from it
 *
 * Does nothing when it is over already.
 */
void
sb_channel_kill (SbChannel *self,
                 guint32    process,
                 int        signal)
{
  g_return_if_fail (SB_IS_CHANNEL (self));
  g_return_if_fail (signal >= 0 && signal < 64);

  sb_channel_send_u32 (self, SB_WIRE_KILL, process, (guint32) signal);
}

/**
 * sb_channel_write_input_async:
 * @self: an open channel
 * @process: the id that spawn gave
 * @bytes: what it is to read
 * @last: nothing comes after that
 *
 * The far end takes all of it or nothing: 128 KiB may wait for the command, and then it is SB_CHANNEL_ERROR_LIMIT. With
 * SB_CHANNEL_ERROR_IO its stdin is not open.
 */
void
sb_channel_write_input_async (SbChannel           *self,
                              guint32              process,
                              GBytes              *bytes,
                              gboolean             last,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  g_autofree char *subject = NULL;
  g_autofree guint8 *payload = NULL;
  SbWirePacker packer = { NULL };
  SbRequest *request = NULL;
  gsize length = 0;
  const guint8 *data = NULL;

  g_return_if_fail (SB_IS_CHANNEL (self));
  g_return_if_fail (bytes != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_write_input_async);
  data = g_bytes_get_data (bytes, &length);
  if (!sb_channel_check_open (self, task))
    return;
  if (length > SB_CHANNEL_MAX_INPUT)
    {
      g_task_return_new_error (task, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT,
                               "At most 32 KiB of input can be written at a time.");
      return;
    }

  subject = g_strdup_printf ("process %u", process);
  payload = g_malloc (sizeof process + length);
  packer = (SbWirePacker) { payload, sizeof process + length, 0, false };
  sb_wire_put_u32 (&packer, process);
  sb_wire_put_bytes (&packer, data, length);
  request = sb_channel_add_request (self, task, subject, handle_written);
  sb_channel_send (self, SB_WIRE_INPUT, last ? SB_WIRE_FLAG_END : 0, request->id, payload, packer.length);
}

/**
 * sb_channel_write_input_finish:
 *
 * Returns: TRUE: it is on its way to the command, which may read it or not
 */
gboolean
sb_channel_write_input_finish (SbChannel     *self,
                               GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * sb_channel_read_log_async:
 * @self: an open channel
 * @process: the id that spawn gave
 * @offset: where to begin in all that it wrote
 *
 * The first 32 KiB and the last 96 KiB are kept over there.
 */
void
sb_channel_read_log_async (SbChannel           *self,
                           guint32              process,
                           guint64              offset,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  g_autofree char *subject = NULL;
  LogPiece *piece = NULL;
  SbRequest *request = NULL;
  guint8 payload[16];
  SbWirePacker packer = { payload, sizeof payload, 0, false };

  g_return_if_fail (SB_IS_CHANNEL (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_read_log_async);
  if (!sb_channel_check_open (self, task))
    return;

  piece = g_new0 (LogPiece, 1);
  piece->asked = offset;
  g_task_set_task_data (task, piece, log_piece_free);
  subject = g_strdup_printf ("process %u", process);
  request = sb_channel_add_request (self, task, subject, handle_log);
  sb_wire_put_u32 (&packer, process);
  sb_wire_put_u64 (&packer, offset);
  sb_wire_put_u32 (&packer, SB_WIRE_CHUNK);
  sb_channel_send (self, SB_WIRE_LOG, 0, request->id, payload, packer.length);
}

/**
 * sb_channel_read_log_finish:
 * @offset: (out) (optional): where the bytes begin
 * @total: (out) (optional): how many it wrote so far
 *
 * Returns: (transfer full): the bytes, raw: hostile; none when there are no more yet
 */
GBytes *
sb_channel_read_log_finish (SbChannel     *self,
                            GAsyncResult  *result,
                            guint64       *offset,
                            guint64       *total,
                            GError       **error)
{
  LogPiece *piece = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;

  piece = g_task_get_task_data (G_TASK (result));
  if (offset != NULL)
    *offset = piece->offset;
  if (total != NULL)
    *total = piece->total;

  return g_steal_pointer (&piece->bytes);
}

void
sb_channel_list_jobs_async (SbChannel           *self,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  SbRequest *request = NULL;

  g_return_if_fail (SB_IS_CHANNEL (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_list_jobs_async);
  if (!sb_channel_check_open (self, task))
    return;

  request = sb_channel_add_request (self, task, NULL, handle_jobs);
  sb_channel_send (self, SB_WIRE_JOBS, 0, request->id, NULL, 0);
}

/**
 * sb_channel_list_jobs_finish:
 *
 * Returns: (transfer full) (element-type SbJob): the spawned commands
 */
GArray *
sb_channel_list_jobs_finish (SbChannel     *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
