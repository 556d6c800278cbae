/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "sb-id.h"
#include "sb-json.h"
#include "sb-sandbox-private.h"
#include "sb-tool-output.h"
#include "sb-tool-run.h"
#include "sb-tools.h"

/* The signal that stands for TERM, and KILL 2 s later. */
#define STOP 0

/* A call about one background command. */
typedef struct
{
  SbToolRun *run; /* owned until it is answered */

  SbJob  job;
  gint64 process; /* as the model gave it */
  int    number;  /* of the signal */
} ProcessCall;

static const char *
get_state_name (const SbJob *job)
{
  if (job->running)
    return "running";

  switch (job->outcome)
    {
    case SB_EXEC_EXITED:
      return "exited";
    case SB_EXEC_OOM:
      return "oom";
    case SB_EXEC_SIGNALED:
    case SB_EXEC_TIMED_OUT:
    case SB_EXEC_OUTPUT_LIMIT:
    default:
      return "killed";
    }
}

/* Returns (transfer full): "running", "exited, exit code 0", "killed, signal 15" */
static char *
describe_state (const SbJob *job)
{
  const char *name = get_state_name (job);

  if (job->running || job->outcome == SB_EXEC_OOM)
    return g_strdup (name);
  if (job->outcome == SB_EXEC_EXITED)
    return g_strdup_printf ("%s, exit code %d", name, job->value);

  /* One that was told to end may do so with an exit code of its own. */
  return job->value > 0 ? g_strdup_printf ("%s, signal %d", name, job->value) : g_strdup (name);
}

static void
set_state (JsonObject  *object,
           const SbJob *job)
{
  json_object_set_int_member (object, "processId", job->process);
  json_object_set_string_member (object, "state", get_state_name (job));
  json_object_set_boolean_member (object, "running", job->running);
  if (!job->running && job->outcome == SB_EXEC_EXITED)
    json_object_set_int_member (object, "exitCode", job->value);
  if (!job->running && job->outcome == SB_EXEC_SIGNALED)
    json_object_set_int_member (object, "signal", job->value);
}

static const char *
get_command (SbToolRun   *run,
             const SbJob *job)
{
  const char *command = sb_sandbox_get_command (run->sandbox, job->process);

  return command != NULL ? command : "";
}

static void
add_job (SbToolRun   *run,
         const SbJob *job,
         GString     *text,
         JsonArray   *processes)
{
  g_autofree char *state = describe_state (job);
  g_autofree char *size = sb_format_size (job->log_bytes);
  JsonObject *object = json_object_new ();

  set_state (object, job);
  json_object_set_string_member (object, "command", get_command (run, job));
  json_object_set_int_member (object, "logBytes", job->log_bytes);
  json_array_add_object_element (processes, object);
  g_string_append_printf (text, "%s%u: %s (%s; %s of output)", text->len > 0 ? "\n" : "", job->process,
                          get_command (run, job), state, size);
}

static void
jobs_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  SbToolRun *run = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) jobs = sb_channel_list_jobs_finish (SB_CHANNEL (source), result, &error);
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree char *subtitle = NULL;
  JsonObject *details = NULL;
  JsonArray *processes = NULL;

  if (jobs == NULL)
    {
      sb_tool_run_fail_error (run, error);
      return;
    }

  processes = json_array_new ();
  for (guint i = 0; i < jobs->len; i++)
    add_job (run, &g_array_index (jobs, SbJob, i), text, processes);
  if (jobs->len == 0)
    g_string_append (text, "No command was started in the background.");
  details = sb_tool_run_new_details (run);
  json_object_set_array_member (details, "processes", processes);
  subtitle = g_strdup_printf (jobs->len == 1 ? "%u process" : "%u processes", jobs->len);
  sb_tool_run_respond (run, text->str, details, subtitle, TRUE);
}

