/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-gateway-relay.h"
#include "sb-gateway-routes.h"
#include "sb-gateway.h"

G_BEGIN_DECLS

/* What all watches of one proxy share; borrowed. */
typedef struct
{
  SbGateway       *gateway;
  SbMcpServer     *server;
  SbGatewayRelay  *relay;
  SbGatewayRoutes *routes;
} SbGatewayParts;

/* What one server of a gateway offers besides tools, offered to the gateway's clients, and what it says unasked. */
#define SB_TYPE_GATEWAY_WATCH (sb_gateway_watch_get_type ())
G_DECLARE_FINAL_TYPE (SbGatewayWatch, sb_gateway_watch, SB, GATEWAY_WATCH, GObject)

SbGatewayWatch *sb_gateway_watch_new                (const SbGatewayParts *parts,
                                                     SbGatewayServer      *server);
void            sb_gateway_watch_follow_wants       (SbGatewayWatch       *self);
void            sb_gateway_watch_tell_roots_changed (SbGatewayWatch       *self);
void            sb_gateway_watch_withdraw           (SbGatewayWatch       *self);
void            sb_gateway_watch_end                (SbGatewayWatch       *self);
void            sb_gateway_watch_complete           (SbMcpExchange        *exchange,
                                                     gpointer              user_data);

G_END_DECLS
