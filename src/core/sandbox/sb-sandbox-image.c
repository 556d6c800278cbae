/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-image.h"

#include "sb-docker-backend.h"
#include "sb-image-job.h"

typedef struct
{
  SbImageProgressFunc progress;
  gpointer            progress_data;
} Pull;

static void
told_cb (SbImageJob *job,
         GParamSpec *pspec,
         gpointer    user_data)
{
  Pull *pull = user_data;
  const char *status = sb_image_job_get_status (job);

  if (status != NULL)
    pull->progress (sb_image_job_get_fraction (job), status, pull->progress_data);
}

static void
pulled_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  g_autoptr(GError) error = NULL;

  g_signal_handlers_disconnect_by_data (source, g_task_get_task_data (task));
  if (sb_image_job_run_finish (SB_IMAGE_JOB (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_IMAGE,
                             "The engine does not have the image “%s”, and could not get it. %s",
                             sb_image_job_get_name (SB_IMAGE_JOB (source)), error->message);
}

/* (transfer none) (nullable): what the spec or its profile names. The image that the backend has for those who name
 * none is made here and in no registry: whoever had its name there would be run. */
static const char *
find_image (SbSandboxManager    *manager,
            const SbSandboxSpec *spec)
{
  SbSandboxProfile *profile = sb_sandbox_profiles_find (sb_sandbox_manager_get_profiles (manager), spec->profile);

  if (spec->image != NULL)
    return spec->image;

  return profile != NULL ? profile->spec->image : NULL;
}

/**
 * sb_sandbox_image_pull_async:
 * @spec: of the sandbox that is wanted: its image and its engine
 * @progress: told what the engine tells
 *
 * Fails with %SB_SANDBOX_ERROR_IMAGE, and says how to get it, when no registry can have it. Cancelling ends the
 * download.
 */
void
sb_sandbox_image_pull_async (SbSandboxManager    *manager,
                             const SbSandboxSpec *spec,
                             SbImageProgressFunc  progress,
                             gpointer             progress_data,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  GTask *task = g_task_new (manager, cancellable, callback, user_data);
  SbEngine *engine = sb_engine_list_choose (sb_sandbox_manager_get_engines (manager), spec->engine);
  SbDockerClient *client = engine != NULL ? sb_docker_backend_get_client (sb_engine_get_backend (engine)) : NULL;
  const char *image = find_image (manager, spec);
  g_autoptr(SbImageJob) job = NULL;
  Pull *pull = NULL;

  g_task_set_source_tag (task, sb_sandbox_image_pull_async);
  if (image == NULL || client == NULL)
    {
      g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_IMAGE,
                               "The engine does not have the image that sandboxes are made of. Run scripts/build-image "
                               "once to make it, or choose another image in a sandbox profile.");
      g_object_unref (task);
      return;
    }

  pull = g_new0 (Pull, 1);
  pull->progress = progress;
  pull->progress_data = progress_data;
  g_task_set_task_data (task, pull, g_free);
  job = sb_image_job_new_pull (client, image);
  g_signal_connect (job, "notify::status", G_CALLBACK (told_cb), pull);
  sb_image_job_run_async (job, cancellable, pulled_cb, task);
}

gboolean
sb_sandbox_image_pull_finish (SbSandboxManager  *manager,
                              GAsyncResult      *result,
                              GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, manager), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
