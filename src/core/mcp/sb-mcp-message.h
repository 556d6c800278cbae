/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* JSON-RPC 2.0 error codes. */
#define SB_MCP_CODE_PARSE -32700
#define SB_MCP_CODE_INVALID_REQUEST -32600
#define SB_MCP_CODE_METHOD_NOT_FOUND -32601
#define SB_MCP_CODE_INVALID_PARAMS -32602
#define SB_MCP_CODE_INTERNAL -32603
#define SB_MCP_CODE_BUSY -32000

/* Codes of MCP itself. */
#define SB_MCP_CODE_REFUSED_BY_USER -1
#define SB_MCP_CODE_NO_SESSION -32001            /* of the official servers */
#define SB_MCP_CODE_NO_RESOURCE -32002          /* up to 2025-11-25; later it is -32602 */
#define SB_MCP_CODE_HEADER_MISMATCH -32020
#define SB_MCP_CODE_MISSING_CAPABILITY -32021
#define SB_MCP_CODE_UNSUPPORTED_REVISION -32022
#define SB_MCP_CODE_URL_ELICITATION -32042

/* In _meta of tools/call: joins what a server of ours does to the trace of its client. */
#define SB_MCP_TRACE_ID_KEY "io.github.sandbar/traceId"

/* The revision without a handshake, and the keys of _meta that each of its requests has. */
#define SB_MCP_MODERN_REVISION "2026-07-28"
#define SB_MCP_REVISION_KEY "io.modelcontextprotocol/protocolVersion"
#define SB_MCP_META_CLIENT_INFO "io.modelcontextprotocol/clientInfo"
#define SB_MCP_META_CAPABILITIES "io.modelcontextprotocol/clientCapabilities"
#define SB_MCP_META_LOG_LEVEL "io.modelcontextprotocol/logLevel"
#define SB_MCP_META_SERVER_INFO "io.modelcontextprotocol/serverInfo"
#define SB_MCP_META_SUBSCRIPTION "io.modelcontextprotocol/subscriptionId"

/* Those with a handshake, the newest first; the far end may have any of them. */
extern const char * const sb_mcp_revisions[];

gboolean    sb_mcp_revision_is_known        (const char *revision);
gboolean    sb_mcp_revision_has_batches     (const char *revision);

/* Parameters named params, result, are (nullable) (transfer full); all return (transfer full). */
JsonObject *sb_mcp_message_new_request      (gint64      id,
                                             const char *method,
                                             JsonObject *params);
JsonObject *sb_mcp_message_new_notification (const char *method,
                                             JsonObject *params);
JsonObject *sb_mcp_message_new_result       (JsonNode   *id,
                                             JsonObject *result);
JsonObject *sb_mcp_message_new_error        (JsonNode   *id,
                                             int         code,
                                             const char *text,
                                             JsonNode   *data);
char       *sb_mcp_message_dup_id_key       (JsonNode   *id);
gboolean    sb_mcp_message_read_own_id      (JsonNode   *node,
                                             gint64     *id);

G_END_DECLS
