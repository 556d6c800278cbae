/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-channel-private.h"

G_BEGIN_DECLS

/* One TCP connection inside the sandbox: its windows, what came and was not read yet, and how it ended. Its two streams
 * keep it; the channel's request points to it. */
#define SB_TYPE_TUNNEL (sb_tunnel_get_type ())
G_DECLARE_FINAL_TYPE (SbTunnel, sb_tunnel, SB, TUNNEL, GObject)

/* Sends CONNECT and ends the task with a GIOStream. */
void       sb_tunnel_connect      (SbChannel     *channel,
                                   GTask         *task,
                                   guint16        port,
                                   guint32        ticket);

/* For its streams */
gboolean   sb_tunnel_is_readable  (SbTunnel      *self);
gboolean   sb_tunnel_is_writable  (SbTunnel      *self);
gssize     sb_tunnel_read         (SbTunnel      *self,
                                   void          *buffer,
                                   gsize          count,
                                   GError       **error);
gssize     sb_tunnel_write        (SbTunnel      *self,
                                   const void    *buffer,
                                   gsize          count,
                                   GError       **error);
void       sb_tunnel_close_input  (SbTunnel      *self);
void       sb_tunnel_close_output (SbTunnel      *self);

/* Breaks the connection at once; the streams fail from then on. */
void       sb_tunnel_reset        (GIOStream     *stream);

typedef gboolean (*SbTunnelReadyFunc) (SbTunnel *tunnel);

GSource   *sb_tunnel_new_source   (GObject           *stream,
                                   SbTunnel          *tunnel,
                                   SbTunnelReadyFunc  ready,
                                   GCancellable      *cancellable);

/* sb-tunnel-input.c, sb-tunnel-output.c */
#define SB_TYPE_TUNNEL_INPUT (sb_tunnel_input_get_type ())
G_DECLARE_FINAL_TYPE (SbTunnelInput, sb_tunnel_input, SB, TUNNEL_INPUT, GInputStream)
GInputStream  *sb_tunnel_input_new        (SbTunnel      *tunnel);
SbTunnel      *sb_tunnel_input_get_tunnel (SbTunnelInput *self);

#define SB_TYPE_TUNNEL_OUTPUT (sb_tunnel_output_get_type ())
G_DECLARE_FINAL_TYPE (SbTunnelOutput, sb_tunnel_output, SB, TUNNEL_OUTPUT, GOutputStream)
GOutputStream *sb_tunnel_output_new       (SbTunnel      *tunnel);

G_END_DECLS
