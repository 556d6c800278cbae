/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whom an MCP server over HTTP listens to: the checks on a request's head, no I/O. */
gboolean sb_mcp_http_guard_host_allowed   (const char         *host,
                                           const char         *bound,
                                           const char * const *more);
gboolean sb_mcp_http_guard_origin_allowed (const char         *origin,
                                           const char * const *more);
gboolean sb_mcp_http_guard_token_matches  (const char         *authorization,
                                           const char         *token);
gboolean sb_mcp_http_guard_accepts        (const char         *accept,
                                           const char         *type);

G_END_DECLS
