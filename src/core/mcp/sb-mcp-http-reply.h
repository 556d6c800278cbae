/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* The answer to one HTTP request, given later: whole, or as an event stream that is kept alive. */
#define SB_TYPE_MCP_HTTP_REPLY (sb_mcp_http_reply_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpHttpReply, sb_mcp_http_reply, SB, MCP_HTTP_REPLY, GObject)

/* The client went away, or does not read, before the reply had ended; never called after that. */
typedef void (*SbMcpHttpReplyFunc) (SbMcpHttpReply *reply,
                                    gpointer        user_data);

SbMcpHttpReply *sb_mcp_http_reply_new          (SoupServerMessage  *message,
                                                SbMcpHttpReplyFunc  gone_func,
                                                gpointer            user_data);
void            sb_mcp_http_reply_whole        (SbMcpHttpReply     *self,
                                                guint               status,
                                                const char         *type,
                                                char               *body);
void            sb_mcp_http_reply_begin_stream (SbMcpHttpReply     *self);
void            sb_mcp_http_reply_set_header   (SbMcpHttpReply     *self,
                                                const char         *name,
                                                const char         *value);
gboolean        sb_mcp_http_reply_is_stream    (SbMcpHttpReply     *self);
void            sb_mcp_http_reply_event        (SbMcpHttpReply     *self,
                                                const char         *event,
                                                const char         *id,
                                                const char         *data);
void            sb_mcp_http_reply_end          (SbMcpHttpReply     *self);

G_END_DECLS
