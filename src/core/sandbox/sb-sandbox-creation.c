/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-creation.h"

#include "sb-engine-list.h"
#include "sb-id.h"
#include "sb-sandbox-manager-private.h"
#include "sb-sandbox-private.h"
#include "sb-sandbox-spec.h"

typedef struct
{
  SbSandboxSpec *spec;
  char          *owner;
  char          *trace_id;
  SbSandbox     *sandbox; /* nullable */
  gint64         start;
  gboolean       searched; /* for an engine: once is enough */
  gboolean       supplied; /* with the image that the spec names: once */
} Creation;

static void step (GTask *task);

static void
creation_free (gpointer data)
{
  Creation *creation = data;

  sb_sandbox_spec_free (creation->spec);
  g_clear_object (&creation->sandbox);
  g_free (creation->owner);
  g_free (creation->trace_id);
  g_free (creation);
}

static void
report (GTask        *task,
        const char   *title,
        const GError *error)
{
  Creation *creation = g_task_get_task_data (task);
  const SbActivity activity = {
    .kind = SB_ACTIVITY_CREATE, .trace_id = creation->trace_id, .title = title,
    .sandbox_id = creation->sandbox != NULL ? sb_sandbox_get_id (creation->sandbox) : NULL,
    .subtitle = error != NULL ? error->message : sb_sandbox_get_name (creation->sandbox),
    .start = creation->start, .end = sb_clock_monotonic (), .ok = error == NULL,
  };

  sb_sandbox_manager_report (g_task_get_source_object (task), &activity);
}

static void
claim (GTask     *task,
       SbSandbox *spare)
{
  SbSandboxManager *manager = g_task_get_source_object (task);
  Creation *creation = g_task_get_task_data (task);
  g_autofree char *name = sb_sandbox_manager_choose_name (manager);

  creation->sandbox = g_object_ref (spare);
  sb_sandbox_assign (spare, name, creation->owner, creation->spec->env);
  sb_sandbox_set_idle_limit (spare, creation->spec->idle_seconds);
  sb_sandbox_manager_insert (manager, spare);
  report (task, "claim spare", NULL);
  g_task_return_pointer (task, g_object_ref (spare), g_object_unref);
}

static void
supplied_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (sb_image_supplies_ensure_finish (SB_IMAGE_SUPPLIES (source), result, &error))
    step (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

/* task: (transfer full) */
static void
supply (GTask      *task,
        SbEngine   *engine,
        const char *image)
{
  SbSandboxManager *manager = g_task_get_source_object (task);
  Creation *creation = g_task_get_task_data (task);

  sb_image_supplies_ensure_async (sb_sandbox_manager_get_supplies (manager), engine, image, creation->trace_id,
                                  g_task_get_cancellable (task), supplied_cb, task);
}

static void
searched_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Creation *creation = g_task_get_task_data (task);
  SbEngineList *engines = SB_ENGINE_LIST (source);
  GError *error = NULL;
  SbEngine *lacking = NULL;

  if (sb_engine_list_probe_finish (engines, result, &error))
    {
      step (g_steal_pointer (&task));
      return;
    }

  lacking = sb_engine_list_find_lacking (engines, creation->spec->engine, NULL);
  if (lacking != NULL && !g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    {
      g_error_free (error);
      supply (g_steal_pointer (&task), lacking, NULL);
      return;
    }
  g_task_return_error (task, error);
}

/* task: (transfer full) */
static void
search (GTask *task)
{
  SbSandboxManager *manager = g_task_get_source_object (task);
  Creation *creation = g_task_get_task_data (task);

  creation->searched = TRUE;
  sb_engine_list_probe_async (sb_sandbox_manager_get_engines (manager), creation->spec->engine,
                              g_task_get_cancellable (task), searched_cb, task);
}

/* The image may have been removed, or is one that only this sandbox wants. TRUE: the task goes on. */
static gboolean
mend_image (GTask        *task,
            SbSandbox    *sandbox,
            const GError *error)
{
  SbSandboxManager *manager = g_task_get_source_object (task);
  Creation *creation = g_task_get_task_data (task);
  SbEngine *engine = sb_engine_list_choose (sb_sandbox_manager_get_engines (manager), creation->spec->engine);
  gboolean names_one = creation->spec->image != NULL;

  if (!g_error_matches (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_IMAGE) || sb_sandbox_manager_is_closed (manager)
      || engine == NULL || (names_one ? creation->supplied : creation->searched))
    return FALSE;

  sb_sandbox_manager_forget (manager, sandbox);
  if (names_one)
    {
      creation->supplied = TRUE;
      supply (g_object_ref (task), engine, creation->spec->image);
    }
  else
    {
      search (g_object_ref (task));
    }

  return TRUE;
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbSandboxManager *manager = g_task_get_source_object (task);
  Creation *creation = g_task_get_task_data (task);
  GError *error = NULL;

  if (sb_sandbox_start_finish (SB_SANDBOX (source), result, &error))
    {
      report (task, "start sandbox", NULL);
      g_task_return_pointer (task, g_object_ref (source), g_object_unref);
      return;
    }

  if (mend_image (task, SB_SANDBOX (source), error))
    {
      g_error_free (error);
      return;
    }

  report (task, "start sandbox", error);
  /* The engine may have been restarted since it was asked, or another one is there: look again, once. */
  if (g_error_matches (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE) && !creation->searched
      && !sb_sandbox_manager_is_closed (manager))
    {
      g_error_free (error);
      search (g_steal_pointer (&task));
      return;
    }
  g_task_return_error (task, error);
}

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  sb_sandbox_abort_start (SB_SANDBOX (user_data));
}

