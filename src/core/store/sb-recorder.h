/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-conversation.h"
#include "sb-database.h"

G_BEGIN_DECLS

typedef enum
{
  SB_URGENCY_SOON, /* a quarter of a second is early enough */
  SB_URGENCY_NEXT, /* as soon as the program is back in its main loop */
  SB_URGENCY_NOW,  /* before anything else happens */
} SbUrgency;

/* Watches one conversation, knows what of it is not on disk yet, and writes that. Private to store.
 * Signal "dirty" (guint SbUrgency): there is something to write. */
#define SB_TYPE_RECORDER (sb_recorder_get_type ())
G_DECLARE_FINAL_TYPE (SbRecorder, sb_recorder, SB, RECORDER, GObject)

SbRecorder     *sb_recorder_new              (SbConversation  *conversation,
                                              gboolean         is_on_disk,
                                              SbTraceLoadFunc  load_payload,
                                              GObject         *payload_source);
gboolean        sb_recorder_is_dirty         (SbRecorder      *self);
/* In a transaction of the caller, who says when it is committed; until then all counts as unwritten. */
gboolean        sb_recorder_write            (SbRecorder      *self,
                                              SbDatabase      *database,
                                              gint64           instance,
                                              GError         **error);
void            sb_recorder_committed        (SbRecorder      *self);
/* Fills the conversation from disk, once. */
gboolean        sb_recorder_load             (SbRecorder      *self,
                                              SbDatabase      *database,
                                              GError         **error);

G_END_DECLS
