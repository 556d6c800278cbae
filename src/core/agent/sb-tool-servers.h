/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-gateway-choice.h"
#include "sb-gateway.h"
#include "sb-secrets.h"
#include "sb-services.h"

G_BEGIN_DECLS

/* The name under which the secret of a catalog is kept. */
char *sb_tool_servers_dup_secret_name (const char *name);
/* Where the user's own catalog is, or will be once there is one. */
char *sb_tool_servers_dup_default_path (void);
/* What stands in for it. */
char *sb_tool_servers_dup_shipped_text (void);

/* The MCP servers of a workspace: the user's catalog and switches, the gateway that runs them, and what they ask of
 * the user. Signal "problem" (char *title, char *hint). */
#define SB_TYPE_TOOL_SERVERS (sb_tool_servers_get_type ())
G_DECLARE_FINAL_TYPE (SbToolServers, sb_tool_servers, SB, TOOL_SERVERS, GObject)

SbToolServers  *sb_tool_servers_new              (SbServices           *services,
                                                  SbSecrets            *secrets,
                                                  SbRedactor           *redactor);
SbGateway      *sb_tool_servers_get_gateway      (SbToolServers        *self);
SbGatewayChoice *sb_tool_servers_get_choice      (SbToolServers        *self);
SbCatalogState *sb_tool_servers_get_state        (SbToolServers        *self);
/* of SbMcpElicitation: questions of servers that wait for the user */
GListModel     *sb_tool_servers_get_elicitations (SbToolServers        *self);
/* The shell has answered it. */
void            sb_tool_servers_remove_elicitation (SbToolServers      *self,
                                                    SbMcpElicitation   *elicitation);
/* Where the user's own catalog is, or will be once it is saved. */
char           *sb_tool_servers_dup_path         (SbToolServers        *self);
/* What is in force: the user's own catalog, else the one that ships. */
char           *sb_tool_servers_dup_text         (SbToolServers        *self);
/* Writes the user's catalog; servers whose entries changed start anew. */
gboolean        sb_tool_servers_save             (SbToolServers        *self,
                                                  const char           *text,
                                                  GError              **error);
/* Reads the catalog and starts what is switched on. */
void            sb_tool_servers_start            (SbToolServers        *self);
void            sb_tool_servers_stop_async       (SbToolServers        *self,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
gboolean        sb_tool_servers_stop_finish      (SbToolServers        *self,
                                                  GAsyncResult         *result,
                                                  GError              **error);

G_END_DECLS
