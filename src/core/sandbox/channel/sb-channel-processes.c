/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-channel-private.h"
#include "sb-processes.h"

static int
compare_pids (gconstpointer a,
              gconstpointer b)
{
  const SbProcess *first = *(const SbProcess *const *) a;
  const SbProcess *second = *(const SbProcess *const *) b;

  return first->pid < second->pid ? -1 : first->pid > second->pid;
}

static gboolean
handle_processes (SbChannel         *self,
                  SbRequest         *request,
                  const SbWireFrame *frame)
{
  GPtrArray *processes = g_task_get_task_data (request->task);
  g_autoptr(GTask) task = NULL;

  if (frame->type != SB_WIRE_PROCESSES_DATA
      || !sb_processes_parse (frame->payload, frame->length, SB_WIRE_MAX_PROCESSES, processes))
    return FALSE;
  if (!(frame->flags & SB_WIRE_FLAG_END))
    return frame->length > 0;

  g_ptr_array_sort (processes, compare_pids);
  task = sb_channel_take_task (self, request);
  g_task_return_pointer (task, g_ptr_array_ref (processes), (GDestroyNotify) g_ptr_array_unref);

  return TRUE;
}

static gboolean
handle_signalled (SbChannel         *self,
                  SbRequest         *request,
                  const SbWireFrame *frame)
{
  g_autoptr(GTask) task = NULL;

  if (frame->type != SB_WIRE_OK || frame->length != 0)
    return FALSE;

  task = sb_channel_take_task (self, request);
  g_task_return_boolean (task, TRUE);

  return TRUE;
}

/**
 * sb_channel_list_processes_async:
 * @self: an open channel
 *
 * Asks for all processes of the sandbox, not only those that it was asked to start.
 */
void
sb_channel_list_processes_async (SbChannel           *self,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  SbRequest *request = NULL;

  g_return_if_fail (SB_IS_CHANNEL (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_list_processes_async);
  if (!sb_channel_check_open (self, task))
    return;

  g_task_set_task_data (task, g_ptr_array_new_with_free_func ((GDestroyNotify) sb_process_free),
                        (GDestroyNotify) g_ptr_array_unref);
  request = sb_channel_add_request (self, task, NULL, handle_processes);
  sb_channel_send (self, SB_WIRE_PROCESSES, 0, request->id, NULL, 0);
}

/**
 * sb_channel_list_processes_finish:
 *
 * Returns: (transfer full) (element-type SbProcess): sorted by pid; without PID 1, which is ours
 */
GPtrArray *
sb_channel_list_processes_finish (SbChannel     *self,
                                  GAsyncResult  *result,
                                  GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * sb_channel_signal_process_async:
 * @self: an open channel
 * @pid: one of the list
 * @signal: the number of a signal
 *
 * Sends a signal to one process. Its id may be that of another one by now, but of none outside the sandbox.
 */
void
sb_channel_signal_process_async (SbChannel           *self,
                                 guint32              pid,
                                 int                  signal,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  g_autofree char *subject = NULL;
  SbRequest *request = NULL;
  guint8 payload[8];
  SbWirePacker packer = { payload, sizeof payload, 0, false };

  g_return_if_fail (SB_IS_CHANNEL (self));
  g_return_if_fail (signal > 0 && signal < 64);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_signal_process_async);
  if (!sb_channel_check_open (self, task))
    return;

  subject = g_strdup_printf ("process %u", pid);
  request = sb_channel_add_request (self, task, subject, handle_signalled);
  sb_wire_put_u32 (&packer, pid);
  sb_wire_put_u32 (&packer, (guint32) signal);
  sb_channel_send (self, SB_WIRE_SIGNAL, 0, request->id, payload, packer.length);
}

/**
 * sb_channel_signal_process_finish:
 *
 * Returns: TRUE when it was sent; SB_CHANNEL_ERROR_NOT_FOUND: it is over already
 */
gboolean
sb_channel_signal_process_finish (SbChannel     *self,
                                  GAsyncResult  *result,
                                  GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
