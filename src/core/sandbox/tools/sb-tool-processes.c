/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "sb-id.h"
#include "sb-json.h"
#include "sb-text.h"
#include "sb-tool-job.h"
#include "sb-tool-run.h"
#include "sb-tools.h"

/* What a model can make use of, and a fork bomb cannot flood. */
#define MAX_LISTED 200
#define MAX_COMMAND 200
/* The signal that stands for TERM, and KILL 2 s later. */
#define STOP 0

/* listProcesses, half way. */
typedef struct
{
  /* owned */
  SbToolRun *run; /* until it is answered */
  GArray    *jobs;
} Listing;

static void
listing_free (Listing *listing)
{
  g_clear_pointer (&listing->jobs, g_array_unref);
  g_free (listing);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Listing, listing_free)

static JsonArray *
add_jobs (SbToolRun *run,
          GArray    *jobs,
          GString   *text)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < jobs->len; i++)
    {
      const SbJob *job = &g_array_index (jobs, SbJob, i);
      g_autofree char *command = g_strdup (sb_tool_job_get_command (job, run->sandbox));
      g_autofree char *state = sb_tool_job_describe (job);
      g_autofree char *size = sb_format_size (job->log_bytes);
      JsonObject *object = json_object_new ();

      sb_tool_job_add_members (job, object);
      json_object_set_string_member (object, "command", command);
      json_object_set_int_member (object, "logBytes", job->log_bytes);
      json_array_add_object_element (array, object);
      g_string_append_printf (text, "%s%u: %s (%s; %s of output)", i > 0 ? "\n" : "", job->process,
                              g_strdelimit (command, "\n\t", ' '), state, size);
    }
  if (jobs->len == 0)
    g_string_append (text, "No command was started in the background.");

  return array;
}

/* Returns: (transfer full): one clean line: a process calls itself what it likes */
static char *
dup_command (const SbProcess *process)
{
  const char *raw = process->command[0] != '\0' ? process->command : process->name;
  char *clean = sb_text_clean (raw, strnlen (raw, MAX_COMMAND), NULL);

  return g_strdelimit (clean, "\n\t\r", ' ');
}

static JsonArray *
add_processes (GPtrArray *processes,
               GString   *text)
{
  JsonArray *array = json_array_new ();

  g_string_append_printf (text, processes->len == 1 ? "\n\n%u process in all:" : "\n\n%u processes in all:",
                          processes->len);
  for (guint i = 0; i < MIN (processes->len, MAX_LISTED); i++)
    {
      const SbProcess *process = g_ptr_array_index (processes, i);
      g_autofree char *command = dup_command (process);
      g_autofree char *memory = sb_format_size (process->memory_bytes);
      const char state[] = { process->state, '\0' };
      JsonObject *object = json_object_new ();

      json_object_set_int_member (object, "pid", process->pid);
      json_object_set_int_member (object, "parent", process->parent);
      json_object_set_string_member (object, "command", command);
      json_object_set_string_member (object, "state", state);
      json_object_set_int_member (object, "cpuMs", (gint64) (process->cpu_us / 1000));
      json_object_set_int_member (object, "memoryBytes", (gint64) process->memory_bytes);
      json_object_set_int_member (object, "ageMs", (gint64) (process->age_us / 1000));
      json_array_add_object_element (array, object);
      g_string_append_printf (text, "\npid %u: %s (%s, %s)", process->pid, command, state, memory);
    }
  if (processes->len > MAX_LISTED)
    g_string_append_printf (text, "\n[… %u more …]", processes->len - MAX_LISTED);

  return array;
}

static void
processes_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(Listing) listing = user_data;
  SbToolRun *run = listing->run;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) processes = sb_channel_list_processes_finish (SB_CHANNEL (source), result, &error);
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree char *subtitle = NULL;
  JsonObject *details = NULL;

  if (processes == NULL)
    {
      sb_tool_run_fail_error (run, error);
      return;
    }

  details = sb_tool_run_new_details (run);
  json_object_set_array_member (details, "commands", add_jobs (run, listing->jobs, text));
  json_object_set_array_member (details, "processes", add_processes (processes, text));
  json_object_set_int_member (details, "count", processes->len);
  subtitle = g_strdup_printf (processes->len == 1 ? "%u process" : "%u processes", processes->len);
  sb_tool_run_respond (run, text->str, details, subtitle, TRUE);
}

static void
jobs_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(Listing) listing = user_data;
  SbToolRun *run = listing->run;
  SbChannel *channel = SB_CHANNEL (source);
  g_autoptr(GError) error = NULL;

  listing->jobs = sb_channel_list_jobs_finish (channel, result, &error);
  if (listing->jobs == NULL)
    {
      sb_tool_run_fail_error (run, error);
      return;
    }

  sb_channel_list_processes_async (channel, sb_mcp_tool_call_get_cancellable (run->call), processes_cb,
                                   g_steal_pointer (&listing));
}

