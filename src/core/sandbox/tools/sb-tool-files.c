/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-entries.h"
#include "sb-id.h"
#include "sb-json.h"
#include "sb-sandbox-manager-private.h"
#include "sb-text.h"
#include "sb-tool-output.h"
#include "sb-tool-run.h"
#include "sb-tools.h"

#define MAX_LISTED 500
#define NO_FILE "none"

/* Returns (transfer full) (nullable): what to write, or NULL with the call answered */
static GBytes *
get_contents (SbToolRun *run)
{
  JsonObject *arguments = sb_mcp_tool_call_get_arguments (run->call);
  const char *contents = sb_json_get_string (arguments, "contents");
  const char *encoding = sb_tool_get_string (run, "encoding");
  guchar *decoded = NULL;
  gsize length = 0;

  if (encoding == NULL || g_ascii_strcasecmp (encoding, "utf8") == 0 || g_ascii_strcasecmp (encoding, "utf-8") == 0)
    return g_bytes_new (contents, strlen (contents));
  if (g_ascii_strcasecmp (encoding, "base64") != 0)
    {
      sb_tool_run_fail (run, "The argument “encoding” must be utf8 or base64.", NULL, "bad encoding");
      return NULL;
    }

  decoded = g_base64_decode (contents, &length);
  if (length == 0 && contents[0] != '\0')
    {
      g_free (decoded);
      sb_tool_run_fail (run, "The argument “contents” is not base64.", NULL, "bad encoding");
      return NULL;
    }

  return g_bytes_new_take (decoded, length);
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  SbToolRun *run = user_data;
  g_autoptr(GError) error = NULL;
  JsonObject *details = NULL;

  if (!sb_channel_write_file_finish (SB_CHANNEL (source), result, &error))
    {
      sb_tool_run_fail_error (run, error);
      return;
    }

  details = sb_tool_run_new_details (run);
  json_object_set_string_member (details, "filename", sb_tool_get_string (run, "filename"));
  sb_tool_run_respond (run, "success", details, NULL, TRUE);
}

/* "644" or "0755", octal as chmod takes it; 0: absent. FALSE: the call is answered. */
static gboolean
get_mode (SbToolRun *run,
          guint32   *mode)
{
  const char *text = sb_tool_get_string (run, "mode");

  *mode = 0;
  if (text == NULL)
    return TRUE;

  if (strlen (text) >= 3 && strlen (text) <= 4 && strspn (text, "01234567") == strlen (text))
    *mode = (guint32) g_ascii_strtoull (text, NULL, 8);
  if (*mode != 0 && *mode <= 0777)
    return TRUE;

  sb_tool_run_fail (run, "The argument “mode” must be permissions as chmod takes them, e.g. 644 or 755.", NULL,
                    "bad mode");

  return FALSE;
}

/* FALSE: the call is answered */
static gboolean
get_expected (SbToolRun *run,
              guint64   *expected)
{
  const char *text = sb_tool_get_string (run, "ifMatch");

  *expected = 0;
  if (text == NULL || g_str_equal (text, NO_FILE))
    return TRUE;
  if (g_ascii_string_to_unsigned (text, 16, 1, G_MAXUINT64, expected, NULL))
    return TRUE;

  sb_tool_run_fail (run, "The argument “ifMatch” must be the hash that readFile gave, or " NO_FILE " for a file that "
                    "must not be there yet.", NULL, "bad hash");

  return FALSE;
}

/* writeFile: its answer is one word, as that of the first server of this kind. */
void
sb_tool_write_file (SbMcpToolCall *call,
                    gpointer       user_data)
{
  JsonObject *arguments = sb_mcp_tool_call_get_arguments (call);
  const char *filename = sb_json_get_string (arguments, "filename");
  g_autofree char *title = g_strdup_printf ("write %s", filename);
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_WRITE, title);
  GCancellable *cancellable = sb_mcp_tool_call_get_cancellable (call);
  gboolean append = sb_json_get_boolean (arguments, "append", FALSE);
  gboolean checks = sb_tool_get_string (run, "ifMatch") != NULL;
  g_autoptr(GBytes) contents = NULL;
  guint64 expected = 0;
  guint32 mode = 0;

  if (!sb_tool_run_find (run) || !get_mode (run, &mode) || !get_expected (run, &expected))
    return;
  if (append && checks)
    {
      sb_tool_run_fail (run, "The arguments “append” and “ifMatch” cannot be used together.", NULL, "bad arguments");
      return;
    }
  contents = get_contents (run);
  if (contents == NULL)
    return;

  sb_sandbox_manager_expect_file (run->tools->manager, run->sandbox, run, filename);
  if (checks)
    sb_channel_write_file_if_async (run->channel, filename, contents, mode, expected, cancellable, written_cb, run);
  else
    sb_channel_write_file_async (run->channel, filename, contents, mode, append, cancellable, written_cb, run);
}

static void
add_entry (const SbFileInfo *info,
           GString          *text,
           JsonArray        *entries)
{
  g_autofree char *name = sb_text_clean (info->name, -1, NULL);
  g_autofree char *line = sb_tool_output_name (info->name);
  g_autofree char *size = sb_format_size (info->size);
  JsonObject *entry = json_object_new ();

  json_object_set_string_member (entry, "name", name);
  json_object_set_string_member (entry, "type", sb_entries_get_type_name (info->type));
  json_object_set_int_member (entry, "size", info->size);
  json_array_add_object_element (entries, entry);
  if (text->len > 0)
    g_string_append_c (text, '\n');
  if (info->type == SB_FILE_TYPE_DIRECTORY)
    g_string_append_printf (text, "%s/", line);
  else if (info->type == SB_FILE_TYPE_REGULAR)
    g_string_append_printf (text, "%s (%s)", line, size);
  else
    g_string_append_printf (text, "%s (%s)", line, sb_entries_get_type_name (info->type));
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  SbToolRun *run = user_data;
  g_autoptr(GError) error = NULL;
  gboolean truncated = FALSE;
  g_autoptr(GPtrArray) infos = sb_channel_list_finish (SB_CHANNEL (source), result, &truncated, &error);
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree char *subtitle = NULL;
  JsonObject *details = NULL;
  JsonArray *entries = NULL;

  if (infos == NULL)
    {
      sb_tool_run_fail_error (run, error);
      return;
    }

  entries = json_array_new ();
  for (guint i = 0; i < infos->len; i++)
    add_entry (g_ptr_array_index (infos, i), text, entries);
  if (infos->len == 0)
    g_string_append (text, "(empty)");
  if (truncated)
    g_string_append (text, "\n[… there are more; list a directory below, or use exec with find …]");
  details = sb_tool_run_new_details (run);
  json_object_set_array_member (details, "entries", entries);
  json_object_set_boolean_member (details, "truncated", truncated);
  subtitle = g_strdup_printf ("%u entries", infos->len);
  sb_tool_run_respond (run, text->str, details, subtitle, TRUE);
}

void
sb_tool_list_files (SbMcpToolCall *call,
                    gpointer       user_data)
{
  const char *path = sb_json_get_string (sb_mcp_tool_call_get_arguments (call), "path");
  g_autofree char *title = g_strdup_printf ("list %s", path != NULL && path[0] != '\0' ? path : "/workspace");
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_LIST, title);

  if (!sb_tool_run_find (run))
    return;

  sb_channel_list_async (run->channel, path != NULL ? path : "", MAX_LISTED,
                         sb_mcp_tool_call_get_cancellable (call), listed_cb, run);
}
