/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-run-private.h"

#include "sb-id.h"
#include "sb-json.h"
#include "sb-router.h"
#include "sb-run-request.h"
#include "sb-title.h"
#include "sb-transfer.h"

#define BIT(state) (1u << SB_RUN_STATE_##state)
#define MAX_TITLE 80

enum
{
  FINISHED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbRun, sb_run, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

/* Where each state may lead. */
static const guint transitions[] = {
  [SB_RUN_STATE_ROUTING] = BIT (ASKING) | BIT (FAILED) | BIT (CANCELLED),
  [SB_RUN_STATE_ASKING] = BIT (STREAMING) | BIT (FAILED) | BIT (CANCELLED),
  [SB_RUN_STATE_STREAMING] = BIT (CALLING) | BIT (DONE) | BIT (FAILED) | BIT (CANCELLED),
  [SB_RUN_STATE_CALLING] = BIT (ASKING) | BIT (FAILED) | BIT (CANCELLED),
  [SB_RUN_STATE_DONE] = 0,
  [SB_RUN_STATE_FAILED] = 0,
  [SB_RUN_STATE_CANCELLED] = 0,
};

static void delta_cb (const SbLlmDelta *delta,
                      gpointer          user_data);
static void stream_cb (GObject           *source,
                       GAsyncResult      *result,
                       gpointer           user_data);

static void
enter (SbRun      *self,
       SbRunState  state)
{
  g_assert ((transitions[self->state] & (1u << state)) != 0);

  self->state = state;
}

static gboolean
is_over (SbRun *self)
{
  return transitions[self->state] == 0;
}

static SbTrace *
get_trace (SbRun *self)
{
  return sb_conversation_get_trace (self->conversation);
}

static SbMessageState
message_state_for (SbRunState state)
{
  switch (state)
    {
    case SB_RUN_STATE_CANCELLED:
      return SB_MESSAGE_STATE_STOPPED;

    case SB_RUN_STATE_FAILED:
      return SB_MESSAGE_STATE_FAILED;

    default:
      return SB_MESSAGE_STATE_DONE;
    }
}

static SbTraceState
trace_state_for (SbRunState state)
{
  switch (state)
    {
    case SB_RUN_STATE_CANCELLED:
      return SB_TRACE_STATE_CANCELLED;

    case SB_RUN_STATE_FAILED:
      return SB_TRACE_STATE_FAILED;

    default:
      return SB_TRACE_STATE_OK;
    }
}

/* The end, in one place */

static void
end_agent_run (SbRun      *self,
               SbRunState  state)
{
  if (self->agent_run == NULL)
    return;

  sb_trace_event_finish (self->agent_run, trace_state_for (state));
  sb_run_end_speaker (self, message_state_for (state));
  g_clear_object (&self->agent_run);
}

static void
finish (SbRun      *self,
        SbRunState  state)
{
  g_autoptr(SbRun) keep = g_object_ref (self);

  enter (self, state);

  sb_run_end_answer (self, message_state_for (state));
  end_agent_run (self, state);
  sb_trace_event_finish (self->turn, trace_state_for (state));

  sb_conversation_set_updated (self->conversation, sb_clock_wall ());
  sb_conversation_set_running (self->conversation, FALSE);
  /* A failed write is told by the store itself, and tried again. */
  sb_store_flush (self->store, NULL);

  g_signal_emit (self, signals[FINISHED], 0);
}

static void
fail (SbRun      *self,
      const char *text,
      const char *hint,
      gboolean    can_retry)
{
  g_autoptr(SbMessage) notice = sb_run_make_notice (self, SB_NOTICE_KIND_ERROR, text, hint);

  sb_message_set_can_retry (notice, can_retry);
  sb_message_set_state (notice, SB_MESSAGE_STATE_FAILED);
  sb_message_set_trace_id (notice, sb_trace_event_get_id (self->model_call != NULL ? self->model_call : self->turn));
  sb_conversation_append (self->conversation, notice);

  finish (self, SB_RUN_STATE_FAILED);
}

static void
fail_with_error (SbRun        *self,
                 const GError *error)
{
  gboolean is_llm = error->domain == SB_LLM_ERROR;
  g_autofree char *text = sb_text_clean (error->message, -1, NULL);

  fail (self, text,
        is_llm ? sb_llm_error_get_hint (error) : "Choose another model server in the preferences, then retry.",
        is_llm ? sb_llm_error_can_retry (error) : TRUE);
}

/* Asking */

static void
add_tools (SbRun        *self,
           SbLlmRequest *request)
{
  g_autoptr(GPtrArray) reachable = sb_transfer_reachable (self->agents, self->agent, self->visited);
  g_autoptr(GPtrArray) tools = sb_tool_registry_list (self->tools, self->agent);

  if (reachable->len > 0 && self->n_hops < SB_TRANSFER_MAX_HOPS)
    {
      g_autofree char *description = sb_transfer_description (reachable);
      g_autoptr(JsonObject) schema = sb_transfer_schema (reachable);

      sb_llm_request_add_tool (request, SB_TRANSFER_TOOL, description, schema);
    }

  for (guint i = 0; i < tools->len; i++)
    {
      SbMcpTool *tool = g_ptr_array_index (tools, i);

      sb_llm_request_add_tool (request, tool->name, tool->description, tool->input_schema);
    }
}

static void
begin_model_call (SbRun         *self,
                  SbLlmProvider *provider,
                  JsonObject    *body)
{
  g_autofree char *json = sb_json_object_to_string (body);

  g_set_object (&self->model_call,
                sb_trace_begin (get_trace (self), self->agent_run, SB_TRACE_KIND_MODEL_CALL, self->model));
  sb_trace_event_set_agent (self->model_call, sb_agent_get_id (self->agent));
  sb_trace_event_set_request (self->model_call, json);

  /* On disk before it is sent: what a crash or a failure leaves behind must show what was asked. */
  sb_store_flush (self->store, NULL);
}

static void
ask (SbRun *self)
{
  g_autoptr(SbLlmRequest) request = NULL;
  g_autoptr(JsonObject) body = NULL;
  g_autoptr(GError) error = NULL;
  SbLlmProvider *provider;
  const char *model;

  if (self->n_model_calls >= SB_RUN_MAX_MODEL_CALLS)
    {
      fail (self, "Stopped after 25 model calls in one turn.", "Say “continue” to let it go on.", FALSE);
      return;
    }

  provider = sb_provider_pool_get (self->providers, self->agent, &model, &error);
  if (provider == NULL)
    {
      fail_with_error (self, error);
      return;
    }

  enter (self, SB_RUN_STATE_ASKING);
  self->n_model_calls++;
  g_free (self->model);
  self->model = g_strdup (model);
  if (self->agent != sb_agent_catalog_get_root (self->agents))
    sb_run_ensure_speaker (self);

  request = sb_llm_request_new (model);
  sb_run_request_add_history (request, self->agents, self->agent, G_LIST_MODEL (self->conversation));
  add_tools (self, request);
  body = sb_llm_provider_build_body (provider, request);
  begin_model_call (self, provider, body);

  sb_run_begin_answer (self);
  sb_llm_provider_stream_async (provider, body, delta_cb, self, self->cancellable, stream_cb, g_object_ref (self));
}

static void
begin_agent_run (SbRun   *self,
                 SbAgent *agent)
{
  g_set_object (&self->agent, agent);
  g_ptr_array_add (self->visited, g_strdup (sb_agent_get_id (agent)));
  sb_conversation_set_active_agent (self->conversation, sb_agent_get_id (agent));
  sb_conversation_set_agent_label (self->conversation, sb_agent_get_label (agent));
  self->prompt_tokens = -1;
  self->completion_tokens = -1;

  g_set_object (&self->agent_run,
                sb_trace_begin (get_trace (self), self->turn, SB_TRACE_KIND_AGENT_RUN, sb_agent_get_label (agent)));
  sb_trace_event_set_agent (self->agent_run, sb_agent_get_id (agent));

  ask (self);
}

static void
route (SbRun *self)
{
  g_auto(SbRoute) decision = { NULL };
  g_autofree char *title = NULL;
  SbTraceEvent *event;
  const char *active = sb_conversation_get_active_agent (self->conversation);

  sb_router_decide (self->agents, sb_message_get_text (self->user), self->chosen_agent, active, &decision);

  title = g_strdup_printf ("→ %s", sb_agent_get_label (decision.agent));
  event = sb_trace_begin (get_trace (self), self->turn, SB_TRACE_KIND_ROUTE, title);
  sb_trace_event_set_agent (event, sb_agent_get_id (decision.agent));
  sb_trace_event_set_subtitle (event, decision.reason);
  sb_trace_event_finish (event, SB_TRACE_STATE_OK);

  if (decision.trigger <= SB_ROUTE_ASKED && g_strcmp0 (active, sb_agent_get_id (decision.agent)) != 0)
    {
      g_autofree char *text = g_strdup_printf ("%s because %s", title, decision.reason);

      sb_run_add_route (self, decision.agent, text, event);
    }

  begin_agent_run (self, decision.agent);
}

/* Streaming */

static void
delta_cb (const SbLlmDelta *delta,
          gpointer          user_data)
{
  SbRun *self = user_data;

  if (self->state == SB_RUN_STATE_ASKING)
    enter (self, SB_RUN_STATE_STREAMING);
  if (self->state != SB_RUN_STATE_STREAMING || delta->length == 0)
    return;

  switch (delta->kind)
    {
    case SB_LLM_DELTA_TEXT:
      sb_run_append_text (self, delta->text, delta->length);
      break;

    case SB_LLM_DELTA_REASONING:
      sb_run_append_reasoning (self, delta->text, delta->length);
      break;

    case SB_LLM_DELTA_TOOL_CALL:
    default:
      break;
    }
}

static gint64
add_tokens (gint64 sum,
            gint64 tokens)
{
  if (tokens < 0)
    return sum;

  return MAX (sum, 0) + tokens;
}

static void
record_usage (SbRun         *self,
              SbLlmResponse *response)
{
  SbTraceUsage usage = { response->prompt_tokens, response->completion_tokens, response->first_token_us };
  g_autofree char *subtitle = NULL;

  sb_trace_event_set_usage (self->model_call, &usage);
  if (response->completion_tokens >= 0)
    {
      subtitle = g_strdup_printf ("%" G_GINT64_FORMAT " tok", response->completion_tokens);
      sb_trace_event_set_subtitle (self->model_call, subtitle);
    }

  self->prompt_tokens = add_tokens (self->prompt_tokens, response->prompt_tokens);
  self->completion_tokens = add_tokens (self->completion_tokens, response->completion_tokens);
  if (self->answer != NULL)
    sb_message_set_usage (self->answer, response->prompt_tokens, response->completion_tokens,
                          response->first_token_us);
}

static void
record_failure (SbRun         *self,
                const GError  *error,
                SbLlmResponse *partial)
{
  g_autoptr(JsonObject) object = json_object_new ();
  g_autofree char *json = NULL;

  json_object_set_string_member (object, "error", error->message);
  if (partial != NULL && partial->raw != NULL)
    json_object_set_object_member (object, "partial", json_object_ref (partial->raw));
  json = sb_json_object_to_string (object);
  sb_trace_event_set_response (self->model_call, json);
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    sb_trace_event_set_subtitle (self->model_call, error->message);
}

static void
end_model_call (SbRun         *self,
                SbLlmResponse *response,
                SbLlmResponse *partial,
                const GError  *error)
{
  gboolean cancelled = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  if (response != NULL && response->raw != NULL)
    {
      g_autofree char *json = sb_json_object_to_string (response->raw);

      sb_trace_event_set_response (self->model_call, json);
    }
  if (error != NULL)
    record_failure (self, error, partial);
  if (response != NULL || partial != NULL)
    record_usage (self, response != NULL ? response : partial);

  sb_trace_event_finish (self->model_call, error == NULL ? SB_TRACE_STATE_OK :
                         cancelled ? SB_TRACE_STATE_CANCELLED : SB_TRACE_STATE_FAILED);
}

/* An answer without calls: the turn is over, well or less well. */
static void
conclude (SbRun         *self,
          SbLlmResponse *response)
{
  gboolean empty = response->text == NULL || response->text[0] == '\0';

  sb_run_end_answer (self, SB_MESSAGE_STATE_DONE);

  if (response->finish == SB_LLM_FINISH_LENGTH)
    {
      sb_run_add_info (self, "The answer was cut at the token limit.", "Say “continue” to let it go on.", FALSE);
    }
  else if (response->finish == SB_LLM_FINISH_FILTER)
    {
      sb_run_add_info (self, "The model's filter ended the answer.", "Say it in other words.", FALSE);
    }
  else if (empty)
    {
      g_autofree char *text = g_strdup_printf ("%s gave an empty answer.", sb_agent_get_label (self->agent));

      sb_run_add_info (self, text, "Retry, or say it in other words.", TRUE);
    }

  finish (self, SB_RUN_STATE_DONE);
}

static void
stream_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(SbRun) self = user_data;
  g_autoptr(SbLlmResponse) partial = NULL;
  g_autoptr(SbLlmResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  response = sb_llm_provider_stream_finish (SB_LLM_PROVIDER (source), result, &partial, &error);
  end_model_call (self, response, partial, error);

  if (g_cancellable_is_cancelled (self->cancellable))
    {
      finish (self, SB_RUN_STATE_CANCELLED);
      return;
    }
  if (error != NULL)
    {
      sb_run_end_answer (self, SB_MESSAGE_STATE_FAILED);
      fail_with_error (self, error);
      return;
    }

  if (self->state == SB_RUN_STATE_ASKING)
    enter (self, SB_RUN_STATE_STREAMING);
  if (response->tool_calls == NULL || response->tool_calls->len == 0)
    {
      conclude (self, response);
      return;
    }

  sb_run_end_answer (self, SB_MESSAGE_STATE_DONE);
  enter (self, SB_RUN_STATE_CALLING);
  sb_run_start_calls (self, response->tool_calls);
}

/* Hand-over */

static void
hand_over (SbRun *self)
{
  SbAgent *from = self->agent;
  SbAgent *to = g_steal_pointer (&self->transfer_to);
  g_autofree char *reason = g_steal_pointer (&self->transfer_reason);
  g_autofree char *title = g_strdup_printf ("%s → %s", sb_agent_get_label (from), sb_agent_get_label (to));
  g_autofree char *text = g_strdup_printf ("%s because %s", title, reason);
  gint64 start = sb_trace_event_get_start (self->agent_run);
  SbTraceEvent *event = sb_trace_begin (get_trace (self), self->turn, SB_TRACE_KIND_ROUTE, title);

  sb_trace_event_set_agent (event, sb_agent_get_id (from));
  sb_trace_event_set_subtitle (event, reason);
  sb_trace_event_finish_at (event, SB_TRACE_STATE_OK, start, sb_clock_monotonic ());
  sb_run_add_route (self, from, text, event);

  end_agent_run (self, SB_RUN_STATE_DONE);
  self->n_hops++;
  begin_agent_run (self, to);
}

void
sb_run_calls_done (SbRun *self)
{
  g_ptr_array_set_size (self->jobs, 0);

  if (g_cancellable_is_cancelled (self->cancellable))
    finish (self, SB_RUN_STATE_CANCELLED);
  else if (self->transfer_to != NULL)
    hand_over (self);
  else
    ask (self);
}

static void
sb_run_finalize (GObject *object)
{
  SbRun *self = SB_RUN (object);

  g_clear_object (&self->agents);
  g_clear_object (&self->providers);
  g_clear_object (&self->tools);
  g_clear_object (&self->store);
  g_clear_object (&self->approvals);
  g_clear_object (&self->conversation);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->user);
  g_clear_object (&self->turn);
  g_clear_object (&self->agent);
  g_clear_object (&self->agent_run);
  g_clear_object (&self->speaker);
  g_clear_object (&self->model_call);
  g_clear_object (&self->answer);
  g_clear_pointer (&self->filter, sb_text_filter_free);
  g_clear_pointer (&self->thoughts, sb_text_filter_free);
  g_clear_pointer (&self->visited, g_ptr_array_unref);
  g_clear_pointer (&self->jobs, g_ptr_array_unref);
  g_string_free (self->scratch, TRUE);
  g_free (self->chosen_agent);
  g_free (self->call_prefix);
  g_free (self->model);
  g_free (self->transfer_reason);

