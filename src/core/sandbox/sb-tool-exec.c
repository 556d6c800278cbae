/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-id.h"
#include "sb-json.h"
#include "sb-sandbox-private.h"
#include "sb-tool-output.h"
#include "sb-tool-progress.h"
#include "sb-tool-run.h"
#include "sb-tools.h"

#define DEFAULT_TIMEOUT_MS (120 * 1000)
#define MAX_TIMEOUT_MS (60 * 60 * 1000)
/* Head and tail of each stream; together the 32 KiB that a model can make use of. */
#define KEEP (16 * 1024)
/* What shells report for a command that was killed, so that scripts and models understand it. */
#define SIGNAL_EXIT_BASE 128
#define TIMED_OUT_EXIT 124
#define KILL_SIGNAL 9

typedef struct
{
  /* owned */
  SbToolRun      *run;
  SbToolProgress *progress; /* nullable: background */
  char          **argv;
  char          **env;
  GBytes         *input;    /* nullable */
  char           *cwd;      /* nullable */

  guint timeout_ms;
} Exec;

static void
exec_free (Exec *exec)
{
  g_clear_pointer (&exec->progress, sb_tool_progress_free);
  g_clear_pointer (&exec->input, g_bytes_unref);
  g_strfreev (exec->argv);
  g_strfreev (exec->env);
  g_free (exec->cwd);
  g_free (exec);
}

/* A string is a line for the shell, and so is a list of one item with spaces in it: models send all three. */
static char **
dup_argv (JsonObject *arguments)
{
  const char *line = sb_json_get_string (arguments, "command");
  g_auto(GStrv) argv = sb_tool_dup_strings (arguments, "command");

  if (line == NULL && argv != NULL && argv[0] != NULL && argv[1] == NULL && strpbrk (argv[0], " \t\n") != NULL)
    line = argv[0];
  if (line != NULL && line[strspn (line, " \t\n")] != '\0')
    {
      const char *shell[] = { "sh", "-lc", line, NULL };

      return g_strdupv ((char **) shell);
    }

  return g_steal_pointer (&argv);
}

/* The sandbox's own environment, and the call's on top of it. */
static char **
dup_env (SbSandbox  *sandbox,
         JsonObject *arguments)
{
  const char * const *of_sandbox = sb_sandbox_get_env (sandbox);
  g_auto(GStrv) of_call = sb_tool_dup_strings (arguments, "env");
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  if (of_sandbox != NULL)
    g_strv_builder_addv (builder, (const char **) of_sandbox);
  if (of_call != NULL)
    g_strv_builder_addv (builder, (const char **) of_call);

  return g_strv_builder_end (builder);
}

static const char *
find_bad_env (char **env)
{
  for (gsize i = 0; env[i] != NULL; i++)
    if (strchr (env[i], '=') == NULL || env[i][0] == '=')
      return env[i];

  return NULL;
}

static guint
get_timeout (JsonObject *arguments)
{
  gint64 timeout_ms = sb_json_get_int (arguments, "timeoutMs", 0);

  return timeout_ms > 0 ? MIN (timeout_ms, MAX_TIMEOUT_MS) : DEFAULT_TIMEOUT_MS;
}

static int
get_shell_exit_code (const SbExecResult *result)
{
  switch (result->outcome)
    {
    case SB_EXEC_EXITED:
      return result->exit_code;
    case SB_EXEC_SIGNALED:
      return SIGNAL_EXIT_BASE + result->term_signal;
    case SB_EXEC_TIMED_OUT:
      return TIMED_OUT_EXIT;
    case SB_EXEC_OOM:
    case SB_EXEC_OUTPUT_LIMIT:
    default:
      return SIGNAL_EXIT_BASE + KILL_SIGNAL;
    }
}

