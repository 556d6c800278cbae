/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-id.h"
#include "sb-json.h"
#include "sb-text.h"
#include "sb-tool-run.h"
#include "sb-tools.h"

#define MAX_ARTIFACT (1024 * 1024)

/* What was read back from the sandbox, not what was asked for. */
static void
add_facts (SbSandbox  *sandbox,
           GString    *text,
           JsonObject *details)
{
  GPtrArray *facts = sb_sandbox_get_facts (sandbox);
  JsonArray *array = json_array_new ();

  for (guint i = 0; facts != NULL && i < facts->len; i++)
    {
      const SbSandboxFact *fact = g_ptr_array_index (facts, i);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "id", fact->id);
      json_object_set_boolean_member (object, "holds", fact->holds);
      json_object_set_string_member (object, "detail", fact->detail);
      json_array_add_object_element (array, object);
      g_string_append_printf (text, "\n%s: %s%s", fact->label, fact->detail, fact->holds ? "" : " (not guaranteed)");
    }
  json_object_set_array_member (details, "isolation", array);
}

/* inspectSandbox: what it is, and what holds of its isolation. */
void
sb_tool_inspect_sandbox (SbMcpToolCall *call,
                         gpointer       user_data)
{
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_READ, "inspect sandbox");
  g_autoptr(GString) text = NULL;
  JsonObject *details = NULL;

  if (!sb_tool_run_find (run))
    return;

  text = g_string_new (NULL);
  g_string_printf (text, "%s (%s), %s%s", sb_sandbox_get_id (run->sandbox), sb_sandbox_get_name (run->sandbox),
                   sb_sandbox_get_backend_label (run->sandbox),
                   sb_sandbox_is_paused (run->sandbox) ? ", paused" : "");
  details = sb_tool_run_new_details (run);
  json_object_set_string_member (details, "backend", sb_sandbox_get_backend_label (run->sandbox));
  json_object_set_boolean_member (details, "paused", sb_sandbox_is_paused (run->sandbox));
  add_facts (run->sandbox, text, details);
  sb_tool_run_respond (run, text->str, details, sb_sandbox_get_name (run->sandbox), TRUE);
}

/* selectSandbox: for this client alone. */
void
sb_tool_select_sandbox (SbMcpToolCall *call,
                        gpointer       user_data)
{
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_READ, "select sandbox");
  g_autofree char *text = NULL;

  if (!sb_tool_run_find (run))
    return;

  sb_tool_run_select (run, run->sandbox);
  text = g_strdup_printf ("selected sandbox id: %s", sb_sandbox_get_id (run->sandbox));
  sb_tool_run_respond (run, text, sb_tool_run_new_details (run), sb_sandbox_get_name (run->sandbox), TRUE);
}

static void
counted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  SbToolRun *run = user_data;
  SbChannelCounters counters;
  g_autoptr(GError) error = NULL;
  g_autofree char *memory = NULL;
  g_autofree char *disk = NULL;
  g_autofree char *text = NULL;
  JsonObject *details = NULL;

  if (!sb_channel_counters_finish (SB_CHANNEL (source), result, &counters, &error))
    {
      sb_tool_run_fail_error (run, error);
      return;
    }

  memory = sb_format_size (counters.memory_bytes);
  disk = sb_format_size (counters.disk_bytes);
  text = g_strdup_printf ("memory: %s\nprocesses: %u\ncpu: %" G_GUINT64_FORMAT " ms\ndisk: %s", memory,
                          counters.processes, counters.cpu_us / 1000, disk);
  details = sb_tool_run_new_details (run);
  json_object_set_int_member (details, "memoryBytes", (gint64) counters.memory_bytes);
  json_object_set_int_member (details, "memoryLimit", (gint64) counters.memory_limit);
  json_object_set_int_member (details, "processes", counters.processes);
  json_object_set_int_member (details, "cpuMs", (gint64) (counters.cpu_us / 1000));
  json_object_set_int_member (details, "diskBytes", (gint64) counters.disk_bytes);
  json_object_set_int_member (details, "diskLimit", (gint64) counters.disk_limit);
  sb_tool_run_respond (run, text, details, memory, TRUE);
}

