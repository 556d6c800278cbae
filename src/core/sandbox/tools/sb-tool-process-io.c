/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-id.h"
#include "sb-json.h"
#include "sb-tool-job.h"
#include "sb-tool-output.h"
#include "sb-tool-run.h"
#include "sb-tools.h"

/* readProcessLog, half way. */
typedef struct
{
  SbToolRun *run; /* owned until it is answered */
  SbJob      job;
} LogCall;

static char *
build_log_text (const LogCall *call,
                GBytes        *bytes,
                guint64        start,
                guint64        total)
{
  guint64 end = start + g_bytes_get_size (bytes);
  gint64 asked = sb_json_get_int (sb_mcp_tool_call_get_arguments (call->run->call), "since", 0);
  g_autofree char *shown = sb_tool_output_for_model (bytes, 0, total, 0);
  g_autofree char *state = sb_tool_job_describe (&call->job);
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
  g_autofree LogCall *call = user_data;
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
  sb_tool_job_add_members (&call->job, details);
  json_object_set_int_member (details, "since", start);
  json_object_set_int_member (details, "nextSince", start + g_bytes_get_size (bytes));
  json_object_set_int_member (details, "logBytes", total);
  size = sb_format_size (g_bytes_get_size (bytes));
  sb_tool_run_respond (call->run, text, details, size, TRUE);
}

/* Its state comes first: of a command that is over then, the log is complete. */
static void
read_log (SbToolRun   *run,
          const SbJob *job)
{
  gint64 since = sb_json_get_int (sb_mcp_tool_call_get_arguments (run->call), "since", 0);
  LogCall *call = g_new0 (LogCall, 1);

  call->run = run;
  call->job = *job;
  sb_channel_read_log_async (run->channel, job->process, MAX (since, 0), sb_mcp_tool_call_get_cancellable (run->call),
                             log_cb, call);
}

/* readProcessLog: a piece of what a background command wrote, and whether it still runs. */
void
sb_tool_read_process_log (SbMcpToolCall *call,
                          gpointer       user_data)
{
  gint64 process = sb_json_get_int (sb_mcp_tool_call_get_arguments (call), "processId", 0);
  g_autofree char *title = g_strdup_printf ("read output of process %" G_GINT64_FORMAT, process);

  sb_tool_job_look_up (sb_tool_run_new (call, user_data, SB_ACTIVITY_READ, title), read_log);
}

static const char *
get_text (SbToolRun *run)
{
  const char *text = sb_json_get_string (sb_mcp_tool_call_get_arguments (run->call), "text");

  return text != NULL ? text : "";
}

static gboolean
is_last (SbToolRun *run)
{
  return sb_json_get_boolean (sb_mcp_tool_call_get_arguments (run->call), "end", FALSE);
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  SbToolRun *run = user_data;
  gsize length = strlen (get_text (run));
  g_autoptr(GError) error = NULL;
  g_autofree char *size = sb_format_size (length);
  g_autofree char *text = NULL;
  JsonObject *details = NULL;

  if (!sb_channel_write_input_finish (SB_CHANNEL (source), result, &error))
    {
      if (g_error_matches (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT))
        sb_tool_run_fail (run, "Nothing was written: the command has not read what it was given before. Try again "
                          "when it has, with at most 32 KiB at a time.", NULL, "not read");
      else
        sb_tool_run_fail_error (run, error);
      return;
    }

  text = g_strdup_printf ("%s written to its standard input%s. Call readProcessLog to see what it answers.", size,
                          is_last (run) ? ", which is closed now" : "");
  details = sb_tool_run_new_details (run);
  json_object_set_int_member (details, "bytes", length);
  json_object_set_boolean_member (details, "closed", is_last (run));
  sb_tool_run_respond (run, text, details, size, TRUE);
}

static void
write_input (SbToolRun   *run,
             const SbJob *job)
{
  g_autoptr(GBytes) bytes = g_bytes_new (get_text (run), strlen (get_text (run)));

  if (!job->open)
    {
      sb_tool_run_fail (run, "The standard input of this command is not open: it was started without openStdin, closed "
                        "it, or is over.", NULL, "not open");
      return;
    }

  sb_channel_write_input_async (run->channel, job->process, bytes, is_last (run),
                                sb_mcp_tool_call_get_cancellable (run->call), written_cb, run);
}

/* writeProcessInput: text for a background command that was started with openStdin. */
void
sb_tool_write_process_input (SbMcpToolCall *call,
                             gpointer       user_data)
{
  gint64 process = sb_json_get_int (sb_mcp_tool_call_get_arguments (call), "processId", 0);
  g_autofree char *title = g_strdup_printf ("write to process %" G_GINT64_FORMAT, process);

  sb_tool_job_look_up (sb_tool_run_new (call, user_data, SB_ACTIVITY_EXEC, title), write_input);
}
