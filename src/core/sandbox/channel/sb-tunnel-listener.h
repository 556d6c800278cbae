/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-channel.h"

G_BEGIN_DECLS

/* A port inside the sandbox that this side listens on. It ends with sb_tunnel_listener_close(), its last reference or
 * the channel; connections that came in live on. */
#define SB_TYPE_TUNNEL_LISTENER (sb_tunnel_listener_get_type ())
G_DECLARE_FINAL_TYPE (SbTunnelListener, sb_tunnel_listener, SB, TUNNEL_LISTENER, GObject)

guint16  sb_tunnel_listener_get_port (SbTunnelListener *self);
gboolean sb_tunnel_listener_is_open  (SbTunnelListener *self);
void     sb_tunnel_listener_close    (SbTunnelListener *self);

/* For the channel: sends LISTEN and ends the task with a listener. */
void     sb_tunnel_listener_open     (SbChannel            *channel,
                                      GTask                *task,
                                      guint32               address,
                                      guint16               port,
                                      SbTunnelIncomingFunc  incoming_func,
                                      gpointer              incoming_data);

G_END_DECLS
