/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-channel.h"

G_BEGIN_DECLS

/* A port of this machine's loopback that leads to one inside the sandbox, for the user's browser. It ends with
 * sb_port_forward_close(), its last reference or the sandbox. Property: open. */
#define SB_TYPE_PORT_FORWARD (sb_port_forward_get_type ())
G_DECLARE_FINAL_TYPE (SbPortForward, sb_port_forward, SB, PORT_FORWARD, GObject)

SbPortForward *sb_port_forward_new             (SbChannel      *channel,
                                                guint16         port,
                                                GError        **error);
guint16        sb_port_forward_get_port        (SbPortForward  *self); /* inside */
guint16        sb_port_forward_get_local_port  (SbPortForward  *self);
const char    *sb_port_forward_get_uri         (SbPortForward  *self);
gboolean       sb_port_forward_is_open         (SbPortForward  *self);
guint          sb_port_forward_get_connections (SbPortForward  *self);
void           sb_port_forward_close           (SbPortForward  *self);

G_END_DECLS
