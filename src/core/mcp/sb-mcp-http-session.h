/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <libsoup/soup.h>

#include "sb-mcp-transport.h"

G_BEGIN_DECLS

typedef enum
{
  SB_MCP_HTTP_SESSION_STREAMABLE, /* 2025-03-26 … 2025-11-25 */
  SB_MCP_HTTP_SESSION_SSE,        /* 2024-11-05 */
  SB_MCP_HTTP_SESSION_SINGLE,     /* 2026-07-28: a request is all there is of a session */
} SbMcpHttpSessionKind;

/* A server's SbMcpTransport to one client over HTTP, fed with the client's requests by SbMcpHttpServer. */
#define SB_TYPE_MCP_HTTP_SESSION (sb_mcp_http_session_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpHttpSession, sb_mcp_http_session, SB, MCP_HTTP_SESSION, GObject)

SbMcpHttpSession *sb_mcp_http_session_new      (SbMcpHttpSessionKind  kind,
                                                const char           *id);
const char       *sb_mcp_http_session_get_id   (SbMcpHttpSession     *self);
gboolean          sb_mcp_http_session_is_idle  (SbMcpHttpSession     *self,
                                                gint64                since);
void              sb_mcp_http_session_take     (SbMcpHttpSession     *self,
                                                JsonNode             *message,
                                                SoupServerMessage    *http);
void              sb_mcp_http_session_listen   (SbMcpHttpSession     *self,
                                                SoupServerMessage    *http,
                                                const char           *last_event_id);
void              sb_mcp_http_session_open_sse (SbMcpHttpSession     *self,
                                                SoupServerMessage    *http,
                                                const char           *endpoint);

G_END_DECLS