/* Returns (transfer full) (nullable): what to know besides the exit code */
static char *
describe_outcome (const Exec         *exec,
                  const SbExecResult *result)
{
  g_autofree char *time = sb_format_duration (exec->timeout_ms * G_TIME_SPAN_MILLISECOND);

  switch (result->outcome)
    {
    case SB_EXEC_SIGNALED:
      return g_strdup_printf (" (signal %d: %s)", result->term_signal, g_strsignal (result->term_signal));
    case SB_EXEC_TIMED_OUT:
      return g_strdup_printf (" (timed out)\nThe command was still running after %s and was stopped. Give it a larger "
                              "timeoutMs, or start it with background true if it is a server.", time);
    case SB_EXEC_OOM:
      return g_strdup (" (oom)\nThe command used more memory than the sandbox has, and was stopped. Use less, or call "
                       "initSandbox with a larger memoryMb.");
    case SB_EXEC_OUTPUT_LIMIT:
      return g_strdup (" (too much output)\nThe command wrote more than a command may, and was stopped. Write to a "
                       "file, or print less.");
    case SB_EXEC_EXITED:
    default:
      return g_strdup ("");
    }
}

static char *
build_text (const Exec         *exec,
            const SbExecResult *result)
{
  g_autofree char *out = sb_tool_output_for_model (result->stdout_head_tail, KEEP, result->stdout_total,
                                                   result->stdout_dropped);
  g_autofree char *err = sb_tool_output_for_model (result->stderr_head_tail, KEEP, result->stderr_total,
                                                   result->stderr_dropped);
  g_autofree char *outcome = describe_outcome (exec, result);

  return g_strdup_printf ("stdout: %s\n\nstderr: %s\n\nexit code: %d%s", out, err, get_shell_exit_code (result),
                          outcome);
}

static gboolean
failed_for_network (const SbExecResult *result)
{
  if (result->outcome == SB_EXEC_EXITED && result->exit_code == 0)
    return FALSE;

  return sb_tool_output_shows_no_network (result->stderr_head_tail)
         || sb_tool_output_shows_no_network (result->stdout_head_tail);
}

static JsonObject *
build_details (const Exec         *exec,
               const SbExecResult *result)
{
  JsonObject *details = sb_tool_run_new_details (exec->run);

  json_object_set_int_member (details, "exitCode", get_shell_exit_code (result));
  json_object_set_int_member (details, "durationMs", result->duration_us / 1000);
  json_object_set_int_member (details, "durationUs", result->duration_us);
  json_object_set_int_member (details, "signal", result->outcome == SB_EXEC_SIGNALED ? result->term_signal : 0);
  json_object_set_boolean_member (details, "timedOut", result->outcome == SB_EXEC_TIMED_OUT);
  json_object_set_boolean_member (details, "oom", result->outcome == SB_EXEC_OOM);
  json_object_set_boolean_member (details, "outputLimit", result->outcome == SB_EXEC_OUTPUT_LIMIT);
  json_object_set_int_member (details, "stdoutBytes", result->stdout_total);
  json_object_set_int_member (details, "stderrBytes", result->stderr_total);
  json_object_set_boolean_member (details, "truncated", result->stdout_dropped > 0 || result->stderr_dropped > 0);
  json_object_set_boolean_member (details, "networkBlocked", failed_for_network (result));

  return details;
}

static char *
describe_briefly (const SbExecResult *result)
{
  switch (result->outcome)
    {
    case SB_EXEC_TIMED_OUT:
      return g_strdup ("timed out");
    case SB_EXEC_OOM:
      return g_strdup ("out of memory");
    case SB_EXEC_OUTPUT_LIMIT:
      return g_strdup ("too much output");
    case SB_EXEC_SIGNALED:
      return g_strdup_printf ("signal %d", result->term_signal);
    case SB_EXEC_EXITED:
    default:
      return g_strdup_printf ("exit %d", result->exit_code);
    }
}

static void
output_cb (int           fd,
           const guint8 *data,
           gsize         length,
           gpointer      user_data)
{
  Exec *exec = user_data;

  sb_tool_progress_feed (exec->progress, fd, data, length);
}

