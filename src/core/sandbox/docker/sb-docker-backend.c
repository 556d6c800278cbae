/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-backend.h"

#include "sb-docker-gone.h"
#include "sb-docker-helper.h"
#include "sb-docker-launch.h"
#include "sb-docker-probe.h"
#include "sb-docker-request.h"
#include "sb-docker-undertaker.h"
#include "sb-helper-path.h"
#include "sb-instance.h"
#include "sb-json.h"
#include "sb-sandbox-resources.h"
#include "sb-sandbox-spec.h"
#include "sb-tar.h"

#define DEFAULT_IMAGE "sandbar/node-sandbox:latest"
#define RECIPE "/io/github/sandbar/Sandbar/node-sandbox/Dockerfile"

struct _SbDockerBackend
{
  GObject parent_instance;

  /* owned */
  SbDockerClient *client;
  SbDockerHelper *helper; /* nullable until the first probe */
  SbDockerEngine *engine; /* nullable until a probe succeeded */
  char           *helper_path; /* nullable: there is none */
  char           *image;
  GSubprocess    *undertaker; /* nullable */

  SbBackendInfo info; /* borrowed from client and engine */
};

#define SB_TYPE_DOCKER_BACKEND (sb_docker_backend_get_type ())
G_DECLARE_FINAL_TYPE (SbDockerBackend, sb_docker_backend, SB, DOCKER_BACKEND, GObject)

static void sb_docker_backend_iface_init (SbSandboxBackendInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbDockerBackend, sb_docker_backend, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_SANDBOX_BACKEND, sb_docker_backend_iface_init))

typedef struct
{
  /* owned */
  SbSandboxSpec *spec;
  GPtrArray     *facts;

  gboolean       refilled; /* sandbar-init was installed anew: one more try, not two */
} Start;

static void launch (GTask *task);

static void
start_free (gpointer data)
{
  Start *start = data;

  sb_sandbox_spec_free (start->spec);
  g_clear_pointer (&start->facts, g_ptr_array_unref);
  g_free (start);
}

static const char *
get_image (SbDockerBackend     *self,
           const SbSandboxSpec *spec)
{
  return spec->image != NULL ? spec->image : self->image;
}

static gboolean
prepare (SbDockerBackend  *self,
         GError          **error)
{
  if (!sb_instance_hold (error))
    return FALSE;
  if (self->helper == NULL && self->helper_path == NULL)
    g_set_error_literal (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                         "Sandbar is not completely installed: its helper sandbar-init is missing.");
  else if (self->helper == NULL)
    self->helper = sb_docker_helper_load (self->helper_path, error);
  if (self->helper != NULL && self->undertaker == NULL)
    self->undertaker = sb_docker_undertaker_start (sb_docker_client_get_host (self->client), self->helper_path);

  return self->helper != NULL;
}

static void
probed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  SbDockerBackend *self = g_task_get_source_object (task);
  GError *error = NULL;
  SbDockerEngine *engine = sb_docker_probe_finish (result, &error);

  if (engine == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  /* A launch under way may still look at the old one, and the label is handed out as borrowed. */
  if (self->engine == NULL)
    self->engine = g_steal_pointer (&engine);
  sb_docker_engine_free (engine);
  g_task_return_boolean (task, TRUE);
}

static void
refilled_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  g_autoptr(GError) error = NULL;
  Start *start = g_task_get_task_data (task);
  SbDockerBackend *self = g_task_get_source_object (task);

  if (sb_docker_helper_install_finish (result, &error))
    launch (g_steal_pointer (&task));
  else
    g_task_return_error (task, sb_docker_launch_explain (error, get_image (self, start->spec)));
}

/* A volume that was pruned, or half filled by somebody who died, is the one cause that we can mend. */
static gboolean
is_mendable (GTask        *task,
             const GError *error)
{
  Start *start = g_task_get_task_data (task);

  return !start->refilled && g_error_matches (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_START);
}

static void
launched_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  SbDockerBackend *self = g_task_get_source_object (task);
  Start *start = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;
  g_autoptr(SbDuplex) duplex = sb_docker_launch_finish (result, &start->facts, &error);

  if (duplex != NULL)
    {
      g_task_return_pointer (task, g_steal_pointer (&duplex), g_object_unref);
    }
  else if (is_mendable (task, error))
    {
      start->refilled = TRUE;
      sb_docker_helper_install_async (self->helper, self->client, get_image (self, start->spec), TRUE,
                                      g_task_get_cancellable (task), refilled_cb, g_object_ref (task));
    }
  else
    {
      g_task_return_error (task, g_steal_pointer (&error));
    }
}

