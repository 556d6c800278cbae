/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tunnel-listener.h"
#include "sb-tunnel.h"

/**
 * sb_channel_connect_async:
 * @self: an open channel
 * @port: of a server on the loopback inside, 127.0.0.1 or ::1
 *
 * Connects to a program in the sandbox. Fails with SB_CHANNEL_ERROR_NOT_FOUND when nothing listens there, and with
 * SB_CHANNEL_ERROR_LIMIT when the sandbox has 128 connections already.
 */
void
sb_channel_connect_async (SbChannel           *self,
                          guint16              port,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (SB_IS_CHANNEL (self));
  g_return_if_fail (port != 0);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_connect_async);
  if (sb_channel_check_open (self, task))
    sb_tunnel_connect (self, task, port, 0);
}

/**
 * sb_channel_connect_finish:
 *
 * The stream is pollable and belongs to the default main context; a read or write that would have to wait fails with
 * G_IO_ERROR_WOULD_BLOCK, so use the asynchronous calls, sb_duplex_new_for_stream() or libsoup. Closing its output ends
 * that direction alone; closing both lets go of the connection after what was written has arrived. At most 128 KiB wait
 * each way.
 *
 * Returns: (transfer full): the connection
 */
GIOStream *
sb_channel_connect_finish (SbChannel     *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * sb_channel_listen_async:
 * @self: an open channel
 * @port: on 127.0.0.1 inside; 0: any that is free
 * @incoming_func: gets each connection of a program in the sandbox, as sb_channel_connect_finish() gives them, until
 *   the listener closes; what comes from there is hostile
 * @incoming_data: for @incoming_func
 *
 * At most 64 listeners and 64 such connections a sandbox; more of them wait in there.
 */
void
sb_channel_listen_async (SbChannel            *self,
                         guint16               port,
                         SbTunnelIncomingFunc  incoming_func,
                         gpointer              incoming_data,
                         GCancellable         *cancellable,
                         GAsyncReadyCallback   callback,
                         gpointer              user_data)
{
  sb_channel_listen_at_async (self, SB_WIRE_LOOPBACK, port, incoming_func, incoming_data, cancellable, callback,
                              user_data);
}

/* As sb_channel_listen_async(). address: another of the loopback's, in the host's byte order: 127.0.1.2 is
 * 0x7f000102 */
void
sb_channel_listen_at_async (SbChannel            *self,
                            guint32               address,
                            guint16               port,
                            SbTunnelIncomingFunc  incoming_func,
                            gpointer              incoming_data,
                            GCancellable         *cancellable,
                            GAsyncReadyCallback   callback,
                            gpointer              user_data)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (SB_IS_CHANNEL (self));
  g_return_if_fail (address >> 24 == 127);
  g_return_if_fail (incoming_func != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_listen_at_async);
  if (sb_channel_check_open (self, task))
    sb_tunnel_listener_open (self, task, address, port, incoming_func, incoming_data);
}

/**
 * sb_channel_listen_finish:
 *
 * Returns: (transfer full): the listener; dropping it frees the port
 */
SbTunnelListener *
sb_channel_listen_finish (SbChannel     *self,
                          GAsyncResult  *result,
                          GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
