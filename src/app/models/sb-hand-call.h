/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-client.h"
#include "sb-trace.h"

G_BEGIN_DECLS

/* A tool that a person calls, in the trace of the conversation and so in the counts of its calls. */
typedef struct _SbHandCall SbHandCall;

/* trace: nullable: it is written down nowhere. title: what the trace calls it. */
SbHandCall *sb_hand_call_begin (SbTrace         *trace,
                                const char      *title,
                                const char      *tool,
                                JsonObject      *arguments);
/* nullable: what the server is told */
const char *sb_hand_call_get_id (SbHandCall     *self);
/* Frees it. result: nullable, as error */
void        sb_hand_call_end   (SbHandCall      *self,
                                SbMcpToolResult *result,
                                const GError    *error);

G_END_DECLS