/* listProcesses: the background commands that run, and those whose output is still kept. */
void
sb_tool_list_processes (SbMcpToolCall *call,
                        gpointer       user_data)
{
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_LIST, "list processes");

  if (!sb_tool_run_find (run))
    return;

  sb_channel_list_jobs_async (run->channel, sb_mcp_tool_call_get_cancellable (call), jobs_cb, run);
}

/* TRUE: the command is known; otherwise the call is answered. */
static gboolean
take_job (ProcessCall  *call,
          SbChannel    *channel,
          GAsyncResult *result)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) jobs = sb_channel_list_jobs_finish (channel, result, &error);
  g_autofree char *text = NULL;

  if (jobs == NULL)
    {
      sb_tool_run_fail_error (call->run, error);
      return FALSE;
    }

  for (guint i = 0; i < jobs->len; i++)
    {
      call->job = g_array_index (jobs, SbJob, i);
      if (call->job.process == call->process)
        return TRUE;
    }

  text = g_strdup_printf ("There is no background command with the id %" G_GINT64_FORMAT ". Call listProcesses to see "
                          "which there are.", call->process);
  sb_tool_run_fail (call->run, text, NULL, "unknown process");

  return FALSE;
}

static char *
build_log_text (const ProcessCall *call,
                GBytes            *bytes,
                guint64            start,
                guint64            total)
{
  guint64 end = start + g_bytes_get_size (bytes);
  gint64 asked = sb_json_get_int (sb_mcp_tool_call_get_arguments (call->run->call), "since", 0);
  g_autofree char *shown = sb_tool_output_for_model (bytes, 0, total, 0);
  g_autofree char *state = describe_state (&call->job);
  g_autoptr(GString) text = g_string_new (NULL);

  if (start > (guint64) MAX (asked, 0))
    g_string_append_printf (text, "[… the output before byte %" G_GUINT64_FORMAT " is no longer kept …]\n", start);
  g_string_append (text, shown);
  if (text->len > 0 && text->str[text->len - 1] != '\n')
    g_string_append_c (text, '\n');
  g_string_append_printf (text, "[process %u: %s; ", call->job.process, state);
  if (end < total)
    g_string_append_printf (text, "there is more, read on with since %" G_GUINT64_FORMAT "]", end);
  else if (call->job.running)
    g_string_append_printf (text, "nothing more yet, ask again with since %" G_GUINT64_FORMAT "]", end);
  else
    g_string_append (text, "that is all]");

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
log_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autofree ProcessCall *call = user_data;
  g_autoptr(GError) error = NULL;
  guint64 start = 0;
  guint64 total = 0;
  g_autoptr(GBytes) bytes = sb_channel_read_log_finish (SB_CHANNEL (source), result, &start, &total, &error);
  g_autofree char *text = NULL;
  g_autofree char *size = NULL;
  JsonObject *details = NULL;

  if (bytes == NULL)
    {
      sb_tool_run_fail_error (call->run, error);
      return;
    }

  text = build_log_text (call, bytes, start, total);
  details = sb_tool_run_new_details (call->run);
  set_state (details, &call->job);
  json_object_set_int_member (details, "since", start);
  json_object_set_int_member (details, "nextSince", start + g_bytes_get_size (bytes));
  json_object_set_int_member (details, "logBytes", total);
  size = sb_format_size (g_bytes_get_size (bytes));
  sb_tool_run_respond (call->run, text, details, size, TRUE);
}

/* Its state comes first: of a command that is over then, the log is complete. */
static void
job_for_log_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autofree ProcessCall *call = user_data;
  SbMcpToolCall *tool_call = call->run->call;
  gint64 since = sb_json_get_int (sb_mcp_tool_call_get_arguments (tool_call), "since", 0);
  SbChannel *channel = SB_CHANNEL (source);
  guint32 process = 0;

  if (!take_job (call, channel, result))
    return;

  process = call->job.process;
  sb_channel_read_log_async (channel, process, MAX (since, 0),
                             sb_mcp_tool_call_get_cancellable (tool_call), log_cb, g_steal_pointer (&call));
}

