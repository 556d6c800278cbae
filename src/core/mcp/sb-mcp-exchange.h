/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* One request being served, with what its handler asks of the client meanwhile. Answer it once; dropped
 * unanswered it fails. */
#define SB_TYPE_MCP_EXCHANGE (sb_mcp_exchange_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpExchange, sb_mcp_exchange, SB, MCP_EXCHANGE, GObject)

/* Called again, from its start, when the client has answered what was asked. */
typedef void (*SbMcpExchangeHandler) (SbMcpExchange *exchange,
                                      gpointer       user_data);

gboolean      sb_mcp_exchange_level_is_known  (const char    *level);
const char   *sb_mcp_exchange_get_lower_level (const char    *a,
                                               const char    *b);
const char   *sb_mcp_exchange_get_log_level   (SbMcpExchange *self);
JsonObject   *sb_mcp_exchange_get_params      (SbMcpExchange *self);
GCancellable *sb_mcp_exchange_get_cancellable (SbMcpExchange *self);
GObject      *sb_mcp_exchange_get_session     (SbMcpExchange *self);
gboolean      sb_mcp_exchange_is_open         (SbMcpExchange *self);
gboolean      sb_mcp_exchange_is_modern       (SbMcpExchange *self);
gboolean      sb_mcp_exchange_client_offers   (SbMcpExchange *self,
                                               const char    *capability);
void          sb_mcp_exchange_respond         (SbMcpExchange *self,
                                               JsonObject    *result);
void          sb_mcp_exchange_fail            (SbMcpExchange *self,
                                               int            code,
                                               const char    *text,
                                               JsonNode      *data);
void          sb_mcp_exchange_progress        (SbMcpExchange *self,
                                               double         progress,
                                               double         total,
                                               const char    *text);
void          sb_mcp_exchange_log             (SbMcpExchange *self,
                                               const char    *level,
                                               const char    *logger,
                                               const char    *text);
JsonObject   *sb_mcp_exchange_ask             (SbMcpExchange *self,
                                               const char    *key,
                                               const char    *method,
                                               JsonObject    *params);
void          sb_mcp_exchange_forward_async   (SbMcpExchange *self,
                                               const char    *method,
                                               JsonObject    *params,
                                               GCancellable  *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer       user_data);
const char   *sb_mcp_exchange_get_state       (SbMcpExchange *self);
void          sb_mcp_exchange_wait            (SbMcpExchange *self,
                                               const char    *state);

G_END_DECLS
