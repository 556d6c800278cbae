/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

#include "sb-channel.h"

G_BEGIN_DECLS

/* How a command ended, for the model, for programs and for people. */
char *sb_tool_outcome_build_text       (const SbExecResult *result,
                                        gsize               keep,
                                        guint               timeout_ms);
void  sb_tool_outcome_add_details      (const SbExecResult *result,
                                        JsonObject         *details);
char *sb_tool_outcome_describe_briefly (const SbExecResult *result);

G_END_DECLS
