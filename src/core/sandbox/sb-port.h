/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-port-forward.h"

G_BEGIN_DECLS

/* A TCP port of a sandbox: what listens there, and whether the user's browser can reach it. Properties: command,
 * listening, offered, forward (nullable). */
#define SB_TYPE_PORT (sb_port_get_type ())
G_DECLARE_FINAL_TYPE (SbPort, sb_port, SB, PORT, GObject)

SbPort        *sb_port_new           (guint16        number);
guint16        sb_port_get_number    (SbPort        *self);
const char    *sb_port_get_command   (SbPort        *self); /* fit to show; "" when not to be told */
gboolean       sb_port_get_listening (SbPort        *self);
gboolean       sb_port_get_offered   (SbPort        *self); /* an agent asked the user to look at it */
SbPortForward *sb_port_get_forward   (SbPort        *self); /* (transfer none) (nullable): only while it is open */

/* For the list */
void           sb_port_set_listening (SbPort        *self,
                                      gboolean       listening,
                                      const char    *command);
void           sb_port_set_offered   (SbPort        *self,
                                      gboolean       offered);
void           sb_port_set_forward   (SbPort        *self,
                                      SbPortForward *forward);

G_END_DECLS
