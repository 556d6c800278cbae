/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-docker-client.h"
#include "sb-mcp-transport.h"
#include "sb-official-plan.h"
#include "sb-server-log.h"

G_BEGIN_DECLS

/* One run of Docker's gateway in a container: from its image to a transport, and to the end of all that it has
 * started. Opened once, ended once. Signal: "progress" (char *words), while it comes up. */
#define SB_TYPE_OFFICIAL_GATEWAY (sb_official_gateway_get_type ())
G_DECLARE_FINAL_TYPE (SbOfficialGateway, sb_official_gateway, SB, OFFICIAL_GATEWAY, GObject)

SbOfficialGateway *sb_official_gateway_new              (SbDockerClient       *docker,
                                                         SbOfficialPlan       *plan,
                                                         GHashTable           *secrets,
                                                         SbServerLog          *log);
void               sb_official_gateway_open_async       (SbOfficialGateway    *self,
                                                         GCancellable         *cancellable,
                                                         GAsyncReadyCallback   callback,
                                                         gpointer              user_data);
SbMcpTransport    *sb_official_gateway_open_finish      (SbOfficialGateway    *self,
                                                         GAsyncResult         *result,
                                                         GError              **error);
/* (nullable) */
const char        *sb_official_gateway_get_container_id (SbOfficialGateway    *self);
void               sb_official_gateway_end_async        (SbOfficialGateway    *self,
                                                         GAsyncReadyCallback   callback,
                                                         gpointer              user_data);
gboolean           sb_official_gateway_end_finish       (SbOfficialGateway    *self,
                                                         GAsyncResult         *result,
                                                         GError              **error);

G_END_DECLS
