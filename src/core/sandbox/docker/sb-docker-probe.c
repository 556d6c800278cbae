/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-probe.h"

#include "sb-docker-gone.h"
#include "sb-docker-launch.h"

typedef enum
{
  PROBE_PING,
  PROBE_VERSION,
  PROBE_INFO,
  PROBE_SWEEP,
  PROBE_IMAGE,
  PROBE_HELPER,
  PROBE_DONE,
} ProbeState;

typedef struct
{
  /* owned */
  SbDockerClient *client;
  JsonNode       *version;
  SbDockerEngine *engine;
  char           *image;

  /* borrowed: the backend lives as long as the task */
  SbDockerHelper *helper;

  ProbeState state;
} Probe;

static void enter (GTask      *task,
                   ProbeState  state);

static void
probe_free (gpointer data)
{
  Probe *probe = data;

  g_clear_object (&probe->client);
  g_clear_pointer (&probe->version, json_node_unref);
  g_clear_pointer (&probe->engine, sb_docker_engine_free);
  g_free (probe->image);
  g_free (probe);
}

/* The one place that finishes. task, error: (transfer full) */
static void
finish (GTask  *task,
        GError *error)
{
  Probe *probe = g_task_get_task_data (task);

  probe->state = PROBE_DONE;
  if (error != NULL)
    g_task_return_error (task, sb_docker_launch_explain (error, probe->image));
  else
    g_task_return_pointer (task, g_steal_pointer (&probe->engine), (GDestroyNotify) sb_docker_engine_free);
  g_clear_error (&error);
  g_object_unref (task);
}

static void
next (GTask  *task,
      GError *error)
{
  Probe *probe = g_task_get_task_data (task);

  if (error != NULL || probe->state + 1 == PROBE_DONE)
    finish (task, error);
  else
    enter (task, probe->state + 1);
}

static GError *
check_arch (Probe *probe)
{
  const char *arch = sb_docker_helper_get_arch (probe->helper);

  if (g_str_equal (arch, probe->engine->arch))
    return NULL;

  return g_error_new (SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                      "The engine runs %s programs, but Sandbar's helper is for %s. Use another engine.",
                      probe->engine->arch, arch);
}

static JsonObject *
get_object (JsonNode *node,
            GError  **error)
{
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    return json_node_get_object (node);
  if (*error == NULL)
    g_set_error_literal (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_PROTOCOL,
                         "The engine does not say what it is.");

  return NULL;
}

static void
pinged_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GError *error = NULL;

  sb_docker_client_ping_finish (SB_DOCKER_CLIENT (source), result, &error);
  next (G_TASK (user_data), error);
}

static void
version_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Probe *probe = g_task_get_task_data (G_TASK (user_data));
  GError *error = NULL;

  probe->version = sb_docker_client_call_finish (probe->client, result, &error);
  get_object (probe->version, &error);
  next (G_TASK (user_data), error);
}

static void
info_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Probe *probe = g_task_get_task_data (G_TASK (user_data));
  GError *error = NULL;
  g_autoptr(JsonNode) node = sb_docker_client_call_finish (probe->client, result, &error);
  JsonObject *info = get_object (node, &error);

  if (info != NULL)
    probe->engine = sb_docker_engine_new (json_node_get_object (probe->version), info, &error);
  if (probe->engine != NULL)
    error = check_arch (probe);
  next (G_TASK (user_data), error);
}

static void
swept_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  GError *error = NULL;

  sb_docker_sweep_finish (result, &error);
  next (G_TASK (user_data), error);
}

static void
image_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  GError *error = NULL;
  g_autoptr(JsonNode) node = sb_docker_client_call_finish (SB_DOCKER_CLIENT (source), result, &error);

  next (G_TASK (user_data), error);
}

static void
installed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  GError *error = NULL;

  sb_docker_helper_install_finish (result, &error);
  next (G_TASK (user_data), error);
}

static void
look_for_image (GTask *task)
{
  Probe *probe = g_task_get_task_data (task);
  g_autofree char *name = g_uri_escape_string (probe->image, "/:@", FALSE);
  g_autofree char *path = g_strdup_printf ("/images/%s/json", name);

  sb_docker_client_call_async (probe->client, "GET", path, NULL, g_task_get_cancellable (task), image_cb,
                               task);
}

/* task: (transfer full) */
static void
enter (GTask      *task,
       ProbeState  state)
{
  Probe *probe = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  g_assert (state == PROBE_PING || state == probe->state + 1);
  probe->state = state;
  switch (state)
    {
    case PROBE_PING:
      sb_docker_client_ping_async (probe->client, cancellable, pinged_cb, task);
      break;
    case PROBE_VERSION:
      sb_docker_client_call_async (probe->client, "GET", "/version", NULL, cancellable, version_cb, task);
      break;
    case PROBE_INFO:
      sb_docker_client_call_async (probe->client, "GET", "/info", NULL, cancellable, info_cb, task);
      break;
    case PROBE_SWEEP:
      sb_docker_sweep_async (probe->client, sb_docker_helper_get_volume (probe->helper), cancellable, swept_cb, task);
      break;
    case PROBE_IMAGE:
      look_for_image (task);
      break;
    case PROBE_HELPER:
      sb_docker_helper_install_async (probe->helper, probe->client, probe->image, FALSE, cancellable,
                                      installed_cb, task);
      break;
    case PROBE_DONE:
    default:
      g_assert_not_reached ();
    }
}

/**
 * sb_docker_probe_async:
 * @client: the engine
 * @helper: sandbar-init; lives until @callback
 * @image: the image that sandboxes use
 * @cancellable: (nullable): ends it
 * @callback: called with the result
 * @user_data: for it
 *
 * Asks the engine what it is, sweeps what dead owners left, looks for the image and installs sandbar-init.
 */
void
sb_docker_probe_async (SbDockerClient      *client,
                       SbDockerHelper      *helper,
                       const char          *image,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Probe *probe = g_new0 (Probe, 1);

  g_task_set_source_tag (task, sb_docker_probe_async);
  probe->client = g_object_ref (client);
  probe->helper = helper;
  probe->image = g_strdup (image);
  g_task_set_task_data (task, probe, probe_free);
  enter (task, PROBE_PING);
}

/**
 * sb_docker_probe_finish:
 * @result: the result
 * @error: set to a #SbSandboxError, or to %G_IO_ERROR_CANCELLED
 *
 * Returns: (transfer full) (nullable): what the engine is
 */
SbDockerEngine *
sb_docker_probe_finish (GAsyncResult  *result,
                        GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
