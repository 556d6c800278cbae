/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-client.h"
#include "sb-mcp-server.h"

G_BEGIN_DECLS

/* Requests of a gateway's clients on their way to its servers, with all that goes back and forth meanwhile: progress,
 * cancellation, and what a server asks of the client that called it. */
#define SB_TYPE_GATEWAY_RELAY (sb_gateway_relay_get_type ())
G_DECLARE_FINAL_TYPE (SbGatewayRelay, sb_gateway_relay, SB, GATEWAY_RELAY, GObject)

/* Called when the client has its answer. */
typedef void (*SbRelayedFunc) (const char *name,
                               gint64      duration_us,
                               gboolean    answered,
                               gpointer    user_data);

SbGatewayRelay *sb_gateway_relay_new      (SbMcpServer    *server);
void            sb_gateway_relay_set_func (SbGatewayRelay *self,
                                           SbRelayedFunc   func,
                                           gpointer        user_data);
gboolean        sb_gateway_relay_resume   (SbGatewayRelay *self,
                                           SbMcpExchange  *exchange,
                                           SbMcpToolCall  *call);
JsonObject     *sb_gateway_relay_new_params  (SbMcpExchange *exchange);
void            sb_gateway_relay_lower_level (SbMcpClient   *client,
                                              const char    *level);
void            sb_gateway_relay_send     (SbGatewayRelay *self,
                                           SbMcpExchange  *exchange,
                                           SbMcpToolCall  *call,
                                           SbMcpClient    *client,
                                           const char     *method,
                                           JsonObject     *params);
void            sb_gateway_relay_ask      (SbGatewayRelay *self,
                                           SbMcpClient    *client,
                                           const char     *method,
                                           JsonObject     *params,
                                           GTask          *task);
void            sb_gateway_relay_log      (SbGatewayRelay *self,
                                           SbMcpClient    *client,
                                           const char     *level,
                                           const char     *logger,
                                           const char     *text);

G_END_DECLS