void
sb_tool_sandbox_metrics (SbMcpToolCall *call,
                         gpointer       user_data)
{
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_READ, "read metrics");

  if (sb_tool_run_find (run))
    sb_channel_counters_async (run->channel, sb_mcp_tool_call_get_cancellable (call), counted_cb, run);
}

/* Only of images that clients show; from the first bytes, not from the name. (nullable) */
static const char *
get_image_type (const guint8 *data,
                gsize         size)
{
  if (size >= 8 && memcmp (data, "\x89PNG\r\n\x1a\n", 8) == 0)
    return "image/png";
  if (size >= 3 && memcmp (data, "\xff\xd8\xff", 3) == 0)
    return "image/jpeg";
  if (size >= 6 && (memcmp (data, "GIF87a", 6) == 0 || memcmp (data, "GIF89a", 6) == 0))
    return "image/gif";
  if (size >= 12 && memcmp (data, "RIFF", 4) == 0 && memcmp (data + 8, "WEBP", 4) == 0)
    return "image/webp";

  return NULL;
}

static JsonObject *
build_content (const char *path,
               GBytes     *bytes,
               const char *image_type)
{
  JsonObject *content = json_object_new ();
  JsonObject *resource = NULL;
  g_autofree char *data = g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autofree char *escaped = g_uri_escape_string (path, "/", FALSE);
  g_autofree char *uri = g_strdup_printf ("sandbox:///%s", escaped);

  json_object_set_string_member (content, "type", image_type != NULL ? "image" : "resource");
  if (image_type != NULL)
    {
      json_object_set_string_member (content, "mimeType", image_type);
      json_object_set_string_member (content, "data", data);
      return content;
    }

  resource = json_object_new ();
  json_object_set_string_member (resource, "uri", uri);
  json_object_set_string_member (resource, "mimeType", "application/octet-stream");
  json_object_set_string_member (resource, "blob", data);
  json_object_set_object_member (content, "resource", resource);

  return content;
}

static void
fetched_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  SbToolRun *run = user_data;
  const char *path = sb_json_get_string (sb_mcp_tool_call_get_arguments (run->call), "path");
  guint64 total = 0;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = sb_channel_read_file_finish (SB_CHANNEL (source), result, &total, &error);
  g_autofree char *size = NULL;
  g_autofree char *text = NULL;
  const char *type = NULL;
  JsonObject *details = NULL;

  if (bytes == NULL)
    {
      sb_tool_run_fail_error (run, error);
      return;
    }
  if (total > MAX_ARTIFACT || g_bytes_get_size (bytes) > MAX_ARTIFACT)
    {
      sb_tool_run_fail (run, "The file is larger than 1 MiB. Make it smaller, or read a part of it with readFile.",
                        NULL, "too large");
      return;
    }

  type = get_image_type (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  size = sb_format_size (total);
  text = g_strdup_printf ("%s: %s%s%s", path, size, type != NULL ? ", " : "", type != NULL ? type : "");
  details = sb_tool_run_new_details (run);
  json_object_set_string_member (details, "path", path);
  json_object_set_int_member (details, "size", (gint64) total);
  json_object_set_string_member (details, "mimeType", type != NULL ? type : "application/octet-stream");
  sb_mcp_tool_call_add_content (run->call, build_content (path, bytes, type));
  sb_tool_run_respond (run, text, details, size, TRUE);
}

/* getArtifact: a whole file as an image or a resource. */
void
sb_tool_get_artifact (SbMcpToolCall *call,
                      gpointer       user_data)
{
  const char *path = sb_json_get_string (sb_mcp_tool_call_get_arguments (call), "path");
  g_autofree char *title = g_strdup_printf ("fetch %s", path);
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_READ, title);

  if (sb_tool_run_find (run))
    sb_channel_read_file_async (run->channel, path, 0, MAX_ARTIFACT + 1, sb_mcp_tool_call_get_cancellable (call),
                                fetched_cb, run);
}
