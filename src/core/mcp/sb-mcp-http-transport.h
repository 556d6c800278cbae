/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-token-source.h"
#include "sb-mcp-transport.h"

G_BEGIN_DECLS

typedef enum
{
  SB_MCP_HTTP_AUTO,       /* finds out which of the others the server speaks */
  SB_MCP_HTTP_STREAMABLE, /* since 2025-03-26 */
  SB_MCP_HTTP_SSE,        /* 2024-11-05 */
} SbMcpHttpKind;

/* All but the kind may be NULL or 0. Borrowed for the call. */
typedef struct
{
  SbMcpHttpKind       kind;
  const char         *token;   /* a bearer token that does not change */
  SbMcpTokenSource   *tokens;  /* instead of token: where tokens come from */
  const char * const *headers; /* name, value, …, NULL; sent to this origin only */
  guint               post_timeout_ms; /* for the server to take a message that gets no answer; 0: 30 s */
} SbMcpHttpOptions;

SbMcpTransport *sb_mcp_http_transport_new      (const char             *url,
                                                const SbMcpHttpOptions *options,
                                                GError                **error);
/* What AUTO has found, to be kept for the next time; AUTO: not known yet. */
SbMcpHttpKind   sb_mcp_http_transport_get_kind (SbMcpTransport         *transport);

G_END_DECLS
