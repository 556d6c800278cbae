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

#define DEFAULT_READ (32 * 1024)
#define MAX_READ (1024 * 1024)
#define MAX_LISTED 500

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

/* writeFile: its answer is one word, as that of the first server of this kind. */
void
sb_tool_write_file (SbMcpToolCall *call,
                    gpointer       user_data)
{
  JsonObject *arguments = sb_mcp_tool_call_get_arguments (call);
  const char *filename = sb_json_get_string (arguments, "filename");
  g_autofree char *title = g_strdup_printf ("write %s", filename);
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_WRITE, title);
  g_autoptr(GBytes) contents = NULL;

  if (!sb_tool_run_find (run))
    return;
  contents = get_contents (run);
  if (contents == NULL)
    return;

  sb_sandbox_manager_expect_file (run->tools->manager, run->sandbox, run, filename);
  sb_channel_write_file_async (run->channel, filename, contents, 0, sb_json_get_boolean (arguments, "append", FALSE),
                               sb_mcp_tool_call_get_cancellable (call), written_cb, run);
}

static gsize
get_max_read (SbMcpToolCall *call)
{
  gint64 max_bytes = sb_json_get_int (sb_mcp_tool_call_get_arguments (call), "maxBytes", 0);

  return max_bytes > 0 ? MIN (max_bytes, MAX_READ) : DEFAULT_READ;
}

static guint64
get_offset (SbMcpToolCall *call)
{
  return MAX (0, sb_json_get_int (sb_mcp_tool_call_get_arguments (call), "offset", 0));
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  SbToolRun *run = user_data;
  g_autoptr(GError) error = NULL;
  guint64 total = 0;
  g_autoptr(GBytes) bytes = sb_channel_read_file_finish (SB_CHANNEL (source), result, &total, &error);
  guint64 end = 0;
  gboolean binary = FALSE;
  g_autoptr(GString) text = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *size = NULL;
  JsonObject *details = NULL;

  if (bytes == NULL)
    {
      sb_tool_run_fail_error (run, error);
      return;
    }

  end = get_offset (run->call) + g_bytes_get_size (bytes);
  binary = sb_text_looks_binary (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  shown = binary ? sb_tool_output_describe_binary (bytes, total)
                 : sb_tool_output_for_model (bytes, 0, total, 0);
  text = g_string_new (shown);
  if (end < total && !binary)
    g_string_append_printf (text, "\n[… the file goes on: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                            " bytes were read; read on with offset %" G_GUINT64_FORMAT " …]", end, total, end);
  details = sb_tool_run_new_details (run);
  json_object_set_int_member (details, "size", total);
  json_object_set_boolean_member (details, "truncated", end < total);
  json_object_set_boolean_member (details, "binary", binary);
  size = sb_format_size (total);
  sb_tool_run_respond (run, text->str, details, size, TRUE);
}

void
sb_tool_read_file (SbMcpToolCall *call,
                   gpointer       user_data)
{
  const char *filename = sb_json_get_string (sb_mcp_tool_call_get_arguments (call), "filename");
  g_autofree char *title = g_strdup_printf ("read %s", filename);
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_READ, title);

  if (!sb_tool_run_find (run))
    return;

  sb_channel_read_file_async (run->channel, filename, get_offset (call), get_max_read (call),
                              sb_mcp_tool_call_get_cancellable (call), read_cb, run);
}

static void
add_entry (const SbFileInfo *info,
           GString          *text,
           JsonArray        *entries)
{
  g_autofree char *name = sb_text_clean (info->name, -1, NULL);
  g_autofree char *size = sb_format_size (info->size);
  JsonObject *entry = json_object_new ();

  json_object_set_string_member (entry, "name", name);
  json_object_set_string_member (entry, "type", sb_entries_get_type_name (info->type));
  json_object_set_int_member (entry, "size", info->size);
  json_array_add_object_element (entries, entry);
  if (text->len > 0)
    g_string_append_c (text, '\n');
  if (info->type == SB_FILE_TYPE_DIRECTORY)
    g_string_append_printf (text, "%s/", name);
  else if (info->type == SB_FILE_TYPE_REGULAR)
    g_string_append_printf (text, "%s (%s)", name, size);
  else
    g_string_append_printf (text, "%s (%s)", name, sb_entries_get_type_name (info->type));
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
