/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-gateway-tool.h"

G_BEGIN_DECLS

/* What a tool's server claims of it. */
typedef struct
{
  const char *label;
  const char *style; /* nullable */
} SbToolClaim;

#define SB_TOOL_MAX_CLAIMS 3

/* How many there are. */
guint sb_tool_text_claims      (const SbMcpTool *tool,
                                SbToolClaim      claims[SB_TOOL_MAX_CLAIMS]);
/* The beginning of a description, clean, in one line. */
char *sb_tool_text_summary     (const SbMcpTool *tool);
char *sb_tool_text_description (const SbMcpTool *tool);

G_END_DECLS
