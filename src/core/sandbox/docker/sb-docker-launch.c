/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-launch.h"

#include <string.h>

#include "sb-docker-facts.h"
#include "sb-docker-gone.h"
#include "sb-docker-request.h"
#include "sb-handshake.h"
#include "sb-json.h"
#include "sb-sandbox-spec.h"

#define GREETING_MS 10000
/* For an engine that has not answered before. */
#define REMOVE_SECONDS 3

typedef enum
{
  LAUNCH_ASKING, /* whether it is awake: creating has to have more patience */
  LAUNCH_CREATING,
  LAUNCH_ATTACHING,
  LAUNCH_STARTING,
  LAUNCH_INSPECTING,
  LAUNCH_IDENTIFYING, /* the image */
  LAUNCH_GREETING,
  LAUNCH_REMOVING, /* after a failure */
  LAUNCH_DONE,
} LaunchState;

typedef struct
{
  /* owned */
  SbDockerClient *client;
  SbSandboxSpec  *spec;
  char           *image;
  char           *container;
  SbDuplex       *duplex;
  JsonNode       *inspected;
  JsonNode       *image_info; /* nullable */
  GPtrArray      *facts;
  GError         *error; /* what went wrong before the removing */
  JsonObject     *request;
  GCancellable   *removal;

  /* borrowed: the backend lives as long as the task */
  const SbDockerEngine *engine;

  LaunchState state;
  guint       removal_id;
} Launch;

static void
launch_free (gpointer data)
{
  Launch *launch = data;

  g_clear_object (&launch->client);
  sb_sandbox_spec_free (launch->spec);
  g_free (launch->image);
  g_free (launch->container);
  g_clear_object (&launch->duplex);
  g_clear_pointer (&launch->inspected, json_node_unref);
  g_clear_pointer (&launch->image_info, json_node_unref);
  g_clear_pointer (&launch->facts, g_ptr_array_unref);
  g_clear_error (&launch->error);
  json_object_unref (launch->request);
  g_clear_object (&launch->removal);
  g_clear_handle_id (&launch->removal_id, g_source_remove);
  g_free (launch);
}

static void
enter (Launch      *launch,
       LaunchState  state)
{
  g_assert (launch->state != LAUNCH_DONE);
  /* One after the other; each may fail, and the last one may succeed. */
  g_assert (state == launch->state + 1 || state == LAUNCH_REMOVING || state == LAUNCH_DONE);
  launch->state = state;
}

/* The one place that finishes. task: (transfer full) */
static void
finish (GTask *task)
{
  Launch *launch = g_task_get_task_data (task);

  enter (launch, LAUNCH_DONE);
  if (launch->error != NULL)
    g_task_return_error (task, g_steal_pointer (&launch->error));
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
removed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  /* If it does not go now, the next sweep finds it; the first error is the one to tell. */
  sb_docker_gone_finish (result, NULL);
  finish (G_TASK (user_data));
}

static gboolean
removal_over_cb (gpointer user_data)
{
  Launch *launch = user_data;

  launch->removal_id = 0;
  g_cancellable_cancel (launch->removal);

  return G_SOURCE_REMOVE;
}

/* task, error: (transfer full) */
static void
fail (GTask  *task,
      GError *error)
{
  Launch *launch = g_task_get_task_data (task);

  launch->error = sb_docker_launch_explain (error, launch->image);
  g_error_free (error);
  /* Even a create that failed, e.g. on its way back, may have made the container. */
  enter (launch, LAUNCH_REMOVING);
  g_clear_object (&launch->duplex);
  if (g_error_matches (launch->error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE))
    {
      launch->removal = g_cancellable_new ();
      launch->removal_id = g_timeout_add_seconds (REMOVE_SECONDS, removal_over_cb, launch);
    }
  sb_docker_gone_async (launch->client, launch->container, launch->removal, removed_cb, task);
}

