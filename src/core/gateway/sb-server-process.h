/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-transport.h"
#include "sb-server-launch.h"
#include "sb-server-log.h"

G_BEGIN_DECLS

/* A server as a process of this machine. launch: of kind LOCAL; log: gets its standard error. Returns: (transfer full)
 * (nullable): not started; with SB_GATEWAY_ERROR_SETUP */
SbMcpTransport *sb_server_process_new (const SbServerLaunch  *launch,
                                       SbServerLog           *log,
                                       GError               **error);

G_END_DECLS
