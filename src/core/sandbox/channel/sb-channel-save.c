/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-channel-save.h"

#include "sb-channel-tree.h"
#include "sb-wire.h"

#define PROGRESS_MS 100
#define MAX_BYTES (G_GUINT64_CONSTANT (16) * 1024 * 1024 * 1024)

typedef struct
{
  GOutputStream     *unpacker; /* owned */

  SbSaveProgressFunc progress;
  gpointer           progress_data;
  guint              progress_id;
} Saving;

static void
saving_free (gpointer data)
{
  Saving *saving = data;

  g_clear_handle_id (&saving->progress_id, g_source_remove);
  g_clear_object (&saving->unpacker);
  g_free (saving);
}

static gboolean
progress_cb (gpointer user_data)
{
  Saving *saving = user_data;
  const SbTreeUnpacked unpacked = sb_tree_unpacker_get_unpacked (SB_TREE_UNPACKER (saving->unpacker));

  saving->progress (&unpacked, saving->progress_data);

  return G_SOURCE_CONTINUE;
}

static void
saved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Saving *saving = g_task_get_task_data (task);
  SbTreeSummary summary;
  GError *error = NULL;

  g_clear_handle_id (&saving->progress_id, g_source_remove);
  if (!sb_channel_snapshot_finish (SB_CHANNEL (source), result, &summary, &error))
    g_task_return_error (task, error);
  else if (!summary.complete)
    g_task_return_new_error (task, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT,
                             "There is more in this directory than can be saved at once: only the first %u files and "
                             "directories are in the folder. Save its subdirectories one by one.", SB_WIRE_MAX_TREE);
  else
    g_task_return_boolean (task, TRUE);
}

/**
 * sb_channel_save_tree_async:
 * @self: an open channel
 * @path: a directory of the workspace, relative to it, without a slash at its end; "": all of it
 * @folder: an existing directory of this machine
 * @progress: (nullable): told how far it is
 *
 * Copies a directory out of the sandbox into @folder, where it has its own name. What comes is taken as hostile: see
 * sb_tree_unpacker_new(). After an error or cancelling what came before stays, and a piece that is being written may
 * still come to its end.
 */
void
sb_channel_save_tree_async (SbChannel           *self,
                            const char          *path,
                            GFile               *folder,
                            SbSaveProgressFunc   progress,
                            gpointer             progress_data,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  GTask *task = NULL;
  Saving *saving = NULL;

  g_return_if_fail (SB_IS_CHANNEL (self));
  g_return_if_fail (path != NULL);
  g_return_if_fail (G_IS_FILE (folder));

  saving = g_new0 (Saving, 1);
  saving->unpacker = sb_tree_unpacker_new (folder, path, 2 * SB_WIRE_MAX_TREE, MAX_BYTES);
  saving->progress = progress;
  saving->progress_data = progress_data;
  if (progress != NULL)
    saving->progress_id = g_timeout_add (PROGRESS_MS, progress_cb, saving);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_save_tree_async);
  g_task_set_task_data (task, saving, saving_free);
  sb_channel_snapshot_async (self, path, MAX_BYTES, saving->unpacker, cancellable, saved_cb, task);
}

/**
 * sb_channel_save_tree_finish:
 * @unpacked: (out caller-allocates) (optional): what was made and what was left out; also after an error
 * @left_out: (out) (optional) (transfer full): the first paths that were left out, clean to show; also after an error
 */
gboolean
sb_channel_save_tree_finish (SbChannel        *self,
                             GAsyncResult     *result,
                             SbTreeUnpacked   *unpacked,
                             char           ***left_out,
                             GError          **error)
{
  Saving *saving = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  saving = g_task_get_task_data (G_TASK (result));
  if (unpacked != NULL)
    *unpacked = sb_tree_unpacker_get_unpacked (SB_TREE_UNPACKER (saving->unpacker));
  if (left_out != NULL)
    *left_out = sb_tree_unpacker_dup_left_out (SB_TREE_UNPACKER (saving->unpacker));

  return g_task_propagate_boolean (G_TASK (result), error);
}
