/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-client.h"

G_BEGIN_DECLS

/* A tool of a running server, under the name that models see. Properties: exposed-name, enabled. */
#define SB_TYPE_GATEWAY_TOOL (sb_gateway_tool_get_type ())
G_DECLARE_FINAL_TYPE (SbGatewayTool, sb_gateway_tool, SB, GATEWAY_TOOL, GObject)

/* (transfer full) tool */
SbGatewayTool   *sb_gateway_tool_new              (const char      *server_name,
                                                   SbMcpTool       *tool);
const char      *sb_gateway_tool_get_server_name  (SbGatewayTool   *self);
const char      *sb_gateway_tool_get_name         (SbGatewayTool   *self); /* at its server */
const char      *sb_gateway_tool_get_exposed_name (SbGatewayTool   *self);
void             sb_gateway_tool_set_exposed_name (SbGatewayTool   *self,
                                                   const char      *name);
/* As a model is told of it: with the exposed name. (transfer none) */
const SbMcpTool *sb_gateway_tool_get_tool         (SbGatewayTool   *self);
gboolean         sb_gateway_tool_get_enabled      (SbGatewayTool   *self);
void             sb_gateway_tool_set_enabled      (SbGatewayTool   *self,
                                                   gboolean         enabled);
/* What telling a model of it costs, roughly. */
guint            sb_gateway_tool_get_tokens       (SbGatewayTool   *self);

G_END_DECLS
