/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-channel-search.h"
#include "sb-json.h"
#include "sb-text.h"
#include "sb-tool-output.h"
#include "sb-tool-run.h"
#include "sb-tools.h"

#define MAX_TOLD 200

static void
add_match (const SbMatch *match,
           GString       *text,
           JsonArray     *array)
{
  g_autofree char *path = sb_text_clean (match->path, -1, NULL);
  g_autofree char *name = sb_tool_output_name (match->path);
  g_autofree char *line = sb_text_clean (match->text, -1, NULL);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "path", path);
  if (match->line > 0)
    {
      json_object_set_int_member (object, "line", match->line);
      json_object_set_string_member (object, "text", line);
      g_string_append_printf (text, "%s:%u: %s\n", name, match->line, line);
    }
  else
    g_string_append_printf (text, "%s\n", name);
  json_array_add_object_element (array, object);
}

static void
searched_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  SbToolRun *run = user_data;
  gboolean truncated = FALSE;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) matches = sb_channel_search_finish (SB_CHANNEL (source), result, &truncated, &error);
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree char *subtitle = NULL;
  JsonObject *details = NULL;
  JsonArray *array = NULL;

  if (matches == NULL)
    {
      sb_tool_run_fail_error (run, error);
      return;
    }

  array = json_array_new ();
  for (guint i = 0; i < matches->len; i++)
    add_match (g_ptr_array_index (matches, i), text, array);
  if (matches->len == 0)
    g_string_append (text, "Nothing was found.\n");
  if (truncated)
    g_string_append (text, "[… there is more, or some files were too large to be looked into; search in a directory "
                           "below, or for something longer …]\n");
  details = sb_tool_run_new_details (run);
  json_object_set_array_member (details, "matches", array);
  json_object_set_boolean_member (details, "truncated", truncated);
  subtitle = g_strdup_printf (matches->len == 1 ? "%u match" : "%u matches", matches->len);
  sb_tool_run_respond (run, text->str, details, subtitle, TRUE);
}

/* searchFiles: by name, by text, or both. */
void
sb_tool_search_files (SbMcpToolCall *call,
                      gpointer       user_data)
{
  JsonObject *arguments = sb_mcp_tool_call_get_arguments (call);
  const char *text = sb_json_get_string (arguments, "text");
  const char *name = sb_json_get_string (arguments, "name");
  g_autofree char *title = g_strdup_printf ("search for %s", text != NULL && text[0] != '\0' ? text : name);
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_LIST, title);
  const SbSearchSpec spec = {
    .path = sb_tool_get_string (run, "path"),
    .name = sb_tool_get_string (run, "name"),
    .text = sb_tool_get_string (run, "text"),
    .ignore_case = sb_json_get_boolean (arguments, "ignoreCase", FALSE),
    .max = MAX_TOLD,
  };

  if (!sb_tool_run_find (run))
    return;
  if (spec.name == NULL && spec.text == NULL)
    {
      sb_tool_run_fail (run, "Give text to look for in the files, a name such as *.js, or both.", NULL, "no text");
      return;
    }

  sb_channel_search_async (run->channel, &spec, sb_mcp_tool_call_get_cancellable (call), searched_cb, run);
}
