/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-json.h"
#include "sb-sandbox-manager-private.h"
#include "sb-text-edit.h"
#include "sb-tool-run.h"
#include "sb-tools.h"

/* Of the file, before and after; larger ones are not what somebody wrote. */
#define MAX_FILE (2 * 1024 * 1024)

/* An edit on its way: from the reading to the writing. */
typedef struct
{
  SbToolRun *run; /* owned until it is answered */

  SbTextEdit edit;
  gsize      size; /* of the result */
} EditCall;

static const char *
get_path (const EditCall *call)
{
  return sb_json_get_string (sb_mcp_tool_call_get_arguments (call->run->call), "path");
}

static void
edited_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autofree EditCall *call = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *subtitle = NULL;
  JsonObject *details = NULL;

  if (!sb_channel_write_file_finish (SB_CHANNEL (source), result, &error))
    {
      sb_tool_run_fail_error (call->run, error);
      return;
    }

  subtitle = g_strdup_printf (call->edit.n_found == 1 ? "%u place" : "%u places", call->edit.n_found);
  text = g_strdup_printf ("Replaced in %s of “%s”; the first begins in line %u.", subtitle, get_path (call),
                          call->edit.first_line);
  details = sb_tool_run_new_details (call->run);
  json_object_set_string_member (details, "path", get_path (call));
  json_object_set_int_member (details, "replaced", call->edit.n_found);
  json_object_set_int_member (details, "firstLine", call->edit.first_line);
  json_object_set_int_member (details, "size", call->size);
  sb_tool_run_respond (call->run, text, details, subtitle, TRUE);
}

/* Answers the call: the text is not there, or not only once. */
static void
refuse (EditCall *call)
{
  JsonObject *details = sb_tool_run_new_details (call->run);
  g_autofree char *text = NULL;

  json_object_set_int_member (details, "found", call->edit.n_found);
  if (call->edit.n_found == 0)
    {
      text = g_strdup_printf ("“%s” does not contain oldText. Read the file and copy the text exactly, with its spaces "
                              "and line ends.", get_path (call));
      sb_tool_run_fail (call->run, text, details, "not found");
      return;
    }

  text = g_strdup_printf ("“%s” contains oldText %u times, and nothing was changed. Give more of the text around the "
                          "place that is meant, or set replaceAll to true.", get_path (call), call->edit.n_found);
  sb_tool_run_fail (call->run, text, details, "not unique");
}

static void
read_for_edit_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autofree EditCall *call = user_data;
  SbToolRun *run = call->run;
  JsonObject *arguments = sb_mcp_tool_call_get_arguments (run->call);
  const char *path = get_path (call);
  g_autoptr(GError) error = NULL;
  guint64 total = 0;
  g_autoptr(GBytes) before = sb_channel_read_file_finish (SB_CHANNEL (source), result, &total, &error);
  g_autoptr(GBytes) after = NULL;

  if (before == NULL)
    {
      sb_tool_run_fail_error (run, error);
      return;
    }
  if (total > MAX_FILE || g_bytes_get_size (before) > MAX_FILE)
    {
      sb_tool_run_fail (run, "The file is larger than 2 MiB. Change it with a command, e.g. sed, through exec.", NULL,
                        "too large");
      return;
    }

  sb_text_edit_find (&call->edit, before, sb_json_get_string (arguments, "oldText"));
  if (call->edit.n_found == 0
      || (call->edit.n_found > 1 && !sb_json_get_boolean (arguments, "replaceAll", FALSE)))
    {
      refuse (call);
      return;
    }

  after = sb_text_edit_replace (&call->edit, before, sb_json_get_string (arguments, "newText"), MAX_FILE);
  if (after == NULL)
    {
      sb_tool_run_fail (run, "The file would become larger than 2 MiB, and nothing was changed.", NULL, "too large");
      return;
    }

  call->size = g_bytes_get_size (after);
  sb_sandbox_manager_expect_file (run->tools->manager, run->sandbox, run, path);
  sb_channel_replace_file_async (run->channel, path, after, before, sb_mcp_tool_call_get_cancellable (run->call),
                                 edited_cb, g_steal_pointer (&call));
}

/* editFile: replaces text in a file, exactly. All that is wrong with the request leaves the file as it was. */
void
sb_tool_edit_file (SbMcpToolCall *call,
                   gpointer       user_data)
{
  JsonObject *arguments = sb_mcp_tool_call_get_arguments (call);
  const char *path = sb_json_get_string (arguments, "path");
  g_autofree char *title = g_strdup_printf ("edit %s", path);
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_WRITE, title);
  const char *old_text = sb_tool_get_string (run, "oldText");
  EditCall *edit_call = NULL;

  if (!sb_tool_run_find (run))
    return;
  if (old_text == NULL)
    {
      sb_tool_run_fail (run, "The argument “oldText” is empty. To write a new file, use writeFile.", NULL, "no text");
      return;
    }
  if (g_strcmp0 (old_text, sb_json_get_string (arguments, "newText")) == 0)
    {
      sb_tool_run_fail (run, "oldText and newText are the same: there is nothing to change.", NULL, "no change");
      return;
    }

  edit_call = g_new0 (EditCall, 1);
  edit_call->run = run;
  sb_channel_read_file_async (run->channel, path, 0, MAX_FILE + 1, sb_mcp_tool_call_get_cancellable (call),
                              read_for_edit_cb, edit_call);
}
