/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-block.h"

G_BEGIN_DECLS

/* A GListModel of SbBlock made from a GListModel of SbMessage. Changes of the messages are only noted, and
 * "dirty" is emitted for the first of them; sb_transcript_flush() turns them into blocks. */
#define SB_TYPE_TRANSCRIPT (sb_transcript_get_type ())
G_DECLARE_FINAL_TYPE (SbTranscript, sb_transcript, SB, TRANSCRIPT, GObject)

SbTranscript *sb_transcript_new          (void);
void          sb_transcript_set_messages (SbTranscript *self,
                                          GListModel   *messages); /* nullable */
gboolean      sb_transcript_get_dirty    (SbTranscript *self);
/* Works for about that many µs (-1: to the end). Returns TRUE if something is left. */
gboolean      sb_transcript_flush        (SbTranscript *self,
                                          gint64        budget);
/* Where the block of that trace event stands; G_MAXUINT if there is none. */
guint         sb_transcript_find_trace   (SbTranscript *self,
                                          const char   *trace_id);

G_END_DECLS
