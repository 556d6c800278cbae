/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <libsoup/soup.h>

#include "sb-mcp-http-transport.h"

G_BEGIN_DECLS

/* One remote server: its address, the connections to it and what proves who we are. Shared by its exchanges. */
#define SB_TYPE_MCP_HTTP_LINK (sb_mcp_http_link_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpHttpLink, sb_mcp_http_link, SB, MCP_HTTP_LINK, GObject)

SbMcpHttpLink    *sb_mcp_http_link_new              (const char             *url,
                                                     const SbMcpHttpOptions *options,
                                                     GError                **error);
GUri             *sb_mcp_http_link_get_uri          (SbMcpHttpLink          *self);
SoupSession      *sb_mcp_http_link_get_session      (SbMcpHttpLink          *self);
SbMcpTokenSource *sb_mcp_http_link_get_tokens       (SbMcpHttpLink          *self);
guint             sb_mcp_http_link_get_post_timeout (SbMcpHttpLink          *self);
SoupMessage      *sb_mcp_http_link_new_message      (SbMcpHttpLink          *self,
                                                     const char             *method,
                                                     GUri                   *uri);
GError           *sb_mcp_http_link_make_net_error   (SbMcpHttpLink          *self,
                                                     SoupMessage            *message,
                                                     const GError           *cause);

G_END_DECLS
