/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-channel.h"

G_BEGIN_DECLS

/* One connection of a browser to a port inside the sandbox: reading its first request, connecting, carrying, over.
 * Signal: "over", once and last. */
#define SB_TYPE_PORT_CONNECTION (sb_port_connection_get_type ())
G_DECLARE_FINAL_TYPE (SbPortConnection, sb_port_connection, SB, PORT_CONNECTION, GObject)

SbPortConnection *sb_port_connection_new   (GIOStream        *browser,
                                            SbChannel        *channel,
                                            guint16           port,
                                            const char       *host);
void              sb_port_connection_start (SbPortConnection *self);
gint64            sb_port_connection_get_last_use (SbPortConnection *self);
void              sb_port_connection_end   (SbPortConnection *self);

G_END_DECLS