static void
greeted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  GTask *task = G_TASK (user_data);
  Launch *launch = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr(SbGreeting) greeting = sb_handshake_finish (result, &error);

  if (greeting != NULL)
    launch->facts = sb_docker_facts_check (launch->spec, launch->engine,
                                           json_node_get_object (launch->inspected), greeting, &error);
  if (launch->facts != NULL)
    sb_docker_facts_add_image (launch->facts, json_node_get_object (launch->inspected),
                               launch->image_info != NULL && JSON_NODE_HOLDS_OBJECT (launch->image_info)
                               ? json_node_get_object (launch->image_info) : NULL);
  if (error != NULL)
    fail (task, error);
  else
    finish (task);
}

/* Nothing is refused for it: an image may have lost its name, and its container goes on. */
static void
identified_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  GTask *task = G_TASK (user_data);
  Launch *launch = g_task_get_task_data (task);

  launch->image_info = sb_docker_client_call_finish (launch->client, result, NULL);
  enter (launch, LAUNCH_GREETING);
  sb_handshake_async (launch->duplex, GREETING_MS, g_task_get_cancellable (task), greeted_cb, task);
}

/* By the id of what really runs: its name may mean another image by now. */
static void
identify (GTask *task)
{
  Launch *launch = g_task_get_task_data (task);
  const char *id = sb_json_get_string (json_node_get_object (launch->inspected), "Image");
  g_autofree char *escaped = g_uri_escape_string (id != NULL ? id : launch->image, "/:@", FALSE);
  g_autofree char *path = g_strdup_printf ("/images/%s/json", escaped);

  sb_docker_client_call_async (launch->client, "GET", path, NULL, g_task_get_cancellable (task), identified_cb, task);
}

static void
inspected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  GTask *task = G_TASK (user_data);
  Launch *launch = g_task_get_task_data (task);
  GError *error = NULL;

  launch->inspected = sb_docker_client_call_finish (launch->client, result, &error);
  if (error == NULL && (launch->inspected == NULL || !JSON_NODE_HOLDS_OBJECT (launch->inspected)))
    error = g_error_new_literal (SB_DOCKER_ERROR, SB_DOCKER_ERROR_PROTOCOL,
                                 "The engine does not tell how the sandbox runs.");
  if (error != NULL)
    {
      fail (task, error);
      return;
    }

  enter (launch, LAUNCH_IDENTIFYING);
  identify (task);
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  GTask *task = G_TASK (user_data);
  Launch *launch = g_task_get_task_data (task);
  g_autofree char *path = g_strdup_printf ("/containers/%s/json", launch->container);
  g_autoptr(JsonNode) node = NULL;
  GError *error = NULL;

  node = sb_docker_client_call_finish (launch->client, result, &error);
  if (error != NULL)
    {
      fail (task, error);
      return;
    }

  enter (launch, LAUNCH_INSPECTING);
  sb_docker_client_call_async (launch->client, "GET", path, NULL, g_task_get_cancellable (task), inspected_cb,
                               task);
}

static void
attached_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  GTask *task = G_TASK (user_data);
  Launch *launch = g_task_get_task_data (task);
  g_autofree char *path = g_strdup_printf ("/containers/%s/start", launch->container);
  GError *error = NULL;

  launch->duplex = sb_docker_client_attach_finish (launch->client, result, &error);
  if (error != NULL)
    {
      fail (task, error);
      return;
    }

  enter (launch, LAUNCH_STARTING);
  sb_docker_client_call_async (launch->client, "POST", path, NULL, g_task_get_cancellable (task), started_cb,
                               task);
}

static void
created_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  GTask *task = G_TASK (user_data);
  Launch *launch = g_task_get_task_data (task);
  g_autoptr(JsonNode) node = NULL;
  GError *error = NULL;

  node = sb_docker_client_call_finish (launch->client, result, &error);
  if (error != NULL || g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    {
      fail (task, error);
      return;
    }

  enter (launch, LAUNCH_ATTACHING);
  sb_docker_client_attach_async (launch->client, launch->container, g_task_get_cancellable (task),
                                 attached_cb, task);
}

