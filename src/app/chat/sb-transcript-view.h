/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-chat-context.h"
#include "sb-transcript.h"

G_BEGIN_DECLS

/* The list of blocks. Turns changes of the messages into blocks once a frame, and only while there are any; stays
 * at the end while it is at the end. Properties: at-end. */
#define SB_TYPE_TRANSCRIPT_VIEW (sb_transcript_view_get_type ())
G_DECLARE_FINAL_TYPE (SbTranscriptView, sb_transcript_view, SB, TRANSCRIPT_VIEW, GtkWidget)

SbChatContext *sb_transcript_view_get_context  (SbTranscriptView *self);
void           sb_transcript_view_set_messages (SbTranscriptView *self,
                                                GListModel       *messages); /* nullable */
gboolean       sb_transcript_view_get_at_end   (SbTranscriptView *self);
void           sb_transcript_view_jump_to_end  (SbTranscriptView *self);
void           sb_transcript_view_show_trace   (SbTranscriptView *self,
                                                const char       *trace_id);
/* The row with the keyboard focus, or NULL. */
SbBlock       *sb_transcript_view_get_focus_block (SbTranscriptView *self);

G_END_DECLS
