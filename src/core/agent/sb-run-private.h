/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-run.h"
#include "sb-text.h"
#include "sb-text-filter.h"

G_BEGIN_DECLS

struct _SbRun
{
  GObject         parent_instance;

  /* owned */
  SbAgentCatalog *agents;
  SbProviderPool *providers;
  SbToolRegistry *tools;
  SbStore        *store;
  SbApprovals    *approvals;
  SbConversation *conversation;
  GCancellable   *cancellable;
  SbMessage      *user;
  char           *chosen_agent;
  char           *call_prefix;  /* of the call ids of this turn */

  /* owned: of the turn */
  SbTraceEvent   *turn;
  GPtrArray      *visited;      /* of char *: ids of the agents that ran */
  guint           n_model_calls;
  guint           n_hops;

  /* owned: of the agent that runs */
  SbAgent        *agent;
  SbTraceEvent   *agent_run;
  SbMessage      *speaker;      /* nullable until it says something */
  char           *model;
  gint64          prompt_tokens;
  gint64          completion_tokens;

  /* owned: of the model call or the tool calls that run */
  SbTraceEvent   *model_call;
  SbMessage      *answer;       /* nullable until text comes */
  SbTextFilter   *filter;       /* of the text */
  SbTextFilter   *thoughts;     /* of the reasoning */
  GString        *scratch;
  GPtrArray      *jobs;         /* of SbToolJob */
  guint           n_open_jobs;
  SbAgent        *transfer_to;  /* borrowed from the catalog */
  char           *transfer_reason;

  SbRunState      state;
};

/* sb-run.c: the answers to a batch are all there */
void       sb_run_calls_done       (SbRun          *self);

/* sb-run-messages.c: what the conversation shows of the run; text from outside passes a filter on its way there */
char      *sb_run_filter           (SbRun          *self,
                                    const char     *text);
/* The keys only, for JSON and for what has been cleaned. */
char      *sb_run_mask             (SbRun          *self,
                                    const char     *text);
SbMessage *sb_run_make_notice      (SbRun          *self,
                                    SbNoticeKind    kind,
                                    const char     *text,
                                    const char     *hint);
void       sb_run_add_info         (SbRun          *self,
                                    const char     *text,
                                    const char     *hint,
                                    gboolean        can_retry);
void       sb_run_add_route        (SbRun          *self,
                                    SbAgent        *agent,
                                    const char     *text,
                                    SbTraceEvent   *event);
void       sb_run_ensure_speaker   (SbRun          *self);
void       sb_run_end_speaker      (SbRun          *self,
                                    SbMessageState  state);
/* before a model call */
void       sb_run_begin_answer     (SbRun          *self);
void       sb_run_append_text      (SbRun          *self,
                                    const char     *text,
                                    gsize           length);
void       sb_run_append_reasoning (SbRun          *self,
                                    const char     *text,
                                    gsize           length);
void       sb_run_end_answer       (SbRun          *self,
                                    SbMessageState  state);

/* sb-run-tools.c: a batch of calls; ends in sb_run_calls_done() */
void       sb_run_start_calls      (SbRun          *self,
                                    GPtrArray      *calls); /* of SbLlmToolCall */
void       sb_run_stop_calls       (SbRun          *self);

G_END_DECLS
