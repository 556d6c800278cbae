/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-docker-client.h"
#include "sb-mcp-transport.h"
#include "sb-server-launch.h"
#include "sb-server-log.h"

G_BEGIN_DECLS

#define SB_GATEWAY_ERROR (sb_gateway_error_quark ())

typedef enum
{
  SB_GATEWAY_ERROR_SETUP,  /* something has to be set first: an engine, a secret, a consent */
  SB_GATEWAY_ERROR_IMAGE,  /* the image is not there */
  SB_GATEWAY_ERROR_START,  /* it did not come up */
  SB_GATEWAY_ERROR_LIMIT,
} SbGatewayError;

GQuark          sb_gateway_error_quark          (void);

/* The body of POST /containers/create for a server, as Docker's gateway would run it, and tighter. Pure. */
JsonObject     *sb_server_container_new_request (const SbServerLaunch *launch,
                                                 const char           *network);

/* An MCP server in a container of its own: created, attached to, started. */
void            sb_server_container_run_async   (SbDockerClient       *client,
                                                 const SbServerLaunch *launch,
                                                 const char           *network,
                                                 SbServerLog          *log,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
SbMcpTransport *sb_server_container_run_finish  (SbDockerClient       *client,
                                                 GAsyncResult         *result,
                                                 char                **id,
                                                 GError              **error);
/* Gone for sure when it finishes. */
void            sb_server_container_end_async   (SbDockerClient       *client,
                                                 const char           *id,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
gboolean        sb_server_container_end_finish  (SbDockerClient       *client,
                                                 GAsyncResult         *result,
                                                 GError              **error);

G_END_DECLS
