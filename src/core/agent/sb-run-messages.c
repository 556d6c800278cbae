/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-run-private.h"

static SbMessage *
make_message (SbRun         *self,
              SbMessageRole  role)
{
  SbMessage *message = sb_message_new (role, sb_trace_event_get_id (self->turn));

  if (self->agent != NULL)
    sb_message_set_agent (message, sb_agent_get_id (self->agent));

  return message;
}

static void
ensure_answer (SbRun *self)
{
  if (self->answer != NULL)
    return;

  sb_run_ensure_speaker (self);
  self->answer = make_message (self, SB_MESSAGE_ROLE_ASSISTANT);
  sb_message_set_model (self->answer, self->model);
  sb_message_set_trace_id (self->answer, sb_trace_event_get_id (self->model_call));
  sb_message_set_state (self->answer, SB_MESSAGE_STATE_STREAMING);
  sb_conversation_append (self->conversation, self->answer);
}

static void
flush_scratch (SbRun *self)
{
  if (self->scratch->len > 0)
    sb_message_append_text (self->answer, self->scratch->str, self->scratch->len);
  g_string_truncate (self->scratch, 0);
}

static void
flush_reasoning (SbRun *self)
{
  if (self->scratch->len > 0)
    sb_message_append_reasoning (self->answer, self->scratch->str, self->scratch->len);
  g_string_truncate (self->scratch, 0);
}

/* Returns: (transfer full): fit to show, and without the keys that are known */
char *
sb_run_filter (SbRun      *self,
               const char *text)
{
  return sb_text_filter_apply (sb_conversation_get_redactor (self->conversation), text, -1);
}

/* Returns: (transfer full): without the keys that are known */
char *
sb_run_mask (SbRun      *self,
             const char *text)
{
  SbRedactor *redactor = sb_conversation_get_redactor (self->conversation);

  return redactor != NULL ? sb_redactor_mask (redactor, text) : g_strdup (text);
}

/**
 * sb_run_make_notice:
 * @hint: (nullable): what to do next
 *
 * Returns: (transfer full): complete but for what its kind needs; the caller appends it, so that whoever watches the
 *   conversation sees it whole
 */
SbMessage *
sb_run_make_notice (SbRun        *self,
                    SbNoticeKind  kind,
                    const char   *text,
                    const char   *hint)
{
  SbMessage *notice = make_message (self, SB_MESSAGE_ROLE_NOTICE);
  g_autofree char *masked = sb_run_mask (self, text);

  sb_message_set_notice_kind (notice, kind);
  sb_message_set_text (notice, masked);
  sb_message_set_hint (notice, hint);
  sb_message_set_state (notice, SB_MESSAGE_STATE_DONE);

  return notice;
}

void
sb_run_add_info (SbRun      *self,
                 const char *text,
                 const char *hint,
                 gboolean    can_retry)
{
  g_autoptr(SbMessage) notice = sb_run_make_notice (self, SB_NOTICE_KIND_INFO, text, hint);

  sb_message_set_can_retry (notice, can_retry);
  sb_conversation_append (self->conversation, notice);
}

/* agent: who sent the request on; event: finished */
void
sb_run_add_route (SbRun        *self,
                  SbAgent      *agent,
                  const char   *text,
                  SbTraceEvent *event)
{
  g_autoptr(SbMessage) notice = sb_run_make_notice (self, SB_NOTICE_KIND_ROUTE, text, NULL);

  sb_message_set_agent (notice, sb_agent_get_id (agent));
  sb_message_set_trace_id (notice, sb_trace_event_get_id (event));
  sb_message_set_duration (notice, sb_trace_event_get_duration (event));
  sb_conversation_append (self->conversation, notice);
}

/* The heading of what the agent says. The coordinator gets one only when it says something: mostly it hands over. */
void
sb_run_ensure_speaker (SbRun *self)
{
  if (self->speaker != NULL)
    return;

  self->speaker = sb_run_make_notice (self, SB_NOTICE_KIND_SPEAKER, sb_agent_get_label (self->agent), NULL);
  sb_message_set_model (self->speaker, self->model);
  sb_message_set_trace_id (self->speaker, sb_trace_event_get_id (self->agent_run));
  sb_message_set_state (self->speaker, SB_MESSAGE_STATE_STREAMING);
  sb_conversation_append (self->conversation, self->speaker);
}

/* The agent's event is finished. */
void
sb_run_end_speaker (SbRun          *self,
                    SbMessageState  state)
{
  if (self->speaker == NULL)
    return;

  sb_message_set_duration (self->speaker, sb_trace_event_get_duration (self->agent_run));
  sb_message_set_usage (self->speaker, self->prompt_tokens, self->completion_tokens, -1);
  sb_message_set_state (self->speaker, state);
  g_clear_object (&self->speaker);
}

void
sb_run_begin_answer (SbRun *self)
{
  SbRedactor *redactor = sb_conversation_get_redactor (self->conversation);

  g_clear_pointer (&self->filter, sb_text_filter_free);
  g_clear_pointer (&self->thoughts, sb_text_filter_free);
  self->filter = sb_text_filter_new (redactor);
  self->thoughts = sb_text_filter_new (redactor);
}

/* Straight into the message: whoever draws it decides how often. */
void
sb_run_append_text (SbRun      *self,
                    const char *text,
                    gsize       length)
{
  ensure_answer (self);
  sb_text_filter_feed (self->filter, text, length, self->scratch);
  flush_scratch (self);
}

void
sb_run_append_reasoning (SbRun      *self,
                         const char *text,
                         gsize       length)
{
  ensure_answer (self);
  sb_text_filter_feed (self->thoughts, text, length, self->scratch);
  flush_reasoning (self);
}

void
sb_run_end_answer (SbRun          *self,
                   SbMessageState  state)
{
  if (self->answer == NULL)
    return;

  sb_text_filter_finish (self->thoughts, self->scratch);
  flush_reasoning (self);
  sb_text_filter_finish (self->filter, self->scratch);
  flush_scratch (self);
  sb_message_set_duration (self->answer, sb_trace_event_get_duration (self->model_call));
  sb_message_set_state (self->answer, state);
  g_clear_object (&self->answer);
}
