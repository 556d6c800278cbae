/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-id.h"
#include "sb-json.h"
#include "sb-sandbox-private.h"
#include "sb-sandbox-snapshots.h"
#include "sb-tool-run.h"
#include "sb-tools.h"

static SbSnapshotStore *
get_store (SbToolRun *run)
{
  return sb_sandbox_manager_get_snapshots (run->tools->manager);
}

static void
taken_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  SbToolRun *run = user_data;
  SbTreeSummary summary = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(SbSnapshot) snapshot = sb_sandbox_snapshot_finish (SB_SANDBOX (source), result, &summary, &error);
  g_autofree char *size = NULL;
  g_autofree char *text = NULL;
  JsonObject *details = NULL;

  if (snapshot == NULL)
    {
      sb_tool_run_fail_error (run, error);
      return;
    }

  size = sb_format_size (sb_snapshot_get_size (snapshot));
  text = g_strdup_printf ("snapshot: %s\n%u files, %s%s", sb_snapshot_get_name (snapshot), summary.n_files, size,
                          summary.n_skipped > 0 || !summary.complete ? "; not everything could be kept" : "");
  details = sb_tool_run_new_details (run);
  json_object_set_string_member (details, "snapshot", sb_snapshot_get_name (snapshot));
  json_object_set_int_member (details, "size", (gint64) sb_snapshot_get_size (snapshot));
  json_object_set_int_member (details, "files", summary.n_files);
  json_object_set_int_member (details, "skipped", summary.n_skipped);
  json_object_set_boolean_member (details, "complete", summary.complete);
  sb_tool_run_respond (run, text, details, size, TRUE);
}

/* snapshot: keeps the workspace under a name. */
void
sb_tool_snapshot (SbMcpToolCall *call,
                  gpointer       user_data)
{
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_READ, "take snapshot");
  g_autofree char *made_up = sb_id_new ("snapshot");
  const char *name = sb_tool_get_string (run, "name");

  if (sb_tool_run_find (run))
    sb_sandbox_snapshot_async (run->sandbox, get_store (run), name != NULL ? name : made_up,
                               sb_mcp_tool_call_get_cancellable (call), taken_cb, run);
}

void
sb_tool_list_snapshots (SbMcpToolCall *call,
                        gpointer       user_data)
{
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_LIST, "list snapshots");
  GListModel *model = G_LIST_MODEL (get_store (run));
  JsonObject *details = sb_tool_run_new_details (run);
  JsonArray *array = json_array_new ();
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr(SbSnapshot) snapshot = g_list_model_get_item (model, i);
      g_autofree char *size = sb_format_size (sb_snapshot_get_size (snapshot));
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "name", sb_snapshot_get_name (snapshot));
      json_object_set_int_member (object, "size", (gint64) sb_snapshot_get_size (snapshot));
      json_array_add_object_element (array, object);
      g_string_append_printf (text, "%s%s (%s)", text->len > 0 ? "\n" : "", sb_snapshot_get_name (snapshot), size);
    }
  if (text->len == 0)
    g_string_append (text, "There are no snapshots; call snapshot to keep the files of a sandbox.");
  json_object_set_array_member (details, "snapshots", array);
  sb_tool_run_respond (run, text->str, details, NULL, TRUE);
}

static void
restored_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  SbToolRun *run = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;

  if (!sb_sandbox_restore_finish (SB_SANDBOX (source), result, &error))
    {
      sb_tool_run_fail_error (run, error);
      return;
    }

  text = g_strdup_printf ("restored in sandbox id: %s", sb_sandbox_get_id (run->sandbox));
  sb_tool_run_respond (run, text, sb_tool_run_new_details (run), NULL, TRUE);
}

/* (transfer full) (nullable): NULL: the call is answered */
static GBytes *
load (SbToolRun *run)
{
  const char *name = sb_tool_get_string (run, "snapshot");
  SbSnapshot *snapshot = name != NULL ? sb_snapshot_store_lookup (get_store (run), name) : NULL;
  g_autoptr(GError) error = NULL;
  GBytes *tree = NULL;

  if (snapshot == NULL)
    {
      sb_tool_run_fail (run, "There is no snapshot of this name. Call listSnapshots to see which there are.", NULL,
                        "unknown snapshot");
      return NULL;
    }

  tree = sb_snapshot_store_load (get_store (run), snapshot, &error);
  if (tree == NULL)
    sb_tool_run_fail_error (run, error);

  return tree;
}

/* restore: the workspace becomes what it was. */
void
sb_tool_restore (SbMcpToolCall *call,
                 gpointer       user_data)
{
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_WRITE, "restore snapshot");
  g_autoptr(GBytes) tree = NULL;

  if (!sb_tool_run_find (run))
    return;
  tree = load (run);
  if (tree != NULL)
    sb_sandbox_restore_async (run->sandbox, tree, TRUE, sb_mcp_tool_call_get_cancellable (call), restored_cb, run);
}

/* A copy on its way out of a sandbox. */
typedef struct
{
  /* owned */
  SbToolRun     *run;
  GOutputStream *sink;
} Fork;

static void
forked_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  SbToolRun *run = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbSandbox) sandbox = sb_sandbox_manager_fork_finish (SB_SANDBOX_MANAGER (source), result, &error);
  g_autofree char *text = NULL;

  if (sandbox == NULL)
    {
      sb_tool_run_fail_error (run, error);
      return;
    }

  sb_tool_run_move_to (run, sandbox);
  sb_tool_run_select (run, run->sandbox);
  text = g_strdup_printf ("started sandbox id: %s\nname: %s\nIt has the same files; processes were not copied.",
                          sb_sandbox_get_id (run->sandbox), sb_sandbox_get_name (run->sandbox));
  sb_tool_run_respond (run, text, sb_tool_run_new_details (run), sb_sandbox_get_name (run->sandbox), TRUE);
}

static void
fork_taken_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  Fork *fork = user_data;
  SbToolRun *run = fork->run;
  g_autoptr(GOutputStream) sink = fork->sink;
  g_autoptr(GBytes) tree = NULL;
  g_autoptr(GError) error = NULL;

  g_free (fork);
  if (!sb_channel_snapshot_finish (SB_CHANNEL (source), result, NULL, &error))
    {
      sb_tool_run_fail_error (run, error);
      return;
    }

  g_output_stream_close (sink, NULL, NULL);
  tree = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (sink));
  sb_sandbox_manager_fork_async (run->tools->manager, tree, run->tools->owner,
                                 sb_mcp_tool_call_get_trace_id (run->call),
                                 sb_mcp_tool_call_get_cancellable (run->call), forked_cb, run);
}

/* fork: another sandbox with the same files. */
void
sb_tool_fork (SbMcpToolCall *call,
              gpointer       user_data)
{
  const guint64 max_bytes = G_GUINT64_CONSTANT (512) * 1024 * 1024;
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_READ, "fork sandbox");
  Fork *fork = NULL;

  if (!sb_tool_run_find (run))
    return;

  fork = g_new0 (Fork, 1);
  fork->run = run;
  fork->sink = g_memory_output_stream_new_resizable ();
  sb_channel_snapshot_async (run->channel, "", max_bytes, fork->sink, sb_mcp_tool_call_get_cancellable (call),
                             fork_taken_cb, fork);
}
