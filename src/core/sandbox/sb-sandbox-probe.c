/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-probe.h"

/* An engine that hangs must not keep the others from being asked. */
#define PROBE_SECONDS 10

typedef struct
{
  /* owned */
  GListModel   *backends;
  GString      *reasons;
  GCancellable *current; /* of the backend being asked */

  guint    index;
  guint    patience_id;
  gboolean gave_up;
} Probe;

static void ask_next (GTask *task);

static void
probe_free (gpointer data)
{
  Probe *probe = data;

  g_clear_handle_id (&probe->patience_id, g_source_remove);
  g_clear_object (&probe->backends);
  g_clear_object (&probe->current);
  g_string_free (probe->reasons, TRUE);
  g_free (probe);
}

static gboolean
patience_cb (gpointer user_data)
{
  Probe *probe = user_data;

  probe->patience_id = 0;
  probe->gave_up = TRUE;
  g_cancellable_cancel (probe->current);

  return G_SOURCE_REMOVE;
}

static void
asked_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Probe *probe = g_task_get_task_data (task);
  SbSandboxBackend *backend = SB_SANDBOX_BACKEND (source);
  g_autoptr(GError) error = NULL;

  g_clear_handle_id (&probe->patience_id, g_source_remove);
  if (sb_sandbox_backend_probe_finish (backend, result, &error))
    {
      g_task_return_pointer (task, g_object_ref (backend), g_object_unref);
      return;
    }
  if (g_task_return_error_if_cancelled (task))
    return;

  g_string_append_printf (probe->reasons, "\n%s: %s", sb_sandbox_backend_get_label (backend),
                          probe->gave_up ? "it did not answer in time." : error->message);
  ask_next (g_steal_pointer (&task));
}

/* task: (transfer full) */
static void
ask_next (GTask *task)
{
  Probe *probe = g_task_get_task_data (task);
  g_autoptr(SbSandboxBackend) backend = g_list_model_get_item (probe->backends, probe->index++);

  if (backend == NULL)
    {
      g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                               "No sandbox can be started here. Start Docker, or install bubblewrap.%s",
                               probe->reasons->str);
      g_object_unref (task);
      return;
    }

  g_clear_object (&probe->current);
  probe->current = g_cancellable_new ();
  probe->gave_up = FALSE;
  probe->patience_id = g_timeout_add_seconds (PROBE_SECONDS, patience_cb, probe);
  sb_sandbox_backend_probe_async (backend, probe->current, asked_cb, task);
}

void
sb_sandbox_probe_async (GListModel          *backends,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Probe *probe = g_new0 (Probe, 1);

  g_task_set_source_tag (task, sb_sandbox_probe_async);
  g_task_set_task_data (task, probe, probe_free);
  probe->backends = g_object_ref (backends);
  probe->reasons = g_string_new (NULL);
  ask_next (task);
}

SbSandboxBackend *
sb_sandbox_probe_finish (GAsyncResult  *result,
                         GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