/* task: (transfer full) */
static void
launch (GTask *task)
{
  SbDockerBackend *self = g_task_get_source_object (task);
  Start *start = g_task_get_task_data (task);

  sb_docker_launch_async (self->client, self->engine, start->spec, get_image (self, start->spec),
                          sb_docker_helper_get_volume (self->helper), g_task_get_cancellable (task),
                          launched_cb, task);
}

static void
probed_for_start_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  GError *error = NULL;

  if (sb_sandbox_backend_probe_finish (SB_SANDBOX_BACKEND (source), result, &error))
    launch (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

static void
removed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  SbDockerBackend *self = g_task_get_source_object (task);
  g_autoptr(GError) error = NULL;

  if (sb_docker_gone_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, sb_docker_launch_explain (error, self->image));
}

static const char *
sb_docker_backend_get_label (SbSandboxBackend *backend)
{
  SbDockerBackend *self = SB_DOCKER_BACKEND (backend);

  return self->engine != NULL ? self->engine->label : "Docker Engine";
}

static const SbBackendInfo *
sb_docker_backend_get_info (SbSandboxBackend *backend)
{
  SbDockerBackend *self = SB_DOCKER_BACKEND (backend);

  self->info.host = sb_docker_client_get_host (self->client);
  if (self->engine != NULL)
    {
      self->info.version = self->engine->version;
      self->info.runtimes = (const char * const *) self->engine->runtimes;
      self->info.warnings = (const char * const *) self->engine->warnings;
      self->info.memory_bytes = self->engine->memory_bytes;
      self->info.cpus = self->engine->cpus;
      self->info.is_rootless = self->engine->is_rootless;
    }

  return &self->info;
}

