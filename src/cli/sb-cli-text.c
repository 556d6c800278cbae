/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli-watch.h"
#include "sb-id.h"
#include "sb-json.h"
#include "sb-tool-report.h"

#include <stdio.h>
#include <string.h>

#define MAX_OUTPUT_LINES 24

/* Text streams without line ends of its own; whatever comes next begins on a line of its own. */
static gboolean in_line;

static void
end_line (void)
{
  if (in_line)
    fputc ('\n', stdout);
  in_line = FALSE;
}

static void
print_notice (SbMessage *message)
{
  const char *text = sb_message_get_text (message);
  const char *hint = sb_message_get_hint (message);
  const char *model = sb_message_get_model (message);
  SbNoticeKind kind = sb_message_get_notice_kind (message);

  end_line ();
  fflush (stdout);
  if (kind == SB_NOTICE_KIND_ERROR)
    fprintf (stderr, "Error: %s%s%s\n", text, hint != NULL ? "\n  " : "", hint != NULL ? hint : "");
  else if (kind == SB_NOTICE_KIND_INFO)
    fprintf (stderr, "%s%s%s\n", text, hint != NULL ? " " : "", hint != NULL ? hint : "");
  else if (kind == SB_NOTICE_KIND_SPEAKER && model != NULL)
    printf ("%s · %s\n", text, model);
  else
    printf ("%s\n", text);
}

static void
print_indented (const char *text)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", MAX_OUTPUT_LINES + 1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (i == MAX_OUTPUT_LINES)
        {
          printf ("    …\n");
          return;
        }
      if (lines[i][0] != '\0' || lines[i + 1] != NULL)
        printf ("    %s\n", lines[i]);
    }
}

static void
print_tool (SbMessage *message)
{
  g_autoptr(JsonObject) arguments = sb_json_parse_object (sb_message_get_arguments (message), -1, NULL);
  g_autofree char *summary = arguments != NULL ? sb_tool_report_summary (arguments) : NULL;
  g_autofree char *duration = sb_format_duration (sb_message_get_duration (message));
  const char *badge = sb_message_get_badge (message);
  gboolean good = sb_message_get_state (message) == SB_MESSAGE_STATE_DONE;

  end_line ();
  printf ("  %s %s%s%s · %s · %s\n", good ? "✓" : "✗", sb_message_get_tool_name (message),
          summary != NULL ? " " : "", summary != NULL ? summary : "", badge != NULL ? badge : "?", duration);
  if (sb_message_get_text_length (message) > 0)
    print_indented (sb_message_get_text (message));
  else if (!good && sb_message_get_result (message) != NULL)
    print_indented (sb_message_get_result (message));
}

static void
print_from (SbMessage *message,
            gsize      offset)
{
  const char *text = sb_message_get_text (message) + offset;

  if (*text == '\0')
    return;
  fputs (text, stdout);
  in_line = text[strlen (text) - 1] != '\n';
}

static void
message_added (SbMessage *message,
               gpointer   user_data)
{
  if (sb_message_get_role (message) == SB_MESSAGE_ROLE_NOTICE)
    print_notice (message);
  else if (sb_message_get_role (message) == SB_MESSAGE_ROLE_ASSISTANT)
    print_from (message, 0);
  fflush (stdout);
}

static void
text_appended (SbMessage *message,
               gsize      offset,
               gpointer   user_data)
{
  if (sb_message_get_role (message) != SB_MESSAGE_ROLE_ASSISTANT)
    return;

  print_from (message, offset);
  fflush (stdout);
}

static void
message_changed (SbMessage *message,
                 gpointer   user_data)
{
  SbMessageState state = sb_message_get_state (message);

  if (state == SB_MESSAGE_STATE_PENDING || state == SB_MESSAGE_STATE_STREAMING)
    return;

  if (sb_message_get_role (message) == SB_MESSAGE_ROLE_TOOL)
    print_tool (message);
  else if (sb_message_get_role (message) == SB_MESSAGE_ROLE_ASSISTANT)
    end_line ();
  fflush (stdout);
}

static void
trace_changed (SbTraceEvent *event,
               gpointer      user_data)
{
}

const SbCliOutput sb_cli_text_output = { message_added, text_appended, message_changed, trace_changed };