/* Both begin with a look at what the far end says of the command. */
static void
look_up_job (SbToolRun           *run,
             int                  number,
             GAsyncReadyCallback  callback)
{
  SbMcpToolCall *tool_call = run->call;
  ProcessCall *call = NULL;

  if (!sb_tool_run_find (run))
    return;

  call = g_new0 (ProcessCall, 1);
  call->run = run;
  call->process = sb_json_get_int (sb_mcp_tool_call_get_arguments (tool_call), "processId", 0);
  call->number = number;
  sb_channel_list_jobs_async (run->channel, sb_mcp_tool_call_get_cancellable (tool_call), callback, call);
}

/* readProcessLog: a piece of what a background command wrote, and whether it still runs. */
void
sb_tool_read_process_log (SbMcpToolCall *call,
                          gpointer       user_data)
{
  gint64 process = sb_json_get_int (sb_mcp_tool_call_get_arguments (call), "processId", 0);
  g_autofree char *title = g_strdup_printf ("read output of process %" G_GINT64_FORMAT, process);

  look_up_job (sb_tool_run_new (call, user_data, SB_ACTIVITY_READ, title), STOP, job_for_log_cb);
}

/* Returns: the number of a signal with or without SIG in front; -1: not one of those that make sense here */
static int
parse_signal (const char *name)
{
  static const struct
  {
    const char *name;
    int         number;
  } signals[] = {
    { "TERM", SIGTERM }, { "KILL", SIGKILL }, { "INT", SIGINT }, { "HUP", SIGHUP }, { "QUIT", SIGQUIT },
    { "USR1", SIGUSR1 }, { "USR2", SIGUSR2 },
  };

  if (name == NULL)
    return STOP;

  if (g_ascii_strncasecmp (name, "SIG", strlen ("SIG")) == 0)
    name += strlen ("SIG");
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    if (g_ascii_strcasecmp (name, signals[i].name) == 0)
      return signals[i].number;

  return -1;
}

static void
job_for_kill_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autofree ProcessCall *call = user_data;
  SbChannel *channel = SB_CHANNEL (source);
  g_autofree char *state = NULL;
  g_autofree char *text = NULL;
  JsonObject *details = NULL;

  if (!take_job (call, channel, result))
    return;

  state = describe_state (&call->job);
  if (!call->job.running)
    text = g_strdup_printf ("Process %u is over already: %s.", call->job.process, state);
  else if (call->number == STOP)
    text = g_strdup_printf ("Process %u was told to end; if it does not, it is killed in 2 seconds.",
                            call->job.process);
  else
    text = g_strdup_printf ("Signal %d was sent to process %u. Call listProcesses to see what became of it.",
                            call->number, call->job.process);
  if (call->job.running)
    sb_channel_kill (channel, call->job.process, call->number);
  details = sb_tool_run_new_details (call->run);
  json_object_set_int_member (details, "processId", call->job.process);
  json_object_set_boolean_member (details, "wasRunning", call->job.running);
  sb_tool_run_respond (call->run, text, details, call->job.running ? "signalled" : "over already", TRUE);
}

/* killProcess: a command that is over already is a normal result. */
void
sb_tool_kill_process (SbMcpToolCall *call,
                      gpointer       user_data)
{
  gint64 process = sb_json_get_int (sb_mcp_tool_call_get_arguments (call), "processId", 0);
  g_autofree char *title = g_strdup_printf ("stop process %" G_GINT64_FORMAT, process);
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_EXEC, title);
  int number = parse_signal (sb_tool_get_string (run, "signal"));

  if (number < 0)
    {
      sb_tool_run_fail (run, "The argument “signal” must be TERM, KILL, INT, HUP, QUIT, USR1 or USR2.", NULL,
                        "bad signal");
      return;
    }

  look_up_job (run, number, job_for_kill_cb);
}
