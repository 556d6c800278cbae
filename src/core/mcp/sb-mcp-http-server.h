/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-transport.h"

G_BEGIN_DECLS

#define SB_MCP_HTTP_SERVER_DEFAULT_PORT 8811

typedef enum
{
  SB_MCP_HTTP_SERVE_STREAMABLE, /* /mcp, for every revision since 2025-03-26 */
  SB_MCP_HTTP_SERVE_SSE,        /* /sse and /message, for 2024-11-05 */
} SbMcpHttpServeKind;

/* What may be NULL or 0 says so. Borrowed for the call. */
typedef struct
{
  SbMcpHttpServeKind  kind;
  const char         *address;            /* an IP address; NULL: 127.0.0.1 */
  guint16             port;               /* 0: any that is free */
  const char         *token;              /* NULL: everybody who reaches the address is served */
  const char * const *hosts;              /* NULL: further names in Host and Origin */
  guint               max_sessions;       /* 0: 64 */
  guint               max_connections;    /* 0: 256 */
  guint               idle_timeout_s;     /* 0: half an hour */
  guint               request_timeout_ms; /* 0: 30 s */
  gsize               max_body;           /* 0: SB_JSON_MAX_SIZE */
} SbMcpHttpServerOptions;

/* A new client. The transport is not started yet; whoever serves it keeps a reference until it has closed, as
 * sb_mcp_server_accept() does. */
typedef void (*SbMcpAcceptFunc) (SbMcpTransport *transport,
                                 gpointer        user_data);

/* A header of the request, (transfer none) (nullable) and foreign. */
typedef const char *(*SbMcpHeaderLookup) (const char *name,
                                          gpointer    lookup_data);

/* Compares Mcp-Param-… headers with the arguments of a stateless tools/call. Returns: NULL, or what is wrong,
 * for the client. */
typedef const char *(*SbMcpHeaderCheckFunc) (JsonObject        *message,
                                             SbMcpHeaderLookup  lookup,
                                             gpointer           lookup_data,
                                             gpointer           user_data);

/* MCP over HTTP for clients on this computer or behind a token. */
#define SB_TYPE_MCP_HTTP_SERVER (sb_mcp_http_server_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpHttpServer, sb_mcp_http_server, SB, MCP_HTTP_SERVER, GObject)

SbMcpHttpServer *sb_mcp_http_server_new              (const SbMcpHttpServerOptions  *options,
                                                      SbMcpAcceptFunc                accept_func,
                                                      gpointer                       user_data,
                                                      GError                       **error);
void             sb_mcp_http_server_set_header_check (SbMcpHttpServer               *self,
                                                      SbMcpHeaderCheckFunc           func,
                                                      gpointer                       user_data);
const char      *sb_mcp_http_server_get_url          (SbMcpHttpServer               *self);
guint            sb_mcp_http_server_get_n_sessions   (SbMcpHttpServer               *self);
void             sb_mcp_http_server_stop             (SbMcpHttpServer               *self);

G_END_DECLS