/* listProcesses: the background commands that run and those whose output is still kept; and all processes. */
void
sb_tool_list_processes (SbMcpToolCall *call,
                        gpointer       user_data)
{
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_LIST, "list processes");
  Listing *listing = NULL;

  if (!sb_tool_run_find (run))
    return;

  listing = g_new0 (Listing, 1);
  listing->run = run;
  sb_channel_list_jobs_async (run->channel, sb_mcp_tool_call_get_cancellable (call), jobs_cb, listing);
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
    { "USR1", SIGUSR1 }, { "USR2", SIGUSR2 }, { "STOP", SIGSTOP }, { "CONT", SIGCONT },
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
respond_killed (SbToolRun  *run,
                const char *text,
                int         number,
                gboolean    was_running)
{
  JsonObject *details = sb_tool_run_new_details (run);

  json_object_set_boolean_member (details, "wasRunning", was_running);
  if (was_running)
    json_object_set_int_member (details, "sent", number == STOP ? SIGTERM : number);
  sb_tool_run_respond (run, text, details, was_running ? "signalled" : "over already", TRUE);
}

static void
kill_job (SbToolRun   *run,
          const SbJob *job)
{
  int number = parse_signal (sb_tool_get_string (run, "signal"));
  g_autofree char *state = sb_tool_job_describe (job);
  g_autofree char *text = NULL;

  if (!job->running)
    text = g_strdup_printf ("Process %u is over already: %s.", job->process, state);
  else if (number == STOP)
    text = g_strdup_printf ("Process %u was told to end; if it does not, it is killed in 2 seconds.", job->process);
  else
    text = g_strdup_printf ("Signal %d was sent to process %u. Call listProcesses to see what became of it.",
                            number, job->process);
  if (job->running)
    sb_channel_kill (run->channel, job->process, number);
  respond_killed (run, text, number, job->running);
}

static void
signalled_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  SbToolRun *run = user_data;
  JsonObject *arguments = sb_mcp_tool_call_get_arguments (run->call);
  gint64 pid = sb_json_get_int (arguments, "pid", 0);
  int number = parse_signal (sb_tool_get_string (run, "signal"));
  g_autoptr(GError) error = NULL;
  gboolean sent = sb_channel_signal_process_finish (SB_CHANNEL (source), result, &error);
  g_autofree char *text = NULL;

  if (!sent && !g_error_matches (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NOT_FOUND))
    {
      sb_tool_run_fail_error (run, error);
      return;
    }

  text = sent ? g_strdup_printf ("Signal %d was sent to the process with the pid %" G_GINT64_FORMAT ". Call "
                                 "listProcesses to see what became of it.", number == STOP ? SIGTERM : number, pid)
              : g_strdup_printf ("There is no process with the pid %" G_GINT64_FORMAT " any more.", pid);
  respond_killed (run, text, number, sent);
}

/* Of a process that the model did not start by exec, or not directly, only its pid is known. */
static void
kill_pid (SbToolRun *run,
          gint64     pid,
          int        number)
{
  if (pid <= 1 || pid > G_MAXINT32)
    {
      sb_tool_run_fail (run, "The argument “pid” must be one that listProcesses tells; the sandbox itself, 1, cannot "
                        "be signalled. Use stopSandbox to end it.", NULL, "bad pid");
      return;
    }
  if (!sb_tool_run_find (run))
    return;

  sb_channel_signal_process_async (run->channel, (guint32) pid, number == STOP ? SIGTERM : number,
                                   sb_mcp_tool_call_get_cancellable (run->call), signalled_cb, run);
}

/* killProcess: a background command by its processId, or any process by its pid. One that is over already is a normal
 * result. */
void
sb_tool_kill_process (SbMcpToolCall *call,
                      gpointer       user_data)
{
  JsonObject *arguments = sb_mcp_tool_call_get_arguments (call);
  gint64 process = sb_json_get_int (arguments, "processId", 0);
  gint64 pid = sb_json_get_int (arguments, "pid", 0);
  g_autofree char *title = process != 0 ? g_strdup_printf ("stop process %" G_GINT64_FORMAT, process)
                                        : g_strdup_printf ("stop pid %" G_GINT64_FORMAT, pid);
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_EXEC, title);
  int number = parse_signal (sb_tool_get_string (run, "signal"));

  if (number < 0)
    sb_tool_run_fail (run, "The argument “signal” must be TERM, KILL, INT, HUP, QUIT, USR1, USR2, STOP or CONT.", NULL,
                      "bad signal");
  else if (process != 0)
    sb_tool_job_look_up (run, kill_job);
  else if (json_object_has_member (arguments, "pid"))
    kill_pid (run, pid, number);
  else
    sb_tool_run_fail (run, "Give “processId” of a background command, or “pid” of any process. Call listProcesses to "
                      "see both.", NULL, "no process");
}
