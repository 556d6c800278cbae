/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-channel-private.h"

static gboolean
handle_counters (SbChannel         *self,
                 SbRequest         *request,
                 const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  g_autofree SbChannelCounters *counters = g_new0 (SbChannelCounters, 1);
  g_autoptr(GTask) task = NULL;
  guint64 processes = 0;

  counters->memory_bytes = sb_wire_get_u64 (&unpacker);
  counters->memory_limit = sb_wire_get_u64 (&unpacker);
  processes = sb_wire_get_u64 (&unpacker);
  counters->processes = (guint) MIN (processes, G_MAXUINT);
  counters->cpu_us = sb_wire_get_u64 (&unpacker);
  counters->disk_bytes = sb_wire_get_u64 (&unpacker);
  counters->disk_limit = sb_wire_get_u64 (&unpacker);
  if (frame->type != SB_WIRE_COUNTERS_DATA || !sb_wire_get_end (&unpacker))
    return FALSE;

  task = sb_channel_take_task (self, request);
  g_task_return_pointer (task, g_steal_pointer (&counters), g_free);

  return TRUE;
}

/**
 * sb_channel_counters_async:
 * @self: an open channel
 *
 * Asks what the sandbox uses: from its control group where there is one, else added up over its processes.
 */
void
sb_channel_counters_async (SbChannel           *self,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  SbRequest *request = NULL;

  g_return_if_fail (SB_IS_CHANNEL (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_counters_async);
  if (!sb_channel_check_open (self, task))
    return;

  request = sb_channel_add_request (self, task, NULL, handle_counters);
  sb_channel_send (self, SB_WIRE_COUNTERS, 0, request->id, NULL, 0);
}

/**
 * sb_channel_counters_finish:
 * @counters: (out caller-allocates): set on success; a limit of 0 means none
 */
gboolean
sb_channel_counters_finish (SbChannel          *self,
                            GAsyncResult       *result,
                            SbChannelCounters  *counters,
                            GError            **error)
{
  g_autofree SbChannelCounters *answer = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  answer = g_task_propagate_pointer (G_TASK (result), error);
  if (answer == NULL)
    return FALSE;

  *counters = *answer;

  return TRUE;
}
