/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* One answer of the scripted model: some text, then perhaps calls. */
typedef struct
{
  char      *text;
  GPtrArray *calls; /* of SbLlmToolCall, without ids */
} SbRehearsalTurn;

SbRehearsalTurn *sb_rehearsal_script_next (JsonArray       *messages,
                                           JsonArray       *tools);
void             sb_rehearsal_turn_free   (SbRehearsalTurn *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbRehearsalTurn, sb_rehearsal_turn_free)

G_END_DECLS
