/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Accepts connections for a SoupServer, which by itself would keep any number of them for as long as they like:
 * here they are counted, and one that does not bring a whole request in time is closed. */
#define SB_TYPE_MCP_HTTP_LISTENER (sb_mcp_http_listener_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpHttpListener, sb_mcp_http_listener, SB, MCP_HTTP_LISTENER, GObject)

SbMcpHttpListener *sb_mcp_http_listener_new  (SoupServer         *server,
                                              const char         *address,
                                              guint16             port,
                                              guint               max_connections,
                                              guint               request_timeout_ms,
                                              guint16            *bound_port,
                                              GError            **error);
void               sb_mcp_http_listener_stop (SbMcpHttpListener  *self);

GSocket           *sb_mcp_http_get_socket    (SoupServerMessage  *message);

G_END_DECLS
