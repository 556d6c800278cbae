/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  SB_ROUTE_PROMPT,
  SB_ROUTE_RESOURCE,
  SB_ROUTE_TEMPLATE,
} SbRouteKind;

/* Where a prompt or a resource really is. */
typedef struct
{
  /* owned */
  char        *server_name;
  char        *key;      /* what its server calls it */
  char        *exposed;

  /* borrowed */
  gpointer     owner;

  SbRouteKind  kind;
  gboolean     offered;
} SbRoute;

/* All there ever were: a route is never taken apart, for what is still being served. */
typedef struct _SbGatewayRoutes SbGatewayRoutes;

SbGatewayRoutes *sb_gateway_routes_new      (gpointer          owner);
void             sb_gateway_routes_free     (SbGatewayRoutes  *self);
SbRoute         *sb_gateway_routes_find     (SbGatewayRoutes  *self,
                                             SbRouteKind       kind,
                                             const char       *exposed);
SbRoute         *sb_gateway_routes_take     (SbGatewayRoutes  *self,
                                             SbRouteKind       kind,
                                             const char       *exposed,
                                             const char       *server_name,
                                             const char       *key);
GPtrArray       *sb_gateway_routes_withdraw (SbGatewayRoutes  *self,
                                             const char       *server_name,
                                             gboolean          prompts);

G_END_DECLS