static void
sb_docker_backend_probe_async (SbSandboxBackend    *backend,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  SbDockerBackend *self = SB_DOCKER_BACKEND (backend);
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;

  g_task_set_source_tag (task, sb_docker_backend_probe_async);
  if (prepare (self, &error))
    sb_docker_probe_async (self->client, self->helper, self->image, cancellable, probed_cb,
                           g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

static gboolean
sb_docker_backend_probe_finish (SbSandboxBackend  *backend,
                                GAsyncResult      *result,
                                GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, backend), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
sb_docker_backend_start_async (SbSandboxBackend    *backend,
                               const SbSandboxSpec *spec,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  SbDockerBackend *self = SB_DOCKER_BACKEND (backend);
  GTask *task = NULL;
  Start *start = NULL;

  g_return_if_fail (spec != NULL && spec->id != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  start = g_new0 (Start, 1);
  start->spec = sb_sandbox_spec_copy (spec);
  g_task_set_source_tag (task, sb_docker_backend_start_async);
  /* A sandbox that came up just when it was given up must not be lost in the result. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, start, start_free);
  if (self->engine != NULL)
    launch (task);
  else
    sb_docker_backend_probe_async (backend, cancellable, probed_for_start_cb, task);
}

static SbDuplex *
sb_docker_backend_start_finish (SbSandboxBackend  *backend,
                                GAsyncResult      *result,
                                GPtrArray        **facts,
                                GError           **error)
{
  SbDuplex *duplex = NULL;
  Start *start = NULL;

  g_return_val_if_fail (g_task_is_valid (result, backend), NULL);

  start = g_task_get_task_data (G_TASK (result));
  duplex = g_task_propagate_pointer (G_TASK (result), error);
  if (duplex != NULL && facts != NULL)
    *facts = g_steal_pointer (&start->facts);

  return duplex;
}

static void
sb_docker_backend_remove_async (SbSandboxBackend    *backend,
                                const char          *id,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  SbDockerBackend *self = SB_DOCKER_BACKEND (backend);
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *container = sb_docker_request_dup_name (id);

  g_task_set_source_tag (task, sb_docker_backend_remove_async);
  sb_docker_gone_async (self->client, container, cancellable, removed_cb, task);
}

static gboolean
sb_docker_backend_remove_finish (SbSandboxBackend  *backend,
                                 GAsyncResult      *result,
                                 GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, backend), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
explained_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  g_autoptr(JsonNode) node = sb_docker_client_call_finish (SB_DOCKER_CLIENT (source), result, NULL);
  JsonObject *state = node != NULL && JSON_NODE_HOLDS_OBJECT (node)
                      ? sb_json_get_object (json_node_get_object (node), "State") : NULL;
  gboolean paused = state != NULL && sb_json_get_boolean (state, "Paused", FALSE);

  g_task_return_pointer (task, paused ? g_strdup ("It was paused from outside (docker pause).") : NULL, g_free);
}

static void
sb_docker_backend_explain_async (SbSandboxBackend    *backend,
                                 const char          *id,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  SbDockerBackend *self = SB_DOCKER_BACKEND (backend);
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *container = sb_docker_request_dup_name (id);
  g_autofree char *path = g_strdup_printf ("/containers/%s/json", container);

  g_task_set_source_tag (task, sb_docker_backend_explain_async);
  sb_docker_client_call_async (self->client, "GET", path, NULL, cancellable, explained_cb, task);
}

static char *
sb_docker_backend_explain_finish (SbSandboxBackend *backend,
                                  GAsyncResult     *result)
{
  g_return_val_if_fail (g_task_is_valid (result, backend), NULL);

  return g_task_propagate_pointer (G_TASK (result), NULL);
}

/* The default is made here and is in no registry: whoever had its name there would be run. */
static SbImageJob *
sb_docker_backend_new_image_job (SbSandboxBackend *backend,
                                 const char       *image)
{
  SbDockerBackend *self = SB_DOCKER_BACKEND (backend);
  g_autoptr(GBytes) recipe = NULL;
  g_autoptr(GBytes) tar = NULL;
  SbImageJob *job = NULL;

  if (image == NULL)
    image = self->image;
  if (!g_str_equal (image, DEFAULT_IMAGE))
    return sb_image_job_new_pull (self->client, image);

  recipe = g_resource_lookup_data (sb_sandbox_get_resource (), RECIPE, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  tar = sb_tar_new_for_file ("Dockerfile", 0644, recipe);
  job = sb_image_job_new_build (self->client, tar, image);
  /* It installs packages. */
  sb_image_job_allow_network (job);

  return job;
}

static void
sb_docker_backend_iface_init (SbSandboxBackendInterface *iface)
{
  iface->get_label = sb_docker_backend_get_label;
  iface->get_info = sb_docker_backend_get_info;
  iface->probe_async = sb_docker_backend_probe_async;
  iface->probe_finish = sb_docker_backend_probe_finish;
  iface->start_async = sb_docker_backend_start_async;
  iface->start_finish = sb_docker_backend_start_finish;
  iface->remove_async = sb_docker_backend_remove_async;
  iface->remove_finish = sb_docker_backend_remove_finish;
  iface->explain_async = sb_docker_backend_explain_async;
  iface->explain_finish = sb_docker_backend_explain_finish;
  iface->new_image_job = sb_docker_backend_new_image_job;
}

static void
sb_docker_backend_finalize (GObject *object)
{
  SbDockerBackend *self = SB_DOCKER_BACKEND (object);

  g_clear_pointer (&self->undertaker, sb_docker_undertaker_dismiss);
  g_clear_object (&self->client);
  g_clear_pointer (&self->helper, sb_docker_helper_free);
  g_clear_pointer (&self->engine, sb_docker_engine_free);
  g_free (self->helper_path);
  g_free (self->image);

  G_OBJECT_CLASS (sb_docker_backend_parent_class)->finalize (object);
}

static void
sb_docker_backend_class_init (SbDockerBackendClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_docker_backend_finalize;
}

static void
sb_docker_backend_init (SbDockerBackend *self)
{
}

/**
 * sb_docker_backend_new:
 * @client: the engine
 * @helper_path: (nullable): sandbar-init; %NULL: looked for beside the program and where it is installed
 * @image: (nullable): the image of sandboxes that ask for none; %NULL: what SANDBAR_IMAGE names, or the
 * project's own
 *
 * Sandboxes as containers. Reads and connects to nothing before the first probe or start.
 *
 * Returns: (transfer full): a new backend
 */
SbSandboxBackend *
sb_docker_backend_new (SbDockerClient *client,
                       const char     *helper_path,
                       const char     *image)
{
  SbDockerBackend *self = NULL;
  const char *named = g_getenv ("SANDBAR_IMAGE");

  g_return_val_if_fail (SB_IS_DOCKER_CLIENT (client), NULL);

  self = g_object_new (SB_TYPE_DOCKER_BACKEND, NULL);
  self->client = g_object_ref (client);
  self->helper_path = helper_path != NULL ? g_strdup (helper_path) : sb_helper_path_find ();
  if (image == NULL)
    image = named != NULL && *named != '\0' ? named : DEFAULT_IMAGE;
  self->image = g_strdup (image);

  return SB_SANDBOX_BACKEND (self);
}

SbDockerClient *
sb_docker_backend_get_client (SbSandboxBackend *backend)
{
  return SB_IS_DOCKER_BACKEND (backend) ? SB_DOCKER_BACKEND (backend)->client : NULL;
}
