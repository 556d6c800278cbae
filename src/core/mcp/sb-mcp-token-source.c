/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-token-source.h"

G_DEFINE_INTERFACE (SbMcpTokenSource, sb_mcp_token_source, G_TYPE_OBJECT)

static void
sb_mcp_token_source_default_init (SbMcpTokenSourceInterface *iface)
{
}

char *
sb_mcp_token_source_dup_token (SbMcpTokenSource *self)
{
  return SB_MCP_TOKEN_SOURCE_GET_IFACE (self)->dup_token (self);
}

void
sb_mcp_token_source_refresh_async (SbMcpTokenSource    *self,
                                   const char          *challenge,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  SB_MCP_TOKEN_SOURCE_GET_IFACE (self)->refresh_async (self, challenge, cancellable, callback, user_data);
}

gboolean
sb_mcp_token_source_refresh_finish (SbMcpTokenSource  *self,
                                    GAsyncResult      *result,
                                    GError           **error)
{
  return SB_MCP_TOKEN_SOURCE_GET_IFACE (self)->refresh_finish (self, result, error);
}
