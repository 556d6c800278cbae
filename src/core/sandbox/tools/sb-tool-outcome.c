/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tool-outcome.h"

#include <string.h>

#include "sb-id.h"
#include "sb-tool-output.h"

/* What shells report for a command that was killed, so that scripts and models understand it. */
#define SIGNAL_EXIT_BASE 128
#define TIMED_OUT_EXIT 124
#define KILL_SIGNAL 9

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
describe_outcome (const SbExecResult *result,
                  guint               timeout_ms)
{
  g_autofree char *time = sb_format_duration (timeout_ms * G_TIME_SPAN_MILLISECOND);

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

/**
 * sb_tool_outcome_build_text:
 * @result: of a command that was run
 * @keep: bytes of head and of tail that were kept of each stream
 * @timeout_ms: that it had
 *
 * Returns: (transfer full): what the model reads: output, clean, and how the command ended
 */
char *
sb_tool_outcome_build_text (const SbExecResult *result,
                            gsize               keep,
                            guint               timeout_ms)
{
  g_autofree char *out = sb_tool_output_for_model (result->stdout_head_tail, keep, result->stdout_total,
                                                   result->stdout_dropped);
  g_autofree char *err = sb_tool_output_for_model (result->stderr_head_tail, keep, result->stderr_total,
                                                   result->stderr_dropped);
  g_autofree char *outcome = describe_outcome (result, timeout_ms);

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

void
sb_tool_outcome_add_details (const SbExecResult *result,
                             JsonObject         *details)
{
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
}

/* Returns: (transfer full): for people: "exit 0" */
char *
sb_tool_outcome_describe_briefly (const SbExecResult *result)
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
