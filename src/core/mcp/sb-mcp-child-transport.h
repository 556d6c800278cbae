/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-transport.h"

G_BEGIN_DECLS

/* A stdio server as a child process, in a process group of its own. "closed" comes when it has been reaped. */
SbMcpTransport *sb_mcp_child_transport_new (const char * const  *argv,
                                            const char * const  *env,
                                            const char          *cwd,
                                            GError             **error);

G_END_DECLS
