/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-transport.h"

G_BEGIN_DECLS

typedef void (*SbMcpStderrFunc) (const guint8 *data,
                                 gsize         length,
                                 gpointer      user_data);

/* A stdio server as a child process, in a process group of its own. "closed" comes when it has been reaped.
 * Signal besides the interface's: "stderr" (char*: what the program has just written there, fit to show; not whole
 * lines). */
SbMcpTransport *sb_mcp_child_transport_new (const char * const  *argv,
                                            const char * const  *env,
                                            const char          *cwd,
                                            GError             **error);
void            sb_mcp_child_transport_set_name        (SbMcpTransport  *transport,
                                                        const char      *name);
/* func (nullable) gets all that the child says there, as it comes: hostile bytes. */
void            sb_mcp_child_transport_set_stderr_func (SbMcpTransport  *transport,
                                                        SbMcpStderrFunc  func,
                                                        gpointer         user_data);
char           *sb_mcp_child_transport_dup_stderr (SbMcpTransport *transport);

G_END_DECLS
