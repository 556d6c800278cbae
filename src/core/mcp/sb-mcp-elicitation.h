/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-mcp-form.h"

G_BEGIN_DECLS

/* A server's question to the user: a form, or an address to visit. Answer it once; dropped unanswered it counts
 * as cancelled. Its texts are foreign. */
#define SB_TYPE_MCP_ELICITATION (sb_mcp_elicitation_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpElicitation, sb_mcp_elicitation, SB, MCP_ELICITATION, GObject)

SbMcpElicitation *sb_mcp_elicitation_new             (GTask             *task,
                                                      const char        *server_name,
                                                      JsonObject        *params,
                                                      GError           **error);
const char       *sb_mcp_elicitation_get_server_name (SbMcpElicitation  *self);
const char       *sb_mcp_elicitation_get_message     (SbMcpElicitation  *self);
const char       *sb_mcp_elicitation_get_url         (SbMcpElicitation  *self);
const char       *sb_mcp_elicitation_get_id          (SbMcpElicitation  *self);
void              sb_mcp_elicitation_set_holds_call (SbMcpElicitation *self);
gboolean          sb_mcp_elicitation_get_holds_call (SbMcpElicitation *self);
GPtrArray        *sb_mcp_elicitation_get_fields      (SbMcpElicitation  *self);
GCancellable     *sb_mcp_elicitation_get_cancellable (SbMcpElicitation  *self);
gboolean          sb_mcp_elicitation_accept          (SbMcpElicitation  *self,
                                                      JsonObject        *content,
                                                      GError           **error);
void              sb_mcp_elicitation_decline         (SbMcpElicitation  *self);
void              sb_mcp_elicitation_cancel          (SbMcpElicitation  *self);

G_END_DECLS
