/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-chat-context.h"

G_BEGIN_DECLS

/* What a command prints: its first lines, or unfolded its last 5,000 in a view that scrolls. Takes growing text. */
#define SB_TYPE_TOOL_OUTPUT (sb_tool_output_get_type ())
G_DECLARE_FINAL_TYPE (SbToolOutput, sb_tool_output, SB, TOOL_OUTPUT, GtkWidget)

void sb_tool_output_set_context  (SbToolOutput  *self,
                                  SbChatContext *context);
void sb_tool_output_clear        (SbToolOutput  *self);
/* text: all of it; only what is longer than last time is looked at. */
void sb_tool_output_set_text     (SbToolOutput  *self,
                                  const char    *text,
                                  gsize          length);
void sb_tool_output_set_unfolded (SbToolOutput  *self,
                                  gboolean       unfolded);

G_END_DECLS
