/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-approvals.h"
#include "sb-mcp-server.h"
#include "sb-sandbox-manager.h"

G_BEGIN_DECLS

/* initSandbox, exec, writeFile (the demo's names and arguments) and readFile, listFiles, listSandboxes,
 * stopSandbox on a manager.
 * A call without containerId means the newest sandbox of the same owner. owner, approvals: nullable. */
SbMcpServer *sb_sandbox_server_new (SbSandboxManager *manager,
                                    const char       *owner,
                                    SbApprovals      *approvals);

G_END_DECLS
