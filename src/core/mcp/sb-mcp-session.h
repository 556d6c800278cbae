/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-toolbox.h"

G_BEGIN_DECLS

/* A server's side of one connection. Signals: "wants-changed", what it has subscribed to and which log it wants;
 * "roots-changed"; "ended", once, when the transport has closed. */
#define SB_TYPE_MCP_SESSION (sb_mcp_session_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpSession, sb_mcp_session, SB, MCP_SESSION, GObject)

SbMcpSession *sb_mcp_session_new          (SbMcpToolbox   *toolbox,
                                           SbMcpTransport *transport);
void          sb_mcp_session_start        (SbMcpSession   *self);
void          sb_mcp_session_tell_changed (SbMcpSession   *self,
                                           const char     *kind);
void          sb_mcp_session_tell_updated (SbMcpSession   *self,
                                           const char     *uri);
void          sb_mcp_session_tell_log     (SbMcpSession   *self,
                                           const char     *level,
                                           const char     *logger,
                                           const char     *text);
const char   *sb_mcp_session_get_log_level (SbMcpSession  *self);
void          sb_mcp_session_collect_subscriptions (SbMcpSession        *self,
                                                    GHashTable          *uris);
gboolean      sb_mcp_session_can_forward           (SbMcpSession        *self,
                                                    const char          *method);
void          sb_mcp_session_forward_async         (SbMcpSession        *self,
                                                    const char          *method,
                                                    JsonObject          *params,
                                                    GCancellable        *cancellable,
                                                    GAsyncReadyCallback  callback,
                                                    gpointer             user_data);

G_END_DECLS
