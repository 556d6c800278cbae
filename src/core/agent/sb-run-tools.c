/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-run-private.h"

#include "sb-json.h"
#include "sb-tool-report.h"
#include "sb-transfer.h"

#include <string.h>

#define MAX_LIVE_OUTPUT (256 * 1024)
#define MAX_STRUCTURED (256 * 1024)
#define MAX_NAME 64

/* One call of a batch. The callbacks of a running call hold the run, and the run holds the job until all are done. */
typedef struct
{
  /* owned */
  SbMessage     *message;
  SbTraceEvent  *event;
  SbTextFilter  *filter;       /* of the live output */
  GString       *scratch;
  GCancellable  *cancellable;
  JsonObject    *arguments;    /* nullable until the call is known to be good */
  SbTraceEvent  *question;     /* nullable: the user is being asked */

  /* borrowed */
  SbRun         *run;

  gboolean       done;
} SbToolJob;

static void progress_cb (double        progress,
                         double        total,
                         const char   *text,
                         gpointer      user_data);
static void answered_cb (GObject       *source,
                         GAsyncResult  *result,
                         gpointer       user_data);
static void called_cb (GObject        *source,
                       GAsyncResult   *result,
                       gpointer        user_data);

static void
job_free (SbToolJob *job)
{
  g_clear_object (&job->message);
  g_clear_object (&job->event);
  g_clear_object (&job->question);
  g_clear_object (&job->cancellable);
  g_clear_pointer (&job->arguments, json_object_unref);
  g_clear_pointer (&job->filter, sb_text_filter_free);
  g_string_free (job->scratch, TRUE);
  g_free (job);
}

static void
one_done (SbRun *self)
{
  if (--self->n_open_jobs == 0)
    sb_run_calls_done (self);
}

static void
append_live (SbToolJob *job)
{
  if (job->scratch->len > 0 && sb_message_get_text_length (job->message) < MAX_LIVE_OUTPUT)
    sb_message_append_text (job->message, job->scratch->str, job->scratch->len);
  g_string_truncate (job->scratch, 0);
}

/* Returns: (transfer full) (nullable): NULL for none and for too much */
static char *
write_structured (SbToolJob *job,
                  JsonNode  *structured)
{
  g_autofree char *json = structured != NULL ? sb_json_to_string (structured, FALSE) : NULL;

  if (json == NULL || strlen (json) > MAX_STRUCTURED)
    return NULL;

  return sb_run_mask (job->run, json);
}

/* Below what the call had said by then: why it went no further. Without output the result is shown itself, and the
 * result of a command that came to its end is that output. */
static void
append_reason (SbToolJob  *job,
               const char *reason,
               JsonNode   *structured)
{
  gsize length = sb_message_get_text_length (job->message);

  if (length == 0 || (structured != NULL && JSON_NODE_HOLDS_OBJECT (structured) &&
                      json_object_has_member (json_node_get_object (structured), "exitCode")))
    return;

  if (sb_message_get_text (job->message)[length - 1] != '\n')
    sb_message_append_text (job->message, "\n", 1);
  sb_message_append_text (job->message, reason, strlen (reason));
}

/* Every call ends here, with a result for the model. result: as it came, hostile. */
static void
end_job (SbToolJob      *job,
         const char     *result,
         JsonNode       *structured,
         SbMessageState  state,
         const char     *badge)
{
  g_autofree char *clean = sb_run_filter (job->run, result);
  g_autofree char *bounded = sb_text_head_tail (clean, SB_RUN_MAX_RESULT, NULL);
  g_autofree char *json = write_structured (job, structured);

  g_assert (!job->done);
  job->done = TRUE;

  sb_text_filter_finish (job->filter, job->scratch);
  append_live (job);
  if (state != SB_MESSAGE_STATE_DONE)
    append_reason (job, bounded, structured);
  sb_message_set_result (job->message, bounded, json, state != SB_MESSAGE_STATE_DONE);
  sb_message_set_badge (job->message, badge);
  sb_trace_event_set_subtitle (job->event, badge);
  sb_trace_event_finish (job->event,
                         state == SB_MESSAGE_STATE_DONE ? SB_TRACE_STATE_OK :
                         state == SB_MESSAGE_STATE_STOPPED ? SB_TRACE_STATE_CANCELLED : SB_TRACE_STATE_FAILED);
  sb_message_set_duration (job->message, sb_trace_event_get_duration (job->event));
  sb_message_set_state (job->message, state);
}

