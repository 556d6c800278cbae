/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-client.h"

G_BEGIN_DECLS

SbMcpTool       *sb_mcp_tool_parse        (JsonNode *node);
SbMcpToolResult *sb_mcp_tool_result_parse (JsonNode *node);

G_END_DECLS
