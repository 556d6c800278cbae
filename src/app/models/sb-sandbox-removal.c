/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-removal.h"

#include "sb-sandbox-snapshots.h"

#define MAX_BYTES (64 * 1024 * 1024)
/* Whoever removes a sandbox that hangs does not wait for it. */
#define PATIENCE_S 2

struct _SbSandboxRemoval
{
  GObject parent_instance;

  /* owned */
  SbSandboxManager *manager;
  SbSandbox        *sandbox;
  GOutputStream    *sink;        /* nullable: while its files are read */
  GCancellable     *cancellable;
  GBytes           *tree;        /* nullable: cannot be brought back */
  guint             patience_id;
};

G_DEFINE_FINAL_TYPE (SbSandboxRemoval, sb_sandbox_removal, G_TYPE_OBJECT)

static void
snapshot_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbSandboxRemoval *self = g_task_get_source_object (task);
  SbTreeSummary summary = { 0 };
  gboolean ok = sb_channel_snapshot_finish (SB_CHANNEL (source), result, &summary, NULL);

  g_clear_handle_id (&self->patience_id, g_source_remove);
  g_output_stream_close (self->sink, NULL, NULL);
  if (ok && summary.complete && summary.n_skipped == 0)
    self->tree = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (self->sink));
  g_clear_object (&self->sink);
  g_task_return_boolean (task, self->tree != NULL);
}

static gboolean
patience_cb (gpointer user_data)
{
  SbSandboxRemoval *self = user_data;

  self->patience_id = 0;
  g_cancellable_cancel (self->cancellable);

  return G_SOURCE_REMOVE;
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (sb_sandbox_manager_stop_finish (SB_SANDBOX_MANAGER (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
forked_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  SbSandbox *sandbox = sb_sandbox_manager_fork_finish (SB_SANDBOX_MANAGER (source), result, &error);

  if (sandbox != NULL)
    g_task_return_pointer (task, sandbox, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
sb_sandbox_removal_finalize (GObject *object)
{
  SbSandboxRemoval *self = SB_SANDBOX_REMOVAL (object);

  g_clear_handle_id (&self->patience_id, g_source_remove);
  g_clear_pointer (&self->tree, g_bytes_unref);
  g_clear_object (&self->sink);
  g_object_unref (self->cancellable);
  g_object_unref (self->sandbox);
  g_object_unref (self->manager);

  G_OBJECT_CLASS (sb_sandbox_removal_parent_class)->finalize (object);
}

static void
sb_sandbox_removal_class_init (SbSandboxRemovalClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_sandbox_removal_finalize;
}

static void
sb_sandbox_removal_init (SbSandboxRemoval *self)
{
  self->cancellable = g_cancellable_new ();
}

SbSandboxRemoval *
sb_sandbox_removal_new (SbSandboxManager *manager,
                        SbSandbox        *sandbox)
{
  SbSandboxRemoval *self = g_object_new (SB_TYPE_SANDBOX_REMOVAL, NULL);

  self->manager = g_object_ref (manager);
  self->sandbox = g_object_ref (sandbox);

  return self;
}

SbSandbox *
sb_sandbox_removal_get_sandbox (SbSandboxRemoval *self)
{
  g_return_val_if_fail (SB_IS_SANDBOX_REMOVAL (self), NULL);

  return self->sandbox;
}

void
sb_sandbox_removal_prepare_async (SbSandboxRemoval    *self,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  SbChannel *channel = sb_sandbox_get_channel (self->sandbox);
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, sb_sandbox_removal_prepare_async);
  if (channel == NULL)
    {
      g_task_return_boolean (task, FALSE);
      g_object_unref (task);
      return;
    }

  self->sink = g_memory_output_stream_new_resizable ();
  self->patience_id = g_timeout_add_seconds (PATIENCE_S, patience_cb, self);
  sb_channel_snapshot_async (channel, "", MAX_BYTES, self->sink, self->cancellable, snapshot_cb, task);
}

gboolean
sb_sandbox_removal_prepare_finish (SbSandboxRemoval *self,
                                   GAsyncResult     *result)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), NULL);
}

void
sb_sandbox_removal_run_async (SbSandboxRemoval    *self,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, sb_sandbox_removal_run_async);
  sb_sandbox_manager_stop_async (self->manager, self->sandbox, NULL, stopped_cb, task);
}

gboolean
sb_sandbox_removal_run_finish (SbSandboxRemoval  *self,
                               GAsyncResult      *result,
                               GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
sb_sandbox_removal_restore_async (SbSandboxRemoval    *self,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  GTask *task = NULL;

  g_return_if_fail (self->tree != NULL);

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, sb_sandbox_removal_restore_async);
  sb_sandbox_manager_fork_async (self->manager, self->tree, sb_sandbox_get_owner (self->sandbox), NULL, NULL, forked_cb,
                                 task);
}

SbSandbox *
sb_sandbox_removal_restore_finish (SbSandboxRemoval  *self,
                                   GAsyncResult      *result,
                                   GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
