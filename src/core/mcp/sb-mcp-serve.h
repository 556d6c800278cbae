/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-server.h"

G_BEGIN_DECLS

/* What the programs that serve MCP over HTTP have in common. */
char            *sb_mcp_serve_take_token (const char                    *variable,
                                          const char                    *given,
                                          gboolean                      *made,
                                          GError                       **error);
SbMcpHttpServer *sb_mcp_serve_http       (SbMcpServer                   *server,
                                          const SbMcpHttpServerOptions  *options,
                                          GError                       **error);

G_END_DECLS
