/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What goes into HTTP headers and addresses, and what comes out of them; no I/O. */
#define SB_MCP_HEADER_SESSION "Mcp-Session-Id"
#define SB_MCP_HEADER_REVISION "MCP-Protocol-Version"
#define SB_MCP_HEADER_METHOD "Mcp-Method"
#define SB_MCP_HEADER_NAME "Mcp-Name"
#define SB_MCP_HEADER_PARAM_PREFIX "Mcp-Param-"

char       *sb_mcp_http_header_encode            (const char  *value);
char       *sb_mcp_http_header_decode            (const char  *value);
gboolean    sb_mcp_http_header_is_session_id     (const char  *value);
gboolean    sb_mcp_http_header_is_name           (const char  *name);

/* of a message; strings are (transfer none) (nullable) */
const char *sb_mcp_http_header_get_meta_revision (JsonObject  *message);
const char *sb_mcp_http_header_get_target        (JsonObject  *message);
gboolean    sb_mcp_http_header_has_capabilities  (JsonObject  *message);

GUri       *sb_mcp_http_resolve_endpoint         (GUri        *base,
                                                  const char  *reference,
                                                  GError     **error);
gboolean    sb_mcp_http_is_same_origin           (GUri        *a,
                                                  GUri        *b);

G_END_DECLS
