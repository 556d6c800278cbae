/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-http-link.h"

G_BEGIN_DECLS

/* The client's side of HTTP with SSE (2024-11-05). */
#define SB_TYPE_MCP_SSE_TRANSPORT (sb_mcp_sse_transport_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpSseTransport, sb_mcp_sse_transport, SB, MCP_SSE_TRANSPORT, GObject)

SbMcpTransport *sb_mcp_sse_transport_new (SbMcpHttpLink *link);

G_END_DECLS
