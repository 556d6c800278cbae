/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* A call that was made in answer to the request, with what came of it. */
typedef struct
{
  char       *name;
  JsonObject *arguments;
  char       *result;
  gboolean    is_used; /* by the step of the plan it was made for */
} SbRehearsalCall;

/* What the messages of a request say about the state of things. */
typedef struct
{
  char      *request;     /* the user's words */
  char      *last_file;   /* nullable: written before this request */
  gboolean   had_sandbox; /* one was started before this request, and not stopped */
  GPtrArray *calls;       /* of SbRehearsalCall, since the request */
} SbRehearsalHistory;

SbRehearsalHistory *sb_rehearsal_history_new           (JsonArray             *messages);
void                sb_rehearsal_history_free          (SbRehearsalHistory    *self);
SbRehearsalCall    *sb_rehearsal_history_take          (SbRehearsalHistory    *self,
                                                        const char            *name,
                                                        JsonObject            *arguments);
guint               sb_rehearsal_history_count_missing (SbRehearsalHistory    *self,
                                                        gboolean              *is_missing);
gboolean            sb_rehearsal_call_lacks_sandbox    (const SbRehearsalCall *call);
gboolean            sb_rehearsal_call_succeeded        (const SbRehearsalCall *call);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbRehearsalHistory, sb_rehearsal_history_free)

G_END_DECLS
