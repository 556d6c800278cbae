/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-http-link.h"

G_BEGIN_DECLS

/* The client's side of streamable HTTP (2025-03-26 … 2026-07-28). */
#define SB_TYPE_MCP_STREAMABLE_TRANSPORT (sb_mcp_streamable_transport_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpStreamableTransport, sb_mcp_streamable_transport, SB, MCP_STREAMABLE_TRANSPORT, GObject)

SbMcpTransport *sb_mcp_streamable_transport_new (SbMcpHttpLink *link);

G_END_DECLS
