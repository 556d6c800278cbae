/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where the access tokens of one remote server come from, e.g. OAuth. */
#define SB_TYPE_MCP_TOKEN_SOURCE (sb_mcp_token_source_get_type ())
G_DECLARE_INTERFACE (SbMcpTokenSource, sb_mcp_token_source, SB, MCP_TOKEN_SOURCE, GObject)

struct _SbMcpTokenSourceInterface
{
  GTypeInterface parent_iface;

  char     *(*dup_token)      (SbMcpTokenSource     *self);
  void      (*refresh_async)  (SbMcpTokenSource     *self,
                               const char           *challenge,
                               GCancellable         *cancellable,
                               GAsyncReadyCallback   callback,
                               gpointer              user_data);
  gboolean  (*refresh_finish) (SbMcpTokenSource     *self,
                               GAsyncResult         *result,
                               GError              **error);
};

/* The token to send now; nullable: none yet. Never waits. */
char     *sb_mcp_token_source_dup_token      (SbMcpTokenSource     *self);
/* A request was refused (401, or 403 with insufficient_scope). challenge: the WWW-Authenticate header,
 * foreign and nullable. Several requests may ask at once; they all get what one round finds. */
void      sb_mcp_token_source_refresh_async  (SbMcpTokenSource     *self,
                                              const char           *challenge,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
/* TRUE: dup_token() gives another token than before. */
gboolean  sb_mcp_token_source_refresh_finish (SbMcpTokenSource     *self,
                                              GAsyncResult         *result,
                                              GError              **error);

G_END_DECLS
