/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-http-link.h"
#include "sb-sse-parser.h"

G_BEGIN_DECLS

/* One HTTP request and its answer: redirects, a new token when the old one is refused, limits. The functions
 * are called from the main loop only, and not after cancel(). */
#define SB_TYPE_MCP_HTTP_EXCHANGE (sb_mcp_http_exchange_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpHttpExchange, sb_mcp_http_exchange, SB, MCP_HTTP_EXCHANGE, GObject)

typedef struct
{
  /* The head of the final answer. */
  void (*head)  (SbMcpHttpExchange *exchange,
                 gpointer           user_data);
  /* Of a body that is an event stream. */
  void (*event) (const SbSseEvent  *event,
                 gpointer           user_data);
  /* Once, last. body: any other body, perhaps empty; NULL: it was an event stream. error: nullable, of
   * SB_MCP_ERROR; statuses are no errors. */
  void (*end)   (SbMcpHttpExchange *exchange,
                 const GString     *body,
                 const GError      *error,
                 gpointer           user_data);
} SbMcpHttpHandlers;

SbMcpHttpExchange *sb_mcp_http_exchange_new             (SbMcpHttpLink           *link,
                                                         const char              *method,
                                                         GUri                    *uri,
                                                         GBytes                  *body,
                                                         const SbMcpHttpHandlers *handlers,
                                                         gpointer                 user_data);
void               sb_mcp_http_exchange_set_header      (SbMcpHttpExchange       *self,
                                                         const char              *name,
                                                         const char              *value);
void               sb_mcp_http_exchange_start           (SbMcpHttpExchange       *self);
void               sb_mcp_http_exchange_cancel          (SbMcpHttpExchange       *self);
GUri              *sb_mcp_http_exchange_get_uri         (SbMcpHttpExchange       *self);
guint              sb_mcp_http_exchange_get_status      (SbMcpHttpExchange       *self);
const char        *sb_mcp_http_exchange_get_type_name   (SbMcpHttpExchange       *self);
const char        *sb_mcp_http_exchange_get_header      (SbMcpHttpExchange       *self,
                                                         const char              *name);
gint64             sb_mcp_http_exchange_get_retry       (SbMcpHttpExchange       *self);
gboolean           sb_mcp_http_exchange_is_event_stream (SbMcpHttpExchange       *self);
GError            *sb_mcp_http_exchange_make_error      (SbMcpHttpExchange       *self,
                                                         const GString           *body);

G_END_DECLS
