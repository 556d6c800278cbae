/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-chat-context.h"

G_BEGIN_DECLS

/* What a command prints: its first lines, or unfolded its last 5,000 in a view that scrolls. Takes growing text. */
#define SB_TYPE_OUTPUT_TEXT (sb_output_text_get_type ())
G_DECLARE_FINAL_TYPE (SbOutputText, sb_output_text, SB, OUTPUT_TEXT, GtkWidget)

void sb_output_text_set_context  (SbOutputText  *self,
                                  SbChatContext *context);
void sb_output_text_clear        (SbOutputText  *self);
/* text: all of it; only what is longer than last time is looked at. */
void sb_output_text_set_text     (SbOutputText  *self,
                                  const char    *text,
                                  gsize          length);
void sb_output_text_set_unfolded (SbOutputText  *self,
                                  gboolean       unfolded);

G_END_DECLS