static void
executed_cb (GObject      *source,
             GAsyncResult *async_result,
             gpointer      user_data)
{
  Exec *exec = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbExecResult) result = sb_channel_exec_finish (SB_CHANNEL (source), async_result, &error);
  g_autofree char *text = NULL;
  g_autofree char *brief = NULL;

  /* The last of the output goes out before the result. */
  g_clear_pointer (&exec->progress, sb_tool_progress_free);
  if (result == NULL)
    {
      sb_tool_run_fail_error (exec->run, error);
      exec_free (exec);
      return;
    }

  text = build_text (exec, result);
  brief = describe_briefly (result);
  if (result->outcome == SB_EXEC_TIMED_OUT)
    sb_tool_run_fail (exec->run, text, build_details (exec, result), brief);
  else
    sb_tool_run_respond (exec->run, text, build_details (exec, result), brief,
                         result->outcome == SB_EXEC_EXITED && result->exit_code == 0);
  exec_free (exec);
}

static void
spawned_cb (GObject      *source,
            GAsyncResult *async_result,
            gpointer      user_data)
{
  Exec *exec = user_data;
  g_autoptr(GError) error = NULL;
  guint32 process = sb_channel_spawn_finish (SB_CHANNEL (source), async_result, &error);
  g_autofree char *text = NULL;
  g_autofree char *brief = NULL;
  JsonObject *details = NULL;

  if (process == 0)
    {
      sb_tool_run_fail_error (exec->run, error);
      exec_free (exec);
      return;
    }

  text = g_strdup_printf ("Command started in background: %s\nprocess id: %u", exec->run->title, process);
  brief = g_strdup_printf ("process %u", process);
  sb_sandbox_remember_command (exec->run->sandbox, process, exec->run->title);
  details = sb_tool_run_new_details (exec->run);
  json_object_set_int_member (details, "processId", process);
  sb_tool_run_respond (exec->run, text, details, brief, TRUE);
  exec_free (exec);
}

static void
start (Exec     *exec,
       gboolean  background)
{
  SbToolRun *run = exec->run;
  GCancellable *cancellable = sb_mcp_tool_call_get_cancellable (run->call);
  const SbExecSpec spec = {
    .argv = (const char * const *) exec->argv,
    .cwd = exec->cwd,
    .env = (const char * const *) exec->env,
    .stdin_bytes = exec->input,
    .open_stdin = background && sb_json_get_boolean (sb_mcp_tool_call_get_arguments (run->call), "openStdin", FALSE),
    .timeout_ms = background ? 0 : exec->timeout_ms,
    .title = run->title,
    .keep = KEEP,
  };

  if (background)
    {
      sb_channel_spawn_async (run->channel, &spec, cancellable, spawned_cb, exec);
      return;
    }

  exec->progress = sb_tool_progress_new (run->call);
  sb_channel_exec_async (run->channel, &spec, output_cb, exec, cancellable, executed_cb, exec);
}

/**
 * sb_tool_exec:
 *
 * exec: runs a command. One that fails is a normal result; only one that could not be run, or was stopped for its time,
 * is an error of the tool.
 */
void
sb_tool_exec (SbMcpToolCall *call,
              gpointer       user_data)
{
  JsonObject *arguments = sb_mcp_tool_call_get_arguments (call);
  g_auto(GStrv) argv = dup_argv (arguments);
  g_auto(GStrv) shown = sb_tool_dup_strings (arguments, "command");
  g_autofree char *title = shown != NULL ? g_strjoinv (" ", shown) : g_strdup ("");
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_EXEC, title);
  const char *input = sb_json_get_string (arguments, "stdin");
  Exec *exec = NULL;

  if (!sb_tool_run_find (run))
    return;
  if (argv == NULL || argv[0] == NULL || argv[0][0] == '\0')
    {
      sb_tool_run_fail (run, "The command is empty. Give the program and its arguments as a list.", NULL, "no command");
      return;
    }

  exec = g_new0 (Exec, 1);
  exec->run = run;
  exec->argv = g_steal_pointer (&argv);
  exec->env = dup_env (run->sandbox, arguments);
  exec->cwd = g_strdup (sb_tool_get_string (run, "cwd"));
  exec->timeout_ms = get_timeout (arguments);
  if (input != NULL)
    exec->input = g_bytes_new (input, strlen (input));
  if (find_bad_env (exec->env) != NULL)
    {
      sb_tool_run_fail (run, "Each item of the argument “env” must be of the form NAME=value.", NULL, "bad env");
      exec_free (exec);
      return;
    }

  start (exec, sb_json_get_boolean (arguments, "background", FALSE));
}
