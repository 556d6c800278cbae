/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A third-party server as a child that dies with the test. */
guint16      sb_live_server_find_port (void);
/* argv; the environment's PORT is set to port. Returns when something listens there. */
GSubprocess *sb_live_server_start     (const char * const *argv,
                                       guint16             port);
/* By SIGKILL; frees process. */
void         sb_live_server_stop      (GSubprocess        *process);

G_END_DECLS
