/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-catalog-server.h"
#include "sb-gateway-context.h"
#include "sb-mcp-transport.h"
#include "sb-oauth-source.h"
#include "sb-server-container.h"

G_BEGIN_DECLS

/* The images of our own sandbox server: served from within, without a container. */
#define SB_GATEWAY_SANDBOX_IMAGE "sandbar/sandbox-server"

/* One instance of a server, from its entry in the catalog to a transport, and to its end. Opened once. Signal:
 * "progress" (char *words), while it opens. */
#define SB_TYPE_SERVER_LINK (sb_server_link_get_type ())
G_DECLARE_FINAL_TYPE (SbServerLink, sb_server_link, SB, SERVER_LINK, GObject)

SbServerLink   *sb_server_link_new              (SbCatalogServer      *entry,
                                                 SbGatewayContext     *context,
                                                 SbServerLog          *log);
/* The entry is our own sandbox server, which needs neither a process nor a container. */
gboolean        sb_server_link_is_own           (SbCatalogServer      *entry,
                                                 SbGatewayContext     *context);
void            sb_server_link_open_async       (SbServerLink         *self,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
SbMcpTransport *sb_server_link_open_finish      (SbServerLink         *self,
                                                 GAsyncResult         *result,
                                                 GError              **error);
/* For a remote server without an Authorization header of its own: where its tokens come from; also to be used again by
 * the next link. (nullable) (transfer none) */
SbOAuthSource  *sb_server_link_get_tokens       (SbServerLink         *self);
void            sb_server_link_set_tokens       (SbServerLink         *self,
                                                 SbOAuthSource        *tokens);
/* (nullable) */
const char     *sb_server_link_get_container_id (SbServerLink         *self);
/* Closes the transport and waits until what it led to is gone. */
void            sb_server_link_end_async        (SbServerLink         *self,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
gboolean        sb_server_link_end_finish       (SbServerLink         *self,
                                                 GAsyncResult         *result,
                                                 GError              **error);

G_END_DECLS
