/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tool-job.h"

#include "sb-json.h"
#include "sb-sandbox-private.h"

typedef struct
{
  SbToolRun     *run; /* owned until it is answered */
  SbToolJobFunc  func;
} LookUp;

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
char *
sb_tool_job_describe (const SbJob *job)
{
  const char *name = get_state_name (job);

  if (job->running || job->outcome == SB_EXEC_OOM)
    return g_strdup (name);
  if (job->outcome == SB_EXEC_EXITED)
    return g_strdup_printf ("%s, exit code %d", name, job->value);

  /* One that was told to end may do so with an exit code of its own. */
  return job->value > 0 ? g_strdup_printf ("%s, signal %d", name, job->value) : g_strdup (name);
}

/* What is known of its state. */
void
sb_tool_job_add_members (const SbJob *job,
                         JsonObject  *object)
{
  json_object_set_int_member (object, "processId", job->process);
  json_object_set_string_member (object, "state", get_state_name (job));
  json_object_set_boolean_member (object, "running", job->running);
  if (!job->running && job->outcome == SB_EXEC_EXITED)
    json_object_set_int_member (object, "exitCode", job->value);
  if (!job->running && job->outcome == SB_EXEC_SIGNALED)
    json_object_set_int_member (object, "signal", job->value);
  json_object_set_boolean_member (object, "openStdin", job->open);
}

/* Returns: its command as it was given; "" when that is not known */
const char *
sb_tool_job_get_command (const SbJob *job,
                         SbSandbox   *sandbox)
{
  const char *command = sb_sandbox_get_command (sandbox, job->process);

  return command != NULL ? command : "";
}

static const SbJob *
find_job (GArray *jobs,
          gint64  process)
{
  for (guint i = 0; i < jobs->len; i++)
    if (g_array_index (jobs, SbJob, i).process == process)
      return &g_array_index (jobs, SbJob, i);

  return NULL;
}

static void
jobs_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autofree LookUp *look_up = user_data;
  SbToolRun *run = look_up->run;
  gint64 process = sb_json_get_int (sb_mcp_tool_call_get_arguments (run->call), "processId", 0);
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) jobs = sb_channel_list_jobs_finish (SB_CHANNEL (source), result, &error);
  const SbJob *job = jobs != NULL ? find_job (jobs, process) : NULL;
  g_autofree char *text = NULL;

  if (jobs == NULL)
    {
      sb_tool_run_fail_error (run, error);
      return;
    }
  if (job != NULL)
    {
      look_up->func (run, job);
      return;
    }

  text = g_strdup_printf ("There is no background command with the id %" G_GINT64_FORMAT ". Call listProcesses to see "
                          "which there are.", process);
  sb_tool_run_fail (run, text, NULL, "unknown process");
}

/* Finds the background command that processId means, as the far end knows it, or answers the call. */
void
sb_tool_job_look_up (SbToolRun     *run,
                     SbToolJobFunc  func)
{
  LookUp *look_up = NULL;

  if (!sb_tool_run_find (run))
    return;

  look_up = g_new0 (LookUp, 1);
  look_up->run = run;
  look_up->func = func;
  sb_channel_list_jobs_async (run->channel, sb_mcp_tool_call_get_cancellable (run->call), jobs_cb, look_up);
}
