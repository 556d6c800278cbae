/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-json.h"
#include "sb-patch.h"
#include "sb-sandbox-manager-private.h"
#include "sb-tool-run.h"
#include "sb-tools.h"

#define MAX_FILE (2 * 1024 * 1024)

/* A patch on its way: all files are read, then all are changed in memory, then all are written. */
typedef struct
{
  /* owned */
  SbToolRun *run; /* until it is answered */
  SbPatch   *patch;
  GPtrArray *before; /* of GBytes, nullable elements: nothing was there */
  GPtrArray *after;  /* of GBytes */
  GError    *error;  /* nullable: why what was done is undone */
  GString   *left;   /* sentences on files that could not be put back */

  guint at;          /* the file that is read, written or put back */
} PatchCall;

static void write_next (PatchCall *call);
static void undo_next  (PatchCall *call);

static void
bytes_free (gpointer bytes)
{
  g_clear_pointer ((GBytes **) &bytes, g_bytes_unref);
}

static void
patch_call_free (PatchCall *call)
{
  sb_patch_free (call->patch);
  g_ptr_array_unref (call->before);
  g_ptr_array_unref (call->after);
  g_clear_error (&call->error);
  g_string_free (call->left, TRUE);
  g_free (call);
}

static void
fail (PatchCall  *call,
      const char *reason)
{
  g_autofree char *text = g_strdup_printf ("%s Nothing was changed.", reason);

  sb_tool_run_fail (call->run, text, sb_tool_run_new_details (call->run), "not applied");
  patch_call_free (call);
}

static void
respond (PatchCall *call)
{
  JsonObject *details = sb_tool_run_new_details (call->run);
  JsonArray *files = json_array_new ();
  g_autoptr(GString) text = g_string_new ("Patched:");
  g_autofree char *subtitle = NULL;

  for (guint i = 0; i < sb_patch_get_n_files (call->patch); i++)
    {
      static const char * const kinds[] = { "changed", "created", "deleted" };
      JsonObject *file = json_object_new ();

      json_object_set_string_member (file, "path", sb_patch_get_path (call->patch, i));
      json_object_set_string_member (file, "kind", kinds[sb_patch_get_kind (call->patch, i)]);
      json_object_set_int_member (file, "hunks", sb_patch_get_n_hunks (call->patch, i));
      json_array_add_object_element (files, file);
      g_string_append_printf (text, "\n%s (%s)", sb_patch_get_path (call->patch, i),
                              kinds[sb_patch_get_kind (call->patch, i)]);
    }
  json_object_set_array_member (details, "files", files);
  subtitle = g_strdup_printf (call->after->len == 1 ? "%u file" : "%u files", call->after->len);
  sb_tool_run_respond (call->run, text->str, details, subtitle, TRUE);
  patch_call_free (call);
}

static void
finish_undo (PatchCall *call)
{
  g_autofree char *text = NULL;

  if (call->left->len == 0)
    {
      fail (call, call->error->message);
      return;
    }

  text = g_strdup_printf ("%s What was changed already was put back, except:%s", call->error->message, call->left->str);
  sb_tool_run_fail (call->run, text, sb_tool_run_new_details (call->run), "applied in part");
  patch_call_free (call);
}

/* error: (nullable) */
static void
one_undone (PatchCall    *call,
            const GError *error)
{
  if (error != NULL)
    g_string_append_printf (call->left, "\n%s", error->message);
  undo_next (call);
}

static void
put_back_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GError) error = NULL;

  sb_channel_write_file_finish (SB_CHANNEL (source), result, &error);
  one_undone (user_data, error);
}

static void
removed_again_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(GError) error = NULL;

  sb_channel_change_finish (SB_CHANNEL (source), result, &error);
  one_undone (user_data, error);
}

/* Not cancellable: half a patch is worse than none. What somebody else wrote meanwhile is theirs, and stays. */
static void
undo_next (PatchCall *call)
{
  SbChannel *channel = call->run->channel;
  const char *path = NULL;
  GBytes *before = NULL;
  GBytes *after = NULL;

  if (call->at == 0)
    {
      finish_undo (call);
      return;
    }

  call->at--;
  path = sb_patch_get_path (call->patch, call->at);
  before = g_ptr_array_index (call->before, call->at);
  if (sb_patch_get_kind (call->patch, call->at) != SB_PATCH_DELETE)
    after = g_ptr_array_index (call->after, call->at);
  if (before != NULL)
    sb_channel_replace_file_async (channel, path, before, after, NULL, put_back_cb, call);
  else
    sb_channel_remove_file_if_async (channel, path, sb_channel_hash (after), NULL, removed_again_cb, call);
}

