/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-rehearsal-report.h"

#include <string.h>

#include "sb-json.h"
#include "sb-rehearsal-program.h"
#include "sb-text.h"

#define MAX_QUOTED 4000

/* The parts of an exec result: "stdout: …\n\nstderr: …\n\nexit code: N". */
typedef struct
{
  char *out;
  char *err;
  char *status; /* nullable when the result has another form */
} Output;

static void
output_clear (Output *output)
{
  g_free (output->out);
  g_free (output->err);
  g_free (output->status);
}

static void
output_parse (Output     *output,
              const char *result)
{
  const char *err = g_strrstr (result, "\n\nstderr: ");
  const char *status = g_strrstr (result, "\n\nexit code: ");

  if (!g_str_has_prefix (result, "stdout: ") || err == NULL)
    {
      output->out = g_strdup ("");
      output->err = g_strdup (result);
      output->status = NULL;
      return;
    }

  output->out = g_strndup (result + strlen ("stdout: "), err - result - strlen ("stdout: "));
  err += strlen ("\n\nstderr: ");
  output->err = status != NULL && status >= err ? g_strndup (err, status - err) : g_strdup (err);
  output->status = status != NULL ? g_strdup (status + strlen ("\n\nexit code: ")) : NULL;
}

static gboolean
failed_for_network (const char *text)
{
  static const char * const signs[] = {
    "ENOTFOUND", "EAI_AGAIN", "ENETUNREACH", "EHOSTUNREACH", "getaddrinfo", "Could not resolve host",
    "fetch failed", "Network is unreachable", "Temporary failure in name resolution", "Name or service not known",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (signs); i++)
    {
      if (strstr (text, signs[i]) != NULL)
        return TRUE;
    }

  return FALSE;
}

/* A fence longer than any in the code. */
void
sb_rehearsal_report_append_code (GString    *text,
                                 const char *language,
                                 const char *code)
{
  g_autofree char *shown = sb_text_head_tail (code, MAX_QUOTED, NULL);
  g_autofree char *trimmed = g_strchomp (g_steal_pointer (&shown));
  const char *fence = strstr (trimmed, "```") != NULL ? "``````" : "```";

  g_string_append_printf (text, "%s%s\n%s\n%s\n\n", fence, language, trimmed, fence);
}

static char *
describe_command (const SbRehearsalIntent *intent)
{
  if (intent->kind == SB_REHEARSAL_RUN_FILE)
    return g_strdup_printf ("`%s %s`", sb_rehearsal_program_runner (intent->file), intent->file);
  if (intent->kind == SB_REHEARSAL_FETCH)
    return g_strdup_printf ("The request to %s", intent->text);

  return g_strdup_printf ("`%s`", intent->text);
}

static void
append_file (GString                 *text,
             const SbRehearsalIntent *intent,
             const SbRehearsalCall   *call)
{
  if (!sb_rehearsal_call_succeeded (call))
    {
      g_string_append_printf (text, "`%s` could not be read. %s\n\n", intent->file, call->result);
      return;
    }

  g_string_append_printf (text, "`%s`:\n\n", intent->file);
  sb_rehearsal_report_append_code (text, sb_rehearsal_program_language (intent->file), call->result);
  if (intent->kind == SB_REHEARSAL_EXPLAIN)
    g_string_append (text, "I am scripted, without AI, so I can show it but not explain it.\n\n");
}

static void
append_run (GString                 *text,
            const SbRehearsalIntent *intent,
            const SbRehearsalCall   *call)
{
  g_autofree char *command = describe_command (intent);
  Output output;

  output_parse (&output, call->result);
  if (sb_rehearsal_call_succeeded (call))
    {
      gboolean silent = output.out[0] == '\0';

      g_string_append_printf (text, "%s %s\n\n", command, silent ? "ended well, without output." : "printed:");
      if (!silent)
        sb_rehearsal_report_append_code (text, "text", output.out);
    }
  else
    {
      const char *said = output.err[0] != '\0' ? output.err : output.out;
      g_auto(GStrv) status = g_strsplit (output.status != NULL ? output.status : "", "\n", 2);

      if (output.status != NULL)
        g_string_append_printf (text, "%s failed with exit status %s.", command, status[0]);
      else
        g_string_append_printf (text, "%s failed.", command);
      g_string_append (text, said[0] != '\0' ? " It said:\n\n" : "\n\n");
      if (said[0] != '\0')
        sb_rehearsal_report_append_code (text, "text", said);
      if (failed_for_network (call->result))
        g_string_append (text, "**That is the isolation at work:** the sandbox has no network by design, so code in "
                               "it can reach nothing outside.\n\n");
    }
  output_clear (&output);
}

static void
append_write (GString                 *text,
              const SbRehearsalIntent *intent,
              const SbRehearsalCall   *call)
{
  g_autoptr(SbRehearsalProgram) program = sb_rehearsal_program_new (intent->file, intent->text);
  const char *contents = sb_json_get_string (call->arguments, "contents");

  if (!sb_rehearsal_call_succeeded (call))
    {
      g_string_append_printf (text, "`%s` could not be written:\n\n", intent->file);
      sb_rehearsal_report_append_code (text, "text", call->result);
      return;
    }

  g_string_append_printf (text, "`%s` %s:\n\n", intent->file, program->summary);
  sb_rehearsal_report_append_code (text, sb_rehearsal_program_language (intent->file), contents);
  if (!program->is_known)
    g_string_append (text, "I am scripted and know only a few small programs by heart: this one only says what you "
                           "asked for.\n\n");
}

/* What came of one thing that was asked for, in Markdown, with the tool's own words and nothing invented. */
void
sb_rehearsal_report_append (GString                 *text,
                            const SbRehearsalIntent *intent,
                            const SbRehearsalCall   *call)
{
  switch (intent->kind)
    {
    case SB_REHEARSAL_INIT:
      if (sb_rehearsal_call_succeeded (call))
        g_string_append (text, "The sandbox is up. ");
      else
        {
          g_string_append (text, "The sandbox could not be started:\n\n");
          sb_rehearsal_report_append_code (text, "text", call->result);
        }
      break;
    case SB_REHEARSAL_WRITE:
      append_write (text, intent, call);
      break;
    case SB_REHEARSAL_RUN_FILE:
    case SB_REHEARSAL_RUN_COMMAND:
    case SB_REHEARSAL_FETCH:
      append_run (text, intent, call);
      break;
    case SB_REHEARSAL_LIST:
      g_string_append (text, "In `/workspace`:\n\n");
      sb_rehearsal_report_append_code (text, "text", call->result);
      break;
    case SB_REHEARSAL_READ:
    case SB_REHEARSAL_EXPLAIN:
      append_file (text, intent, call);
      break;
    case SB_REHEARSAL_STOP:
    default:
      g_string_append (text, call->result[0] != '\0' ? call->result : "The sandbox is stopped.");
      g_string_append (text, "\n\n");
      break;
    }
}