static void
asked_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  GTask *task = G_TASK (user_data);
  Launch *launch = g_task_get_task_data (task);
  g_autofree char *path = g_strconcat ("/containers/create?name=", launch->container, NULL);
  g_autoptr(GError) error = NULL;

  if (!sb_docker_client_ping_finish (launch->client, result, &error))
    {
      /* There is nothing to remove yet. */
      launch->error = sb_docker_launch_explain (error, launch->image);
      finish (task);
      return;
    }

  enter (launch, LAUNCH_CREATING);
  /* Not cancellable: an engine that is left alone makes the container all the same, after we removed it. */
  sb_docker_client_call_async (launch->client, "POST", path, launch->request, NULL, created_cb, task);
}

/**
 * sb_docker_launch_async:
 * @client: the engine
 * @engine: what it can do; lives until @callback
 * @spec: what is asked for, with an id
 * @image: the image
 * @helper_volume: the filled volume with sandbar-init
 * @cancellable: (nullable): ends it and removes what there is
 * @callback: called when sandbar-init has answered and all was checked, or when nothing is left of the
 * attempt
 * @user_data: for it
 */
void
sb_docker_launch_async (SbDockerClient       *client,
                        const SbDockerEngine *engine,
                        const SbSandboxSpec  *spec,
                        const char           *image,
                        const char           *helper_volume,
                        GCancellable         *cancellable,
                        GAsyncReadyCallback   callback,
                        gpointer              user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Launch *launch = g_new0 (Launch, 1);

  g_task_set_source_tag (task, sb_docker_launch_async);
  launch->client = g_object_ref (client);
  launch->engine = engine;
  launch->spec = sb_sandbox_spec_copy (spec);
  launch->image = g_strdup (image);
  launch->container = sb_docker_request_dup_name (spec->id);
  launch->request = sb_docker_request_new (spec, image, helper_volume, engine);
  g_task_set_task_data (task, launch, launch_free);
  sb_docker_client_ping_async (client, cancellable, asked_cb, task);
}

/**
 * sb_docker_launch_finish:
 * @result: the result
 * @facts: (out) (transfer full): what was checked
 * @error: set to a #SbSandboxError, or to %G_IO_ERROR_CANCELLED
 *
 * Returns: (transfer full) (nullable): the stream to sandbar-init, not started
 */
SbDuplex *
sb_docker_launch_finish (GAsyncResult  *result,
                         GPtrArray    **facts,
                         GError       **error)
{
  Launch *launch = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  if (facts != NULL)
    *facts = g_steal_pointer (&launch->facts);

  return g_steal_pointer (&launch->duplex);
}

/* Neither engine nor API has a code for it: what the kernel of Linux says is passed on as it is. */
static gboolean
is_full (const GError *error)
{
  return strstr (error->message, "no space left on device") != NULL
         || strstr (error->message, "disk quota exceeded") != NULL;
}

/**
 * sb_docker_launch_explain:
 * @error: what a call of the engine said
 * @image: the image that was to be used
 *
 * Returns: (transfer full): the same as a #SbSandboxError
 */
GError *
sb_docker_launch_explain (const GError *error,
                          const char   *image)
{
  if (error->domain == SB_SANDBOX_ERROR || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_error_copy (error);
  if (g_error_matches (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNREACHABLE)
      || g_error_matches (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_DENIED)
      || g_error_matches (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_PROTOCOL)
      || g_error_matches (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNTRUSTED))
    return g_error_new_literal (SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE, error->message);
  if (g_error_matches (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_NOT_FOUND))
    return g_error_new (SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_IMAGE,
                        "The engine has no sandbox image “%s” yet. Run “sandbar-cli image build” once to make it.",
                        image);
  /* Not a failure of the start: filling the helper's volume again would only take more. */
  if (is_full (error))
    return g_error_new_literal (SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                                "The engine's disk is full, so no sandbox can start. Make room where the engine keeps "
                                "its data, for example by removing containers and images that nobody needs, and try "
                                "again.");

  return g_error_new (SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_START, "The sandbox did not come up. %s",
                      error->message);
}
