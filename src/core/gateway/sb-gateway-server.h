/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-catalog-server.h"
#include "sb-gateway-context.h"
#include "sb-gateway-tool.h"
#include "sb-server-log.h"

G_BEGIN_DECLS

typedef enum
{
  SB_GATEWAY_SERVER_OFF,
  SB_GATEWAY_SERVER_STARTING,
  SB_GATEWAY_SERVER_READY,
  SB_GATEWAY_SERVER_WAITING,  /* it ended; it is started again after a while */
  SB_GATEWAY_SERVER_BLOCKED,  /* something is missing, see message; not tried again by itself */
  SB_GATEWAY_SERVER_STOPPING,
} SbGatewayServerState;

#define SB_TYPE_GATEWAY_SERVER_STATE (sb_gateway_server_state_get_type ())
GType sb_gateway_server_state_get_type (void);

/* One server of a catalog, kept running: one instance for as long as the gateway lives, started again when it ends.
 * Properties: state, message, needs-sign-in. Signal "tools-changed". */
#define SB_TYPE_GATEWAY_SERVER (sb_gateway_server_get_type ())
G_DECLARE_FINAL_TYPE (SbGatewayServer, sb_gateway_server, SB, GATEWAY_SERVER, GObject)

SbGatewayServer     *sb_gateway_server_new              (SbCatalogServer      *entry,
                                                         SbGatewayContext     *context);
SbCatalogServer     *sb_gateway_server_get_entry        (SbGatewayServer      *self);
const char          *sb_gateway_server_get_name         (SbGatewayServer      *self);
SbGatewayServerState sb_gateway_server_get_state        (SbGatewayServer      *self);
/* Why it waits or is blocked, a sentence; while it starts, how far it is. (nullable) */
const char          *sb_gateway_server_get_message      (SbGatewayServer      *self);
/* It is our own sandbox server. */
gboolean             sb_gateway_server_is_own           (SbGatewayServer      *self);
/* (nullable): only while ready */
void                 sb_gateway_server_set_host         (SbGatewayServer      *self,
                                                         SbMcpHost            *host);
SbMcpClient         *sb_gateway_server_get_client       (SbGatewayServer      *self);
/* of SbGatewayTool; empty unless ready */
GListModel          *sb_gateway_server_get_tools        (SbGatewayServer      *self);
SbServerLog         *sb_gateway_server_get_log          (SbGatewayServer      *self);
/* Wall µs of the last start; 0: not running. */
gint64               sb_gateway_server_get_started      (SbGatewayServer      *self);
guint                sb_gateway_server_get_n_restarts   (SbGatewayServer      *self);
/* (nullable) */
const char          *sb_gateway_server_get_container_id (SbGatewayServer      *self);

/* It is a remote server that wants to know who its user is, or to be allowed more: sign_in() is what helps. */
gboolean             sb_gateway_server_get_needs_sign_in (SbGatewayServer     *self);
gboolean             sb_gateway_server_get_signed_in    (SbGatewayServer      *self);
/* Forgets who its user is, here and in the keyring; what runs goes on until it is stopped. */
void                 sb_gateway_server_sign_out         (SbGatewayServer      *self);
/* Opens the browser; a server that is blocked starts when the user has signed in. */
void                 sb_gateway_server_sign_in          (SbGatewayServer      *self);
/* From OFF, WAITING and BLOCKED; otherwise nothing happens. */
void                 sb_gateway_server_start            (SbGatewayServer      *self);
/* Ends it and all it started; in every state. */
void                 sb_gateway_server_stop_async       (SbGatewayServer      *self,
                                                         GAsyncReadyCallback   callback,
                                                         gpointer              user_data);
gboolean             sb_gateway_server_stop_finish      (SbGatewayServer      *self,
                                                         GAsyncResult         *result,
                                                         GError              **error);

G_END_DECLS
