/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-agent.h"
#include "sb-approvals.h"
#include "sb-conversation.h"
#include "sb-provider-pool.h"
#include "sb-store.h"
#include "sb-tool-registry.h"

G_BEGIN_DECLS

typedef enum
{
  SB_RUN_STATE_ROUTING,
  SB_RUN_STATE_ASKING,
  SB_RUN_STATE_STREAMING,
  SB_RUN_STATE_CALLING,
  SB_RUN_STATE_DONE,
  SB_RUN_STATE_FAILED,
  SB_RUN_STATE_CANCELLED,
} SbRunState;

#define SB_RUN_MAX_MODEL_CALLS 25
#define SB_RUN_MAX_CALLS_AT_ONCE 32
#define SB_RUN_TOOL_TIMEOUT_SECONDS 600
#define SB_RUN_MAX_RESULT (32 * 1024)

/* One turn: from the user's sentence to the last answer, through models, tools and hand-overs.
 * Everything it does is seen in the conversation and its trace. Signal "finished", once. */
#define SB_TYPE_RUN (sb_run_get_type ())
G_DECLARE_FINAL_TYPE (SbRun, sb_run, SB, RUN, GObject)

/* Borrowed for the call; the run keeps references. */
typedef struct
{
  SbAgentCatalog *agents;
  SbProviderPool *providers;
  SbToolRegistry *tools;
  SbStore        *store;
  SbApprovals    *approvals;
  SbConversation *conversation;
} SbRunParts;

SbRun      *sb_run_new        (const SbRunParts *parts);
/* Says the text and waits in ROUTING; user NULL: a new message, else the one that is answered again. */
void        sb_run_open       (SbRun            *self,
                               const char       *text,
                               const char       *chosen_agent,
                               SbMessage        *user);
/* Routes and asks; when the providers and the tools are ready. */
void        sb_run_proceed    (SbRun            *self);
void        sb_run_fail       (SbRun            *self,
                               const GError     *error);
/* In every state; what was said so far is kept. */
void        sb_run_stop       (SbRun            *self);
SbRunState  sb_run_get_state  (SbRun            *self);
const char *sb_run_state_to_string (SbRunState   state);

G_END_DECLS