/* A result that comes from us, not from a server: what went wrong and what to do. */
static void
end_job_with_text (SbToolJob      *job,
                   const char     *text,
                   SbMessageState  state,
                   const char     *badge)
{
  g_autoptr(JsonObject) object = json_object_new ();
  g_autofree char *json = NULL;

  json_object_set_string_member (object, "error", text);
  json = sb_json_object_to_string (object);
  sb_trace_event_set_response (job->event, json);

  end_job (job, text, NULL, state, badge);
}

static void
end_job_with_error (SbToolJob    *job,
                    const GError *error)
{
  gboolean timed_out = g_error_matches (error, SB_MCP_ERROR, SB_MCP_ERROR_TIMEOUT);
  g_autofree char *text = NULL;

  if (timed_out)
    text = g_strdup_printf ("The call was ended after %d minutes without a word from the tool. Use a shorter "
                            "command, or run it in the background.", SB_RUN_TOOL_TIMEOUT_SECONDS / 60);
  else if (g_error_matches (error, SB_MCP_ERROR, SB_MCP_ERROR_CLOSED))
    text = g_strdup ("The tool server is gone; its tools cannot be used in this turn. Tell the user.");
  else
    text = g_strdup_printf ("The call failed: %s", error->message);

  if (timed_out)
    end_job_with_text (job, text, SB_MESSAGE_STATE_FAILED, "timed out");
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    end_job_with_text (job, "The user stopped this call before it was done.", SB_MESSAGE_STATE_STOPPED, "stopped");
  else
    end_job_with_text (job, text, SB_MESSAGE_STATE_FAILED, "failed");
}

static SbToolJob *
add_job (SbRun         *self,
         SbLlmToolCall *call,
         guint          index)
{
  SbToolJob *job = g_new0 (SbToolJob, 1);
  g_autofree char *name = sb_run_filter (self, call->name != NULL ? call->name : "");
  g_autofree char *id = g_strdup_printf ("%s%02u%02u", self->call_prefix, self->n_model_calls % 100, index % 100);
  g_autofree char *arguments = sb_run_mask (self, call->arguments != NULL ? call->arguments : "");

  if (g_utf8_strlen (name, -1) > MAX_NAME)
    *g_utf8_offset_to_pointer (name, MAX_NAME) = '\0';

  job->run = self;
  job->filter = sb_text_filter_new (sb_conversation_get_redactor (self->conversation));
  job->scratch = g_string_new (NULL);
  job->cancellable = g_cancellable_new ();
  job->event = g_object_ref (sb_trace_begin (sb_conversation_get_trace (self->conversation), self->agent_run,
                                             SB_TRACE_KIND_TOOL_CALL, name));
  sb_trace_event_set_agent (job->event, sb_agent_get_id (self->agent));
  sb_trace_event_set_request (job->event, arguments);

  job->message = sb_message_new (SB_MESSAGE_ROLE_TOOL, sb_trace_event_get_id (self->turn));
  sb_message_set_agent (job->message, sb_agent_get_id (self->agent));
  sb_message_set_tool_call (job->message, id, name, arguments);
  sb_message_set_trace_id (job->message, sb_trace_event_get_id (job->event));
  sb_conversation_append (self->conversation, job->message);
  g_ptr_array_add (self->jobs, job);

  return job;
}

/* The names an agent may call, and who else has the one it wanted. */
static char *
describe_unknown (SbRun      *self,
                  const char *name)
{
  g_autoptr(GPtrArray) tools = sb_tool_registry_list (self->tools, self->agent);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "There is no tool “%s” for you.", name);
  for (guint i = 0; i < tools->len; i++)
    g_string_append_printf (text, "%s%s", i == 0 ? " Available: " : ", ",
                            ((SbMcpTool *) g_ptr_array_index (tools, i))->name);
  g_string_append (text, tools->len > 0 ? ". Use one of these." : " You have no tools.");

  if (sb_tool_registry_lookup (self->tools, name, NULL, NULL) != NULL)
    g_string_append_printf (text, " Another agent has it: hand the request over with %s.", SB_TRANSFER_TOOL);

  return g_string_free (text, FALSE);
}

