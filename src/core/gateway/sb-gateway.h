/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-catalog.h"
#include "sb-gateway-server.h"

G_BEGIN_DECLS

typedef enum
{
  SB_GATEWAY_BUILT_IN, /* the servers of the catalogs */
  SB_GATEWAY_OFFICIAL, /* Docker's, in a container, with them */
  SB_GATEWAY_EXTERNAL, /* one that runs already, at an address */
} SbGatewayMode;

#define SB_TYPE_GATEWAY_MODE (sb_gateway_mode_get_type ())
GType sb_gateway_mode_get_type (void);

/* Runs the servers of catalogs: a GListModel of SbGatewayServer, in the catalogs' order. With another gateway in its
 * place it has one server instead, which is that gateway with all of its tools. Property: mode. Signal
 * "tools-changed", at most once a turn of the main loop. */
#define SB_TYPE_GATEWAY (sb_gateway_get_type ())
G_DECLARE_FINAL_TYPE (SbGateway, sb_gateway, SB, GATEWAY, GObject)

SbGateway       *sb_gateway_new          (const SbGatewayContext *context);
/* Containers run there from the next start on; what waits for an engine is started. (nullable) */
void             sb_gateway_set_docker   (SbGateway            *self,
                                          SbDockerClient       *docker);
/* catalogs: of SbCatalog; where two name a server, the last one counts. Servers whose entry did not change go on
 * running; others are stopped and started. */
void             sb_gateway_set_catalogs (SbGateway            *self,
                                          GPtrArray            *catalogs);
/* (nullable) */
SbDockerClient  *sb_gateway_get_docker   (SbGateway            *self);
SbGatewayMode    sb_gateway_get_mode     (SbGateway            *self);
/* The servers of the catalogs again. */
void             sb_gateway_use_built_in (SbGateway            *self);
/* Another gateway, at an address (…/mcp or …/sse); token nullable. FALSE: that is no address. */
gboolean         sb_gateway_use_external (SbGateway            *self,
                                          const char           *url,
                                          const char           *token,
                                          GError              **error);
/* Docker's gateway with the catalogs as it can read them; follows them and the switches. FALSE: they cannot be
 * written for it. */
gboolean         sb_gateway_use_official (SbGateway                *self,
                                          const SbOfficialOptions  *options,
                                          GError                  **error);
/* What would run then, to be shown before it does. (transfer full) */
SbOfficialPlan  *sb_gateway_plan_official (SbGateway                *self,
                                           const SbOfficialOptions  *options,
                                           GError                  **error);
/* What is not as in the user's catalogs there, sentences; NULL in other modes. */
const char * const *sb_gateway_get_rewrites (SbGateway         *self);
SbGatewayServer *sb_gateway_lookup       (SbGateway            *self,
                                          const char           *name);
/* Starts what is switched on, stops what is not; follows the switches from then on. */
void             sb_gateway_start        (SbGateway            *self);
/* The tool that models know under this name; NULL for none and for one that is off. (transfer none) */
SbGatewayTool   *sb_gateway_find_tool    (SbGateway            *self,
                                          const char           *exposed_name,
                                          SbMcpClient         **client);
/* of SbGatewayTool (transfer container): what is on, of servers that run and are not our own */
GPtrArray       *sb_gateway_list_tools   (SbGateway            *self);
/* How many servers are ready, and how many are switched on. */
void             sb_gateway_count        (SbGateway            *self,
                                          guint                *n_ready,
                                          guint                *n_enabled);
/* Ends every server. */
void             sb_gateway_stop_async   (SbGateway            *self,
                                          GAsyncReadyCallback   callback,
                                          gpointer              user_data);
gboolean         sb_gateway_stop_finish  (SbGateway            *self,
                                          GAsyncResult         *result,
                                          GError              **error);

G_END_DECLS
