/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-exchange.h"
#include "sb-mcp-server.h"

G_BEGIN_DECLS

SbMcpToolCall *sb_mcp_tool_call_new (SbMcpExchange *exchange,
                                     const char    *name,
                                     JsonObject    *arguments);

G_END_DECLS