static JsonObject *
parse_arguments (const char  *arguments,
                 GError     **error)
{
  if (arguments == NULL || arguments[strspn (arguments, " \t\r\n")] == '\0')
    return json_object_new ();

  return sb_json_parse_object (arguments, -1, error);
}

static void
set_title (SbToolJob  *job,
           const char *name,
           JsonObject *arguments)
{
  g_autofree char *summary = sb_tool_report_summary (arguments);
  g_autofree char *title = summary != NULL ? g_strdup_printf ("%s %s", name, summary) : g_strdup (name);

  sb_trace_event_set_title (job->event, title);
}

/* The server may have gone while the user thought about it. */
static void
send_call (SbRun     *self,
           SbToolJob *job)
{
  const char *name = sb_message_get_tool_name (job->message);
  const char *real_name = NULL;
  SbMcpClient *client = NULL;

  if (sb_tool_registry_lookup (self->tools, name, &client, &real_name) == NULL)
    {
      end_job_with_text (job, "The tool server is gone; this call was not made. Tell the user.",
                         SB_MESSAGE_STATE_FAILED, "failed");
      one_done (self);
      return;
    }

  sb_message_set_state (job->message, SB_MESSAGE_STATE_STREAMING);
  g_object_ref (self);
  sb_mcp_client_call_tool_async (client, real_name, job->arguments, sb_trace_event_get_id (job->event),
                                 SB_RUN_TOOL_TIMEOUT_SECONDS * 1000, progress_cb, job, job->cancellable, called_cb,
                                 job);
}

static void
ask_first (SbRun      *self,
           SbToolJob  *job,
           SbApproval *approval)
{
  job->question = g_object_ref (sb_trace_begin (sb_conversation_get_trace (self->conversation), job->event,
                                                SB_TRACE_KIND_APPROVAL, sb_approval_get_title (approval)));
  sb_message_set_badge (job->message, "asks first");
  sb_approvals_ask_async (self->approvals, approval, job->cancellable, answered_cb, job);
}

/* The call is under way, or has its result already. */
static void
start_job (SbRun         *self,
           SbToolJob     *job,
           SbLlmToolCall *call)
{
  const char *name = sb_message_get_tool_name (job->message);
  g_autoptr(SbApproval) approval = NULL;
  g_autoptr(GError) error = NULL;

  if (sb_tool_registry_lookup (self->tools, name, NULL, NULL) == NULL || !sb_tool_registry_allows (self->agent, name))
    {
      g_autofree char *text = describe_unknown (self, name);

      end_job_with_text (job, text, SB_MESSAGE_STATE_FAILED, "unknown tool");
      return;
    }

  job->arguments = parse_arguments (call->arguments, &error);
  if (job->arguments == NULL)
    {
      g_autofree char *text = g_strdup_printf ("The arguments are no JSON object (%s). Nothing was done. "
                                               "Call %s again with one JSON object.", error->message, name);

      end_job_with_text (job, text, SB_MESSAGE_STATE_FAILED, "bad arguments");
      return;
    }

  set_title (job, name, job->arguments);
  approval = sb_tool_registry_new_approval (self->tools, name, sb_message_get_arguments (job->message),
                                            sb_trace_event_get_id (job->event));
  self->n_open_jobs++;
  if (approval != NULL)
    ask_first (self, job, approval);
  else
    send_call (self, job);
}

/* TRUE when the call is the hand-over that the run makes after the batch; refusals are results like any other. */
static gboolean
take_transfer (SbRun         *self,
               SbLlmToolCall *call,
               char         **refusal)
{
  g_autoptr(GPtrArray) reachable = sb_transfer_reachable (self->agents, self->agent, self->visited);
  g_autofree char *reason = NULL;
  SbAgent *target = sb_transfer_check (self->agents, reachable, self->n_hops,
                                       call->arguments != NULL ? call->arguments : "", &reason, refusal);

  if (target != NULL && self->transfer_to != NULL)
    *refusal = g_strdup_printf ("Refused: the request goes to %s already.", sb_agent_get_label (self->transfer_to));
  if (*refusal != NULL)
    return FALSE;

  self->transfer_to = target;
  self->transfer_reason = g_steal_pointer (&reason);

  return TRUE;
}

