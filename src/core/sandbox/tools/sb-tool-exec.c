/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-json.h"
#include "sb-sandbox-private.h"
#include "sb-tool-outcome.h"
#include "sb-tool-progress.h"
#include "sb-tool-run.h"
#include "sb-tools.h"

#define DEFAULT_TIMEOUT_MS (120 * 1000)
#define MAX_TIMEOUT_MS (60 * 60 * 1000)
/* Head and tail of each stream; together the 32 KiB that a model can make use of. */
#define KEEP (16 * 1024)
#define MIN_KEEP 128
#define MAX_KEEP (512 * 1024)
#define MAX_SHELL 40

typedef struct
{
  /* owned */
  SbToolRun      *run;
  SbToolProgress *progress; /* nullable: background */
  char          **argv;
  char          **env;
  GBytes         *input;    /* nullable */
  char           *cwd;      /* nullable */

  const char     *language; /* nullable: of code, which is the input */

  guint timeout_ms;
  gsize keep; /* bytes of head and of tail of each stream */
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

/* (transfer none) (nullable) */
static const char *
get_shell (JsonObject *arguments)
{
  const char *shell = sb_json_get_string (arguments, "shell");

  return shell != NULL && *shell != '\0' ? shell : NULL;
}

static gboolean
is_good_shell (const char *shell)
{
  return strlen (shell) <= MAX_SHELL && shell[0] != '-'
         && strspn (shell, "abcdefghijklmnopqrstuvwxyz0123456789-_./") == strlen (shell);
}

/* A string is a line for the shell, and so is a list of one item with spaces in it: models send all three. */
static char **
dup_argv (JsonObject *arguments)
{
  const char *line = sb_json_get_string (arguments, "command");
  g_auto(GStrv) argv = sb_tool_dup_strings (arguments, "command");
  const char *named = get_shell (arguments);

  if (named != NULL && argv != NULL && argv[0] != NULL)
    {
      g_autofree char *words = g_strjoinv (" ", argv);
      const char *shell[] = { named, "-c", words, NULL };

      return g_strdupv ((char **) shell);
    }
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

static gsize
get_keep (JsonObject *arguments)
{
  gint64 bytes = sb_json_get_int (arguments, "maxOutputBytes", 0);

  return bytes > 0 ? (gsize) CLAMP (bytes / 2, MIN_KEEP, MAX_KEEP) : KEEP;
}

static guint
get_timeout (JsonObject *arguments)
{
  gint64 timeout_ms = sb_json_get_int (arguments, "timeoutMs", 0);

  return timeout_ms > 0 ? MIN (timeout_ms, MAX_TIMEOUT_MS) : DEFAULT_TIMEOUT_MS;
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

/* Frees exec. */
static void
fail_start (Exec         *exec,
            const GError *error)
{
  g_autofree char *text = NULL;

  if (exec->language != NULL && g_error_matches (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NOT_FOUND))
    {
      text = g_strdup_printf ("There is no %s in this sandbox. Use another language, or an image that has it.",
                              exec->argv[0]);
      sb_tool_run_fail (exec->run, text, NULL, "no such language");
    }
  else
    {
      sb_tool_run_fail_error (exec->run, error);
    }
  exec_free (exec);
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
  JsonObject *details = NULL;

  /* The last of the output goes out before the result. */
  g_clear_pointer (&exec->progress, sb_tool_progress_free);
  if (result == NULL)
    {
      fail_start (exec, error);
      return;
    }

  text = sb_tool_outcome_build_text (result, exec->keep, exec->timeout_ms);
  brief = sb_tool_outcome_describe_briefly (result);
  details = sb_tool_run_new_details (exec->run);
  sb_tool_outcome_add_details (result, details);
  if (result->outcome == SB_EXEC_TIMED_OUT)
    sb_tool_run_fail (exec->run, text, details, brief);
  else
    sb_tool_run_respond (exec->run, text, details, brief,
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
  sb_sandbox_remember_command (exec->run->sandbox, process, exec->run->title,
                               sb_mcp_tool_call_get_trace_id (exec->run->call));
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
    .trace_id = sb_mcp_tool_call_get_trace_id (run->call),
    .keep = exec->keep,
  };

  if (background)
    {
      sb_channel_spawn_async (run->channel, &spec, cancellable, spawned_cb, exec);
      return;
    }

  exec->progress = sb_tool_progress_new (run->call);
  sb_channel_exec_async (run->channel, &spec, output_cb, exec, cancellable, executed_cb, exec);
}

/* argv: (transfer full); input: (nullable). (transfer full) (nullable): NULL: the call is answered */
static Exec *
prepare (SbToolRun  *run,
         char      **argv,
         const char *input)
{
  JsonObject *arguments = sb_mcp_tool_call_get_arguments (run->call);
  Exec *exec = g_new0 (Exec, 1);

  exec->run = run;
  exec->argv = argv;
  exec->env = dup_env (run->sandbox, arguments);
  exec->cwd = g_strdup (sb_tool_get_string (run, "cwd"));
  exec->timeout_ms = get_timeout (arguments);
  exec->keep = get_keep (arguments);
  if (input != NULL)
    exec->input = g_bytes_new (input, strlen (input));
  if (find_bad_env (exec->env) == NULL)
    return exec;

  sb_tool_run_fail (run, "Each item of the argument “env” must be of the form NAME=value.", NULL, "bad env");
  exec_free (exec);

  return NULL;
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
  const char *shell = get_shell (arguments);
  Exec *exec = NULL;

  if (!sb_tool_run_find (run))
    return;
  if (argv == NULL || argv[0] == NULL || argv[0][0] == '\0')
    {
      sb_tool_run_fail (run, "The command is empty. Give the program and its arguments as a list.", NULL, "no command");
      return;
    }
  if (shell != NULL && !is_good_shell (shell))
    {
      sb_tool_run_fail (run, "The argument “shell” is the name of a shell, e.g. sh or bash.", NULL, "bad shell");
      return;
    }

  exec = prepare (run, g_steal_pointer (&argv), sb_json_get_string (arguments, "stdin"));
  if (exec != NULL)
    start (exec, sb_json_get_boolean (arguments, "background", FALSE));
}

/* runCode: the code is the standard input of its interpreter, and so leaves no file behind. */
void
sb_tool_run_code (SbMcpToolCall *call,
                  gpointer       user_data)
{
  static const struct
  {
    const char *name;
    const char *argv[3];
  } languages[] = {
    { "javascript", { "node", "-", NULL } }, { "js", { "node", "-", NULL } }, { "node", { "node", "-", NULL } },
    { "python", { "python3", "-", NULL } }, { "python3", { "python3", "-", NULL } },
    { "sh", { "sh", "-s", NULL } }, { "shell", { "sh", "-s", NULL } }, { "bash", { "bash", "-s", NULL } },
  };
  JsonObject *arguments = sb_mcp_tool_call_get_arguments (call);
  g_autofree char *title = g_strdup_printf ("run %s code", sb_json_get_string (arguments, "language"));
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_EXEC, title);
  const char *language = sb_tool_get_string (run, "language");
  Exec *exec = NULL;

  if (!sb_tool_run_find (run))
    return;

  for (gsize i = 0; exec == NULL && language != NULL && i < G_N_ELEMENTS (languages); i++)
    if (g_ascii_strcasecmp (languages[i].name, language) == 0)
      {
        exec = prepare (run, g_strdupv ((char **) languages[i].argv), sb_json_get_string (arguments, "code"));
        if (exec == NULL)
          return;
      }
  if (exec == NULL)
    {
      sb_tool_run_fail (run, "The argument “language” must be node, python or sh.", NULL, "no such language");
      return;
    }

  exec->language = language;
  start (exec, FALSE);
}