/* error: (transfer full) (nullable) */
static void
one_done (PatchCall *call,
          GError    *error)
{
  if (error == NULL)
    {
      call->at++;
      write_next (call);
      return;
    }

  call->error = error;
  undo_next (call);
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  GError *error = NULL;

  sb_channel_write_file_finish (SB_CHANNEL (source), result, &error);
  one_done (user_data, error);
}

static void
removed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  GError *error = NULL;

  sb_channel_change_finish (SB_CHANNEL (source), result, &error);
  one_done (user_data, error);
}

static void
write_next (PatchCall *call)
{
  SbToolRun *run = call->run;
  const char *path = NULL;

  if (call->at == sb_patch_get_n_files (call->patch))
    {
      respond (call);
      return;
    }

  path = sb_patch_get_path (call->patch, call->at);
  sb_sandbox_manager_expect_file (run->tools->manager, run->sandbox, run, path);
  if (sb_patch_get_kind (call->patch, call->at) == SB_PATCH_DELETE)
    sb_channel_remove_file_if_async (run->channel, path, sb_channel_hash (g_ptr_array_index (call->before, call->at)),
                                     NULL, removed_cb, call);
  else
    sb_channel_replace_file_async (run->channel, path, g_ptr_array_index (call->after, call->at),
                                   g_ptr_array_index (call->before, call->at), NULL, written_cb, call);
}

/* All hunks are tried before anything is written, and all that do not fit are told. */
static void
apply (PatchCall *call)
{
  g_autoptr(GString) reasons = g_string_new (NULL);

  for (guint i = 0; i < sb_patch_get_n_files (call->patch); i++)
    {
      g_autoptr(GError) error = NULL;
      GBytes *after = sb_patch_apply (call->patch, i, g_ptr_array_index (call->before, i), MAX_FILE, &error);

      g_ptr_array_add (call->after, after);
      if (after == NULL)
        g_string_append_printf (reasons, "%s%s", reasons->len > 0 ? "\n" : "", error->message);
    }

  if (reasons->len > 0)
    {
      fail (call, reasons->str);
      return;
    }
  call->at = 0;
  write_next (call);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  PatchCall *call = user_data;
  g_autoptr(GError) error = NULL;
  GBytes *bytes = sb_channel_read_file_finish (SB_CHANNEL (source), result, NULL, &error);

  if (bytes == NULL && !g_error_matches (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NOT_FOUND))
    {
      sb_tool_run_fail_error (call->run, error);
      patch_call_free (call);
      return;
    }

  g_ptr_array_add (call->before, bytes);
  if (bytes != NULL && g_bytes_get_size (bytes) > MAX_FILE)
    fail (call, "A file is larger than 2 MiB.");
  else if (++call->at < sb_patch_get_n_files (call->patch))
    sb_channel_read_file_async (SB_CHANNEL (source), sb_patch_get_path (call->patch, call->at), 0, MAX_FILE + 1,
                                sb_mcp_tool_call_get_cancellable (call->run->call), read_cb, call);
  else
    apply (call);
}

/* Two parts for one file would be read before either is written. */
static gboolean
has_twins (const SbPatch *patch)
{
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < sb_patch_get_n_files (patch); i++)
    if (!g_hash_table_add (seen, (gpointer) sb_patch_get_path (patch, i)))
      return TRUE;

  return FALSE;
}

/* applyPatch: a unified diff, all of it or nothing. */
void
sb_tool_apply_patch (SbMcpToolCall *call,
                     gpointer       user_data)
{
  const char *text = sb_json_get_string (sb_mcp_tool_call_get_arguments (call), "patch");
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_WRITE, "apply patch");
  g_autoptr(GError) error = NULL;
  g_autoptr(SbPatch) patch = NULL;
  PatchCall *patch_call = NULL;

  if (!sb_tool_run_find (run))
    return;
  patch = sb_patch_parse (text, strlen (text), &error);
  if (patch == NULL || has_twins (patch))
    {
      sb_tool_run_fail (run, error != NULL ? error->message
                                           : "A file is in the patch more than once. Nothing was changed.",
                        NULL, "bad patch");
      return;
    }

  patch_call = g_new0 (PatchCall, 1);
  patch_call->run = run;
  patch_call->patch = g_steal_pointer (&patch);
  patch_call->before = g_ptr_array_new_with_free_func (bytes_free);
  patch_call->after = g_ptr_array_new_with_free_func (bytes_free);
  patch_call->left = g_string_new (NULL);
  sb_channel_read_file_async (run->channel, sb_patch_get_path (patch_call->patch, 0), 0, MAX_FILE + 1,
                              sb_mcp_tool_call_get_cancellable (call), read_cb, patch_call);
}
