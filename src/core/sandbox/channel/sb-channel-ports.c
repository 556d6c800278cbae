/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-channel-private.h"
#include "sb-listening.h"

static gboolean
handle_ports (SbChannel         *self,
              SbRequest         *request,
              const SbWireFrame *frame)
{
  g_autoptr(GPtrArray) ports = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_listening_port_free);
  g_autoptr(GTask) task = NULL;

  if (frame->type != SB_WIRE_PORTS_DATA || !sb_listening_parse (frame->payload, frame->length, ports))
    return FALSE;

  task = sb_channel_take_task (self, request);
  g_task_return_pointer (task, g_steal_pointer (&ports), (GDestroyNotify) g_ptr_array_unref);

  return TRUE;
}

/**
 * sb_channel_list_ports_async:
 * @self: an open channel
 *
 * Asks which TCP ports programs inside listen on; those of sb_channel_listen_async() are left out. It costs the far end
 * a walk through its processes: ask at most once a second.
 */
void
sb_channel_list_ports_async (SbChannel           *self,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  SbRequest *request = NULL;

  g_return_if_fail (SB_IS_CHANNEL (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_list_ports_async);
  if (!sb_channel_check_open (self, task))
    return;

  request = sb_channel_add_request (self, task, NULL, handle_ports);
  sb_channel_send (self, SB_WIRE_PORTS, 0, request->id, NULL, 0);
}

/**
 * sb_channel_list_ports_finish:
 *
 * Returns: (transfer full) (element-type SbListeningPort): what is listened on; a port may come once for each address
 */
GPtrArray *
sb_channel_list_ports_finish (SbChannel     *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
