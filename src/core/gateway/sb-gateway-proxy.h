/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-gateway.h"
#include "sb-mcp-server.h"

G_BEGIN_DECLS

/* All that the servers of a gateway offer, as one MCP server: their tools that are on, prompts and resources. Calls go
 * through unchanged, and so do their results. Signals: "call-started" (char *name, guint n_arguments),
 * "call-finished" (char *name, gint64 µs, gboolean answered). */
#define SB_TYPE_GATEWAY_PROXY (sb_gateway_proxy_get_type ())
G_DECLARE_FINAL_TYPE (SbGatewayProxy, sb_gateway_proxy, SB, GATEWAY_PROXY, GObject)

SbGatewayProxy *sb_gateway_proxy_new        (SbGateway      *gateway);
/* To accept transports. (transfer none) */
SbMcpServer    *sb_gateway_proxy_get_server (SbGatewayProxy *self);

G_END_DECLS
