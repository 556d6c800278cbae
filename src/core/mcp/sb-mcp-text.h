/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-transport.h"

G_BEGIN_DECLS

/* Messages as text. A server's requestState goes back as it came, also where no tree of JSON can hold it: a string
 * with NUL or half a surrogate pair in it. */

/* In a result: the JSON text of its requestState, where that says more than the tree does. */
#define SB_MCP_EXACT_STATE_KEY "io.github.sandbar/exactRequestState"

JsonNode *sb_mcp_text_parse    (const char             *text,
                                gsize                   length);
char     *sb_mcp_text_new      (JsonNode               *message,
                                const SbMcpExactString *exact);
gboolean  sb_mcp_text_is_exact (const char             *text);

G_END_DECLS
