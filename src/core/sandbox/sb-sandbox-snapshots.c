/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-snapshots.h"

#include "sb-sandbox-private.h"
#include "sb-tree-codec.h"

/* Of contents, in one snapshot: as much as a workspace has room for unless somebody asked for more. */
#define MAX_BYTES (G_GUINT64_CONSTANT (1024) * 1024 * 1024)
#define STORE "sb-snapshot-store"

typedef struct
{
  /* owned */
  SbSnapshotStore *store;
  GOutputStream   *stream;
  char            *name;

  SbTreeSummary summary;
} Taking;

static void
taking_free (gpointer data)
{
  Taking *taking = data;

  g_clear_object (&taking->store);
  g_clear_object (&taking->stream);
  g_free (taking->name);
  g_free (taking);
}

/* (transfer none) (nullable): NULL: the task got its error */
static SbChannel *
get_channel (SbSandbox *self,
             GTask     *task)
{
  SbChannel *channel = sb_sandbox_get_channel (self);

  if (channel == NULL)
    g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_GONE, "The sandbox has ended. Start a new one.");

  return channel;
}

/* (transfer none): in the user's data folder, unless another one was set */
SbSnapshotStore *
sb_sandbox_manager_get_snapshots (SbSandboxManager *self)
{
  SbSnapshotStore *store = NULL;

  g_return_val_if_fail (SB_IS_SANDBOX_MANAGER (self), NULL);

  store = g_object_get_data (G_OBJECT (self), STORE);
  if (store == NULL)
    {
      g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "sandbar", "snapshots", NULL);

      store = sb_snapshot_store_new (folder);
      g_object_set_data_full (G_OBJECT (self), STORE, store, g_object_unref);
    }

  return store;
}

void
sb_sandbox_manager_set_snapshots (SbSandboxManager *self,
                                  SbSnapshotStore  *store)
{
  g_return_if_fail (SB_IS_SANDBOX_MANAGER (self));

  g_object_set_data_full (G_OBJECT (self), STORE, g_object_ref (store), g_object_unref);
}

static void
taken_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Taking *taking = g_task_get_task_data (task);
  GError *error = NULL;
  SbSnapshot *snapshot = NULL;

  if (sb_channel_snapshot_finish (SB_CHANNEL (source), result, &taking->summary, &error))
    snapshot = sb_snapshot_store_commit (taking->store, taking->name, taking->stream, &error);
  else
    sb_snapshot_store_abandon (taking->store, taking->name, taking->stream);

  if (snapshot != NULL)
    g_task_return_pointer (task, g_object_ref (snapshot), g_object_unref);
  else
    g_task_return_error (task, error);
}

/**
 * sb_sandbox_snapshot_async:
 * @self: a sandbox
 * @store: where to keep it
 * @name: of the new snapshot
 *
 * Keeps a copy of the workspace: directories, files and links, up to 1 GiB. Programs in it go on meanwhile; pause it
 * first for a copy of one moment.
 */
