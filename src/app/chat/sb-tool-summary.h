/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-message.h"

G_BEGIN_DECLS

typedef enum
{
  SB_OUTCOME_PENDING,
  SB_OUTCOME_RUNNING,
  SB_OUTCOME_GOOD,
  SB_OUTCOME_NEUTRAL, /* stopped by the user, interrupted */
  SB_OUTCOME_BLOCKED, /* the isolation at work: no network */
  SB_OUTCOME_BAD,
} SbOutcome;

SbOutcome   sb_tool_get_outcome  (SbMessage *message);
/* The call in a few words: "node hello.js", "/workspace/hello.js  +9 lines". (transfer full), one line, "" if none */
char       *sb_tool_dup_summary  (SbMessage *message);
/* What the command printed: live text, else what the result says. (transfer full) (nullable) */
char       *sb_tool_dup_output   (SbMessage *message);
/* JSON from outside as people read it; text that is not JSON as it is. (transfer full) */
char       *sb_tool_dup_pretty   (const char *json);

G_END_DECLS