static void
handle_call (SbRun         *self,
             SbLlmToolCall *call,
             guint          index)
{
  g_autofree char *refusal = NULL;
  SbToolJob *job;

  if (g_strcmp0 (call->name, SB_TRANSFER_TOOL) == 0 && take_transfer (self, call, &refusal))
    return;

  job = add_job (self, call, index);
  if (refusal != NULL)
    end_job_with_text (job, refusal, SB_MESSAGE_STATE_FAILED, "refused");
  else if (index >= SB_RUN_MAX_CALLS_AT_ONCE)
    end_job_with_text (job, "Not done: too many calls at once. Make fewer, and the rest afterwards.",
                       SB_MESSAGE_STATE_FAILED, "refused");
  else
    start_job (self, job, call);
}

static void
progress_cb (double      progress,
             double      total,
             const char *text,
             gpointer    user_data)
{
  SbToolJob *job = user_data;

  if (text == NULL || job->done)
    return;

  sb_text_filter_feed (job->filter, text, strlen (text), job->scratch);
  append_live (job);
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  SbToolJob *job = user_data;
  g_autoptr(SbRun) self = g_object_ref (job->run);
  g_autoptr(GError) error = NULL;
  gboolean allowed = sb_approvals_ask_finish (SB_APPROVALS (source), result, &error);

  sb_trace_event_set_subtitle (job->question, allowed ? "allowed" : "not allowed");
  sb_trace_event_finish (job->question, allowed ? SB_TRACE_STATE_OK : SB_TRACE_STATE_CANCELLED);
  sb_message_set_badge (job->message, NULL);
  if (allowed)
    {
      send_call (self, job);
      return;
    }

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    end_job_with_error (job, error);
  else
    end_job_with_text (job, "The user does not allow this call. Nothing was sent. Go on without it, or say what it "
                       "was needed for.", SB_MESSAGE_STATE_STOPPED, "denied");
  one_done (self);
}

static void
called_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  SbToolJob *job = user_data;
  g_autoptr(SbRun) self = job->run;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbMcpToolResult) answer = sb_mcp_client_call_tool_finish (SB_MCP_CLIENT (source), result, &error);

  if (answer == NULL)
    {
      end_job_with_error (job, error);
    }
  else
    {
      g_autofree char *json = sb_json_to_string (answer->result, FALSE);
      g_autofree char *badge = sb_tool_report_badge (sb_message_get_tool_name (job->message), answer->structured,
                                                     answer->is_error);

      sb_trace_event_set_response (job->event, json);
      end_job (job, answer->text, answer->structured,
               answer->is_error ? SB_MESSAGE_STATE_FAILED : SB_MESSAGE_STATE_DONE, badge);
    }

  one_done (self);
}

/**
 * sb_run_start_calls:
 * @calls: (element-type SbLlmToolCall): borrowed for the call
 *
 * Starts every call of an answer at once. Results keep the order of the calls, because the messages were appended
 * in it; a hand-over among them is remembered and made when the others are done.
 */
void
sb_run_start_calls (SbRun     *self,
                    GPtrArray *calls)
{
  if (self->jobs == NULL)
    self->jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) job_free);

  self->n_open_jobs = 1;
  for (guint i = 0; i < calls->len; i++)
    handle_call (self, g_ptr_array_index (calls, i), i);

  one_done (self);
}

/**
 * sb_run_stop_calls:
 *
 * Cancels the calls that run; a client may answer from within. The batch ends as always, when all have a result.
 */
void
sb_run_stop_calls (SbRun *self)
{
  self->n_open_jobs++;
  for (guint i = 0; i < self->jobs->len; i++)
    {
      SbToolJob *job = g_ptr_array_index (self->jobs, i);

      g_cancellable_cancel (job->cancellable);
    }

  one_done (self);
}