void
sb_sandbox_snapshot_async (SbSandbox           *self,
                           SbSnapshotStore     *store,
                           const char          *name,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  SbChannel *channel = NULL;
  GOutputStream *stream = NULL;
  GError *error = NULL;
  Taking *taking = NULL;

  g_return_if_fail (SB_IS_SANDBOX (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_sandbox_snapshot_async);
  channel = get_channel (self, task);
  if (channel == NULL)
    return;
  stream = sb_snapshot_store_begin (store, name, &error);
  if (stream == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  taking = g_new0 (Taking, 1);
  taking->store = g_object_ref (store);
  taking->stream = stream;
  taking->name = g_strdup (name);
  g_task_set_task_data (task, taking, taking_free);
  g_task_set_check_cancellable (task, FALSE);
  sb_channel_snapshot_async (channel, "", MAX_BYTES, stream, cancellable, taken_cb, g_steal_pointer (&task));
}

/* Returns: (transfer full) (nullable): what is kept now. summary: (out caller-allocates) (optional) */
SbSnapshot *
sb_sandbox_snapshot_finish (SbSandbox      *self,
                            GAsyncResult   *result,
                            SbTreeSummary  *summary,
                            GError        **error)
{
  SbSnapshot *snapshot = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  snapshot = g_task_propagate_pointer (G_TASK (result), error);
  if (snapshot != NULL && summary != NULL)
    *summary = ((Taking *) g_task_get_task_data (G_TASK (result)))->summary;

  return snapshot;
}

/* What is in the tree was there before anybody changed anything. (transfer full): of the paths nobody knew before */
static GPtrArray *
enter_baseline (SbSandbox *self,
                GBytes    *tree)
{
  SbChangeLog *log = sb_sandbox_get_change_log (self);
  g_autofree SbTreeReader *reader = g_new0 (SbTreeReader, 1);
  g_autoptr(GByteArray) content = g_byte_array_new ();
  GPtrArray *entered = g_ptr_array_new_with_free_func (g_free);
  size_t left = 0;
  const guint8 *data = g_bytes_get_data (tree, &left);
  SbTreeEvent event = SB_TREE_MORE;
  guint64 size = 0;

  sb_tree_reader_init (reader, G_MAXUINT64, G_MAXUINT64);
  while ((event = sb_tree_reader_feed (reader, &data, &left)) > SB_TREE_MORE)
    {
      if (event == SB_TREE_DATA)
        {
          size += reader->data_length;
          if (size <= SB_CHANGE_LOG_MAX_FILE)
            g_byte_array_append (content, reader->data, (guint) reader->data_length);
        }
      else if (event == SB_TREE_FILE_END)
        {
          g_autoptr(GBytes) bytes = g_bytes_new (content->data, content->len);
          const SbFileVersion version = { TRUE, size <= SB_CHANGE_LOG_MAX_FILE ? bytes : NULL, size };

          if (sb_change_log_get_newest (log, reader->path) == NULL)
            g_ptr_array_add (entered, g_strdup (reader->path));
          sb_change_log_set_baseline (log, reader->path, &version);
          g_byte_array_set_size (content, 0);
          size = 0;
        }
    }

  return entered;
}

/* It did not come: nobody knows what was there. */
static void
leave_baseline (SbSandbox *self,
                GPtrArray *entered)
{
  for (guint i = 0; i < entered->len; i++)
    sb_change_log_forget_baseline (sb_sandbox_get_change_log (self), g_ptr_array_index (entered, i));
}

static void
restored_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (sb_channel_restore_finish (SB_CHANNEL (source), result, &error))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  leave_baseline (g_task_get_source_object (task), g_task_get_task_data (task));
  g_task_return_error (task, error);
}

/**
 * sb_sandbox_restore_async:
 * @self: a sandbox
 * @tree: a snapshot's bytes
 * @replace: the workspace becomes what the snapshot holds; otherwise its files come to those that are there
 *
 * In a new sandbox the restored files count as those that it began with: they are no changes.
 */
void
sb_sandbox_restore_async (SbSandbox           *self,
                          GBytes              *tree,
                          gboolean             replace,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  SbChannel *channel = NULL;

  g_return_if_fail (SB_IS_SANDBOX (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_sandbox_restore_async);
  channel = get_channel (self, task);
  if (channel == NULL)
    return;

  /* Before the files come: each of them is a change that somebody tells of. */
  g_task_set_task_data (task, enter_baseline (self, tree), (GDestroyNotify) g_ptr_array_unref);
  g_task_set_check_cancellable (task, FALSE);
  sb_channel_restore_async (channel, "", tree, replace, cancellable, restored_cb, g_steal_pointer (&task));
}

gboolean
sb_sandbox_restore_finish (SbSandbox     *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
fork_restored_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbSandbox *sandbox = SB_SANDBOX (source);
  GError *error = NULL;

  if (sb_sandbox_restore_finish (sandbox, result, &error))
    {
      g_task_return_pointer (task, g_object_ref (sandbox), g_object_unref);
    }
  else
    {
      sb_sandbox_manager_stop_async (g_task_get_source_object (task), sandbox, NULL, NULL, NULL);
      g_task_return_error (task, error);
    }
}

static void
fork_created_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  g_autoptr(SbSandbox) sandbox = sb_sandbox_manager_create_finish (SB_SANDBOX_MANAGER (source), result, &error);

  if (sandbox != NULL)
    sb_sandbox_restore_async (sandbox, g_task_get_task_data (task), TRUE, g_task_get_cancellable (task),
                              fork_restored_cb, g_object_ref (task));
  else
    g_task_return_error (task, error);
}

/**
 * sb_sandbox_manager_fork_async:
 * @tree: a snapshot's bytes
 * @owner: (nullable): whose the new sandbox is
 * @trace_id: (nullable): what asks for it
 *
 * Starts another sandbox, of the default kind, with the files of @tree. None is left when that fails.
 */
void
sb_sandbox_manager_fork_async (SbSandboxManager    *self,
                               GBytes              *tree,
                               const char          *owner,
                               const char          *trace_id,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (SB_IS_SANDBOX_MANAGER (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_sandbox_manager_fork_async);
  g_task_set_task_data (task, g_bytes_ref (tree), (GDestroyNotify) g_bytes_unref);
  sb_sandbox_manager_create_async (self, NULL, owner, trace_id, cancellable, fork_created_cb,
                                   g_steal_pointer (&task));
}

/* Returns: (transfer full) (nullable): ready */
SbSandbox *
sb_sandbox_manager_fork_finish (SbSandboxManager  *self,
                                GAsyncResult      *result,
                                GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
paused_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (!sb_channel_pause_finish (SB_CHANNEL (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  sb_sandbox_set_paused (g_task_get_source_object (task), GPOINTER_TO_INT (g_task_get_task_data (task)));
  g_task_return_boolean (task, TRUE);
}

/**
 * sb_sandbox_pause_async:
 * @paused: %TRUE: all its programs hold still, and new ones are refused; %FALSE: they go on
 *
 * From inside, by its PID 1, which stays awake: it still ends when its owner does. Files can be looked at meanwhile.
 * The "paused" property tells.
 */
void
sb_sandbox_pause_async (SbSandbox           *self,
                        gboolean             paused,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  SbChannel *channel = NULL;

  g_return_if_fail (SB_IS_SANDBOX (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_sandbox_pause_async);
  g_task_set_task_data (task, GINT_TO_POINTER (paused), NULL);
  channel = get_channel (self, task);
  if (channel != NULL)
    sb_channel_pause_async (channel, paused, cancellable, paused_cb, g_steal_pointer (&task));
}

gboolean
sb_sandbox_pause_finish (SbSandbox     *self,
                         GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
