/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-http-exchange.h"

G_BEGIN_DECLS

/* What one POST of a message brings, or what a listening GET does, across as many HTTP requests as it takes:
 * a stream that is cut is resumed where the server gave its events ids. */
#define SB_TYPE_MCP_HTTP_STREAM (sb_mcp_http_stream_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpHttpStream, sb_mcp_http_stream, SB, MCP_HTTP_STREAM, GObject)

typedef struct
{
  /* The server took the message; not called for a stream that listens. */
  void (*accepted) (SbMcpHttpStream *stream,
                    gpointer         user_data);
  void (*message)  (JsonNode        *message,
                    gpointer         user_data);
  /* Once, last. error: NULL when what was to come has come. */
  void (*ended)    (SbMcpHttpStream *stream,
                    const GError    *error,
                    gpointer         user_data);
} SbMcpHttpStreamFuncs;

SbMcpHttpStream *sb_mcp_http_stream_new              (SbMcpHttpLink              *link,
                                                      JsonNode                   *message,
                                                      const SbMcpHttpStreamFuncs *funcs,
                                                      gpointer                    user_data);
void             sb_mcp_http_stream_set_header       (SbMcpHttpStream            *self,
                                                      const char                 *name,
                                                      const char                 *value);
void             sb_mcp_http_stream_set_exact        (SbMcpHttpStream            *self,
                                                      const SbMcpExactString     *exact);
void             sb_mcp_http_stream_set_probe        (SbMcpHttpStream            *self);
void             sb_mcp_http_stream_start            (SbMcpHttpStream            *self);
void             sb_mcp_http_stream_cancel           (SbMcpHttpStream            *self);
JsonNode        *sb_mcp_http_stream_get_message      (SbMcpHttpStream            *self);
const char      *sb_mcp_http_stream_get_session_id   (SbMcpHttpStream            *self);

G_END_DECLS