/* task: (transfer full) */
static void
start_on (GTask    *task,
          SbEngine *engine)
{
  SbSandboxManager *manager = g_task_get_source_object (task);
  Creation *creation = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autofree char *name = sb_sandbox_manager_choose_name (manager);

  g_clear_object (&creation->sandbox);
  creation->sandbox = sb_sandbox_new (sb_engine_get_backend (engine), name);
  sb_sandbox_assign (creation->sandbox, name, creation->owner, creation->spec->env);
  sb_sandbox_set_idle_limit (creation->sandbox, creation->spec->idle_seconds);
  if (cancellable != NULL)
    g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (cancelled_cb), creation->sandbox, 0);
  sb_engine_add_sandbox (engine, creation->sandbox, creation->spec);
  sb_sandbox_manager_insert (manager, creation->sandbox);
  sb_sandbox_start_async (creation->sandbox, creation->spec, started_cb, task);
}

/* task: (transfer full) */
static void
step (GTask *task)
{
  SbSandboxManager *manager = g_task_get_source_object (task);
  Creation *creation = g_task_get_task_data (task);
  SbEngineList *engines = sb_sandbox_manager_get_engines (manager);
  g_autoptr(SbSandbox) spare = NULL;
  SbEngine *engine = NULL;

  if (sb_sandbox_manager_is_closed (manager))
    {
      g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_GONE, "Sandbar is about to end.");
      g_object_unref (task);
      return;
    }

  spare = sb_sandbox_pools_claim (sb_sandbox_manager_get_pools (manager), creation->spec);
  if (spare != NULL)
    {
      claim (task, spare);
      g_object_unref (task);
      return;
    }

  engine = sb_engine_list_choose (engines, creation->spec->engine);
  if (engine != NULL)
    {
      SbEngine *lacking = sb_engine_list_find_lacking (engines, creation->spec->engine, engine);

      /* Nobody waits for what is as good as there. */
      if (lacking != NULL)
        sb_image_supplies_offer (sb_sandbox_manager_get_supplies (manager), lacking);
      start_on (task, engine);
      return;
    }
  if (!creation->searched)
    {
      search (task);
      return;
    }

  g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                           "The engine went away while a sandbox was to be started. Try again.");
  g_object_unref (task);
}

void
sb_sandbox_creation_async (SbSandboxManager    *manager,
                           SbSandboxSpec       *spec,
                           const char          *owner,
                           const char          *trace_id,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  GTask *task = g_task_new (manager, cancellable, callback, user_data);
  Creation *creation = g_new0 (Creation, 1);

  creation->spec = spec;
  creation->owner = g_strdup (owner);
  creation->trace_id = g_strdup (trace_id);
  creation->start = sb_clock_monotonic ();
  g_task_set_source_tag (task, sb_sandbox_creation_async);
  g_task_set_task_data (task, creation, creation_free);
  g_task_set_check_cancellable (task, FALSE);
  step (task);
}

SbSandbox *
sb_sandbox_creation_finish (GAsyncResult  *result,
                            GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