  G_OBJECT_CLASS (sb_run_parent_class)->finalize (object);
}

static void
sb_run_class_init (SbRunClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_run_finalize;

  signals[FINISHED] =
    g_signal_new ("finished",
                  G_TYPE_FROM_CLASS (klass),
                  G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
}

static void
sb_run_init (SbRun *self)
{
  self->cancellable = g_cancellable_new ();
  self->visited = g_ptr_array_new_with_free_func (g_free);
  self->scratch = g_string_new (NULL);
  self->call_prefix = g_strdup_printf ("call_%08x", g_random_int ());
}

SbRun *
sb_run_new (const SbRunParts *parts)
{
  SbRun *self = g_object_new (SB_TYPE_RUN, NULL);

  self->agents = g_object_ref (parts->agents);
  self->providers = g_object_ref (parts->providers);
  self->tools = g_object_ref (parts->tools);
  self->store = g_object_ref (parts->store);
  self->approvals = g_object_ref (parts->approvals);
  self->conversation = g_object_ref (parts->conversation);

  return self;
}

/**
 * sb_run_open:
 * @chosen_agent: (nullable): the id picked in the composer
 * @user: (nullable): the message that is answered again; NULL: a new one is said
 *
 * Begins the turn in the trace and in the conversation. The user sees the sentence at once; sb_run_proceed() goes on.
 */
void
sb_run_open (SbRun      *self,
             const char *text,
             const char *chosen_agent,
             SbMessage  *user)
{
  g_autofree char *title = NULL;

  g_return_if_fail (SB_IS_RUN (self));
  g_return_if_fail (text != NULL);
  g_return_if_fail (self->turn == NULL);

  title = sb_title_from_text (text, MAX_TITLE);
  self->chosen_agent = g_strdup (chosen_agent);
  self->turn = g_object_ref (sb_trace_begin (get_trace (self), NULL, SB_TRACE_KIND_TURN, title));

  self->user = user != NULL ? g_object_ref (user)
                            : sb_message_new (SB_MESSAGE_ROLE_USER, sb_trace_event_get_id (self->turn));
  sb_message_set_trace_id (self->user, sb_trace_event_get_id (self->turn));
  if (user == NULL)
    {
      g_autofree char *masked = sb_run_mask (self, text);

      sb_message_set_text (self->user, masked);
      sb_message_set_state (self->user, SB_MESSAGE_STATE_DONE);
      sb_conversation_append (self->conversation, self->user);
    }

  sb_conversation_set_updated (self->conversation, sb_clock_wall ());
  sb_conversation_set_running (self->conversation, TRUE);
}

void
sb_run_proceed (SbRun *self)
{
  g_return_if_fail (SB_IS_RUN (self));

  if (is_over (self))
    return;

  g_return_if_fail (self->state == SB_RUN_STATE_ROUTING && self->turn != NULL);
  route (self);
}

/* Ends a run that cannot proceed; it is still in ROUTING. */
void
sb_run_fail (SbRun        *self,
             const GError *error)
{
  g_return_if_fail (SB_IS_RUN (self));
  g_return_if_fail (self->state == SB_RUN_STATE_ROUTING && self->turn != NULL);

  fail_with_error (self, error);
}

/**
 * sb_run_stop:
 *
 * Ends the run as soon as what it waits for has let go: within one iteration of the main loop. What was said is kept,
 * calls that were running get a result that says so. Does nothing when it is over.
 */
void
sb_run_stop (SbRun *self)
{
  g_autoptr(SbRun) keep = NULL;

  g_return_if_fail (SB_IS_RUN (self));

  if (is_over (self) || g_cancellable_is_cancelled (self->cancellable))
    return;

  keep = g_object_ref (self);
  g_cancellable_cancel (self->cancellable);
  if (self->state == SB_RUN_STATE_ROUTING)
    finish (self, SB_RUN_STATE_CANCELLED);
  else if (self->state == SB_RUN_STATE_CALLING)
    sb_run_stop_calls (self);
}

SbRunState
sb_run_get_state (SbRun *self)
{
  g_return_val_if_fail (SB_IS_RUN (self), SB_RUN_STATE_FAILED);

  return self->state;
}

const char *
sb_run_state_to_string (SbRunState state)
{
  static const char * const names[] = { "routing", "asking", "streaming", "calling", "done", "failed", "cancelled" };

  g_return_val_if_fail (state < G_N_ELEMENTS (names), NULL);

  return names[state];
}
