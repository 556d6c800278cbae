/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-client-private.h"

static void
free_source (gpointer data)
{
  g_source_destroy (data);
  g_source_unref (data);
}

static void
subscribe_anew (SbMcpClient *self)
{
  g_autofree gpointer *uris = g_hash_table_get_keys_as_array (self->subscribed, NULL);

  for (gsize i = 0; uris[i] != NULL; i++)
    sb_mcp_client_send_subscription (self, uris[i], TRUE);
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  g_autoptr(GTask) task = g_object_ref (user_data);
  SbMcpClient *self = g_task_get_source_object (task);

  g_ptr_array_remove (self->restorers, task);
  g_task_set_task_data (task, NULL, NULL);
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The call was stopped.");

  return G_SOURCE_REMOVE;
}

static void
initialized_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(SbMcpClient) self = g_object_ref (SB_MCP_CLIENT (source));
  g_autoptr(GPtrArray) tasks = g_steal_pointer (&self->restorers);
  g_autoptr(GError) error = NULL;
  gboolean good = sb_mcp_client_initialize_finish (self, result, &error);

  /* A server that was started anew may have others now, and has forgotten what it was asked to tell. */
  if (good)
    {
      sb_mcp_client_emit_changed (self, SB_MCP_CHANGED_TOOLS | SB_MCP_CHANGED_PROMPTS | SB_MCP_CHANGED_RESOURCES);
      subscribe_anew (self);
    }
  for (guint i = 0; i < tasks->len; i++)
    {
      GTask *task = g_ptr_array_index (tasks, i);

      g_task_set_task_data (task, NULL, NULL);
      if (good)
        g_task_return_boolean (task, TRUE);
      else
        g_task_return_error (task, g_error_copy (error));
    }
}

/* Whether a session that was lost is being made anew: what is sent meanwhile would belong to none. */
gboolean
sb_mcp_client_is_restoring (SbMcpClient *self)
{
  return self->restorers != NULL;
}

/**
 * sb_mcp_client_restore_async:
 *
 * Makes a session anew that the server has forgotten. However many calls have lost it, one new one is made, and
 * all of them get it. Cancelling only stops waiting for it.
 */
void
sb_mcp_client_restore_async (SbMcpClient         *self,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  gboolean is_first = self->restorers == NULL;

  g_task_set_source_tag (task, sb_mcp_client_restore_async);
  g_task_set_check_cancellable (task, FALSE);
  if (cancellable != NULL)
    {
      GSource *source = g_cancellable_source_new (cancellable);

      g_source_set_callback (source, G_SOURCE_FUNC (cancelled_cb), task, NULL);
      g_source_attach (source, NULL);
      g_task_set_task_data (task, source, free_source);
    }
  if (is_first)
    self->restorers = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (self->restorers, task);
  if (is_first)
    sb_mcp_client_initialize_async (self, NULL, initialized_cb, NULL);
}

gboolean
sb_mcp_client_restore_finish (SbMcpClient   *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
