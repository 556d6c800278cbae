/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-agent.h"
#include "sb-approval.h"
#include "sb-gateway.h"
#include "sb-mcp-client.h"

G_BEGIN_DECLS

/* The tools of any number of MCP servers by name, and those of a gateway. The first server that offers a name keeps
 * it. */
#define SB_TYPE_TOOL_REGISTRY (sb_tool_registry_get_type ())
G_DECLARE_FINAL_TYPE (SbToolRegistry, sb_tool_registry, SB, TOOL_REGISTRY, GObject)

SbToolRegistry  *sb_tool_registry_new        (void);
void             sb_tool_registry_set_gateway (SbToolRegistry      *self,
                                               SbGateway           *gateway);
/* server_name NULL: our own sandbox server, whose tools reach nothing outside and are called without asking.
 * Initializes the client and reads its tools; they follow its "tools-changed", and go when it closes. */
void             sb_tool_registry_add_async  (SbToolRegistry       *self,
                                              SbMcpClient          *client,
                                              const char           *server_name,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
gboolean         sb_tool_registry_add_finish (SbToolRegistry       *self,
                                              GAsyncResult         *result,
                                              GError              **error);
/* of SbMcpTool, borrowed: those the agent may use, in the servers' order */
GPtrArray       *sb_tool_registry_list       (SbToolRegistry       *self,
                                              SbAgent              *agent);
const SbMcpTool *sb_tool_registry_lookup     (SbToolRegistry       *self,
                                              const char           *name,
                                              SbMcpClient         **client,
                                              const char          **real_name);
gboolean         sb_tool_registry_allows     (SbAgent              *agent,
                                              const char           *name);
/* The question before a call of the tool, with these arguments; NULL: none is needed. (transfer full) (nullable) */
SbApproval      *sb_tool_registry_new_approval (SbToolRegistry     *self,
                                                const char         *name,
                                                const char         *arguments,
                                                const char         *trace_id);
gboolean         sb_tool_registry_is_empty   (SbToolRegistry       *self); /* no server */
void             sb_tool_registry_close      (SbToolRegistry       *self);

G_END_DECLS
