/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-ending.h"

#include "sb-sandbox-private.h"

typedef struct
{
  GPtrArray *sandboxes;
  guint      timeout_id;
  gboolean   is_done;
} Ending;

static void state_cb (SbSandbox  *sandbox,
                      GParamSpec *pspec,
                      gpointer    user_data);

static void
ending_free (gpointer data)
{
  Ending *ending = data;

  g_ptr_array_unref (ending->sandboxes);
  g_free (ending);
}

static gboolean
is_over (Ending *ending)
{
  for (guint i = 0; i < ending->sandboxes->len; i++)
    {
      SbSandbox *sandbox = g_ptr_array_index (ending->sandboxes, i);

      if (sb_sandbox_is_live (sandbox) || sb_sandbox_get_state (sandbox) == SB_SANDBOX_STATE_STOPPING)
        return FALSE;
    }

  return TRUE;
}

/* The one place that finishes. */
static void
finish (GTask    *task,
        gboolean  in_time)
{
  Ending *ending = g_task_get_task_data (task);

  ending->is_done = TRUE;
  g_clear_handle_id (&ending->timeout_id, g_source_remove);
  for (guint i = 0; i < ending->sandboxes->len; i++)
    g_signal_handlers_disconnect_by_func (g_ptr_array_index (ending->sandboxes, i), state_cb, task);
  if (in_time)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                             "The sandboxes were told to end, but the engine did not confirm it in time.");
  g_object_unref (task);
}

static void
state_cb (SbSandbox  *sandbox,
          GParamSpec *pspec,
          gpointer    user_data)
{
  GTask *task = user_data;
  Ending *ending = g_task_get_task_data (task);

  if (!ending->is_done && is_over (ending))
    finish (task, TRUE);
}

static gboolean
timeout_cb (gpointer user_data)
{
  GTask *task = user_data;
  Ending *ending = g_task_get_task_data (task);

  ending->timeout_id = 0;
  finish (task, FALSE);

  return G_SOURCE_REMOVE;
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  sb_sandbox_stop_finish (SB_SANDBOX (source), result, NULL);
}

void
sb_sandbox_ending_async (GPtrArray           *sandboxes,
                         guint                timeout_ms,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Ending *ending = g_new0 (Ending, 1);

  g_task_set_source_tag (task, sb_sandbox_ending_async);
  ending->sandboxes = g_ptr_array_copy (sandboxes, (GCopyFunc) g_object_ref, NULL);
  g_ptr_array_set_free_func (ending->sandboxes, g_object_unref);
  ending->timeout_id = g_timeout_add (timeout_ms, timeout_cb, task);
  g_task_set_task_data (task, ending, ending_free);

  for (guint i = 0; i < ending->sandboxes->len; i++)
    {
      SbSandbox *sandbox = g_ptr_array_index (ending->sandboxes, i);

      if (sb_sandbox_is_live (sandbox))
        sb_sandbox_stop_async (sandbox, stopped_cb, NULL);
    }
  for (guint i = 0; i < ending->sandboxes->len; i++)
    g_signal_connect (g_ptr_array_index (ending->sandboxes, i), "notify::state", G_CALLBACK (state_cb), task);
  if (is_over (ending))
    finish (task, TRUE);
}

gboolean
sb_sandbox_ending_finish (GAsyncResult  *result,
                          GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
