/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-server-container.h"

#include "sb-docker-attach.h"
#include "sb-docker-request.h"
#include "sb-json.h"
#include "sb-mcp-stream-transport.h"

/* Docker's gateway's own defaults, and a limit that it lacks. */
#define DEFAULT_CPUS 1.0
#define DEFAULT_MEMORY ((gint64) 2 * 1024 * 1024 * 1024)
#define DEFAULT_PIDS 512
#define NANO 1e9
/* From the end of its input to KILL, by the engine. */
#define STOP_SECONDS 5

G_DEFINE_QUARK (sb-gateway-error-quark, sb_gateway_error)

typedef struct
{
  /* owned */
  JsonObject  *request;
  char        *image;
  char        *name;
  SbServerLog *log;
  char        *id;      /* nullable until it was created */
  SbDuplex    *duplex;  /* nullable until attached */
  GError      *error;   /* why it did not come up, while it is taken away */
} Start;

static void
start_free (gpointer data)
{
  Start *start = data;

  g_clear_pointer (&start->request, json_object_unref);
  g_clear_object (&start->log);
  g_clear_object (&start->duplex);
  g_clear_error (&start->error);
  g_free (start->image);
  g_free (start->name);
  g_free (start->id);
  g_free (start);
}

/* The request */

static JsonArray *
new_strings (GStrv strings)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; strings != NULL && strings[i] != NULL; i++)
    json_array_add_string_element (array, strings[i]);

  return array;
}

static JsonArray *
new_environment (GPtrArray *env)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; env != NULL && i < env->len; i++)
    {
      SbLaunchPair *pair = g_ptr_array_index (env, i);
      g_autofree char *entry = g_strdup_printf ("%s=%s", pair->name, pair->value);

      json_array_add_string_element (array, entry);
    }

  return array;
}

static JsonArray *
new_binds (GPtrArray *mounts)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; mounts != NULL && i < mounts->len; i++)
    {
      g_autofree char *bind = sb_server_mount_to_bind (g_ptr_array_index (mounts, i));

      json_array_add_string_element (array, bind);
    }

  return array;
}

static JsonObject *
new_host_config (const SbServerLaunch *launch,
                 const char           *network)
{
  JsonObject *host = json_object_new ();
  JsonArray *security = json_array_new ();
  gint64 memory = launch->memory > 0 ? launch->memory : DEFAULT_MEMORY;

  json_array_add_string_element (security, "no-new-privileges");
  json_object_set_array_member (host, "SecurityOpt", security);
  json_object_set_boolean_member (host, "AutoRemove", TRUE);
  json_object_set_boolean_member (host, "Init", TRUE);
  json_object_set_int_member (host, "NanoCpus", (launch->cpus > 0 ? launch->cpus : DEFAULT_CPUS) * NANO);
  json_object_set_int_member (host, "Memory", memory);
  json_object_set_int_member (host, "MemorySwap", memory);
  json_object_set_int_member (host, "PidsLimit", launch->pids > 0 ? launch->pids : DEFAULT_PIDS);
  if (network != NULL)
    json_object_set_string_member (host, "NetworkMode", network);
  else if (launch->network == SB_SERVER_NETWORK_NONE)
    json_object_set_string_member (host, "NetworkMode", "none");
  json_object_set_array_member (host, "Binds", new_binds (launch->mounts));
  /* In another container's network the list of hosts is that one's. */
  if (network == NULL)
    json_object_set_array_member (host, "ExtraHosts", new_strings (launch->extra_hosts));

  return host;
}

/**
 * sb_server_container_new_request:
 * @launch: of kind IMAGE
 * @network: (nullable): of SbServerEgress, instead of the launch's own
 *
 * As Docker's gateway runs a server (its `docker run` line, research of its clientpool), with a limit on processes and
 * labels that say whose it is. Its input is held once: it ends with us.
 *
 * Returns: (transfer full): the body of POST /containers/create
 */
JsonObject *
sb_server_container_new_request (const SbServerLaunch *launch,
                                 const char           *network)
{
  JsonObject *request = json_object_new ();
  JsonObject *labels = sb_docker_request_new_labels (NULL);

  json_object_set_string_member (labels, "docker-mcp", "true");
  json_object_set_string_member (labels, "docker-mcp-tool-type", "mcp");
  json_object_set_string_member (labels, "docker-mcp-name", launch->name);
  json_object_set_string_member (labels, "docker-mcp-transport", "stdio");

  json_object_set_string_member (request, "Image", launch->image);
  if (launch->arguments != NULL && launch->arguments[0] != NULL)
    json_object_set_array_member (request, "Cmd", new_strings (launch->arguments));
  json_object_set_array_member (request, "Env", new_environment (launch->env));
  if (launch->user != NULL)
    json_object_set_string_member (request, "User", launch->user);
  json_object_set_object_member (request, "Labels", labels);
  json_object_set_boolean_member (request, "OpenStdin", TRUE);
  json_object_set_boolean_member (request, "StdinOnce", TRUE);
  json_object_set_boolean_member (request, "AttachStdin", TRUE);
  json_object_set_boolean_member (request, "AttachStdout", TRUE);
  json_object_set_boolean_member (request, "AttachStderr", TRUE);
  json_object_set_boolean_member (request, "Tty", FALSE);
  json_object_set_object_member (request, "HostConfig", new_host_config (launch, network));

  return request;
}

/* Start */

static void
taken_away_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Start *start = g_task_get_task_data (task);

  sb_server_container_end_finish (SB_DOCKER_CLIENT (source), result, NULL);
  g_task_return_error (task, g_steal_pointer (&start->error));
}

static GError *
explain (Start        *start,
         const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_error_copy (error);
  if (g_error_matches (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_NOT_FOUND))
    return g_error_new (SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_IMAGE,
                        "The image %s of the server %s is not in the engine. Pull or build it first.", start->image,
                        start->name);

  return g_error_new (SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_START, "The server %s could not be started: %s", start->name,
                      error->message);
}

static void
fail (GTask        *task,
      const GError *error)
{
  SbDockerClient *client = g_task_get_source_object (task);
  Start *start = g_task_get_task_data (task);

  start->error = explain (start, error);
  if (start->duplex != NULL)
    sb_duplex_close (start->duplex);
  if (start->id == NULL)
    g_task_return_error (task, g_steal_pointer (&start->error));
  else
    sb_server_container_end_async (client, start->id, taken_away_cb, g_object_ref (task));
}

static void
stderr_cb (const guint8 *data,
           gsize         length,
           gpointer      user_data)
{
  sb_server_log_feed (SB_SERVER_LOG (user_data), data, length);
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Start *start = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = sb_docker_client_call_finish (SB_DOCKER_CLIENT (source), result, &error);
  SbMcpTransport *transport;

  if (error != NULL)
    {
      fail (task, error);
      return;
    }

  transport = sb_mcp_stream_transport_new (start->duplex);
  /* The log lives as long as what writes into it. */
  g_object_set_data_full (G_OBJECT (start->duplex), "sandbar-server-log", g_object_ref (start->log), g_object_unref);
  sb_docker_attach_set_stderr_func (start->duplex, stderr_cb, start->log);
  g_task_return_pointer (task, transport, g_object_unref);
}

static void
attached_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Start *start = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_strdup_printf ("/containers/%s/start", start->id);

  start->duplex = sb_docker_client_attach_finish (SB_DOCKER_CLIENT (source), result, &error);
  if (start->duplex == NULL)
    fail (task, error);
  else
    sb_docker_client_call_async (SB_DOCKER_CLIENT (source), "POST", path, NULL, g_task_get_cancellable (task),
                                 started_cb, g_object_ref (task));
}

static void
created_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Start *start = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = sb_docker_client_call_finish (SB_DOCKER_CLIENT (source), result, &error);
  const char *id = node != NULL && JSON_NODE_HOLDS_OBJECT (node)
                   ? sb_json_get_string (json_node_get_object (node), "Id") : NULL;

  if (error == NULL && id == NULL)
    g_set_error_literal (&error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_PROTOCOL, "the engine names no container");
  if (error != NULL)
    {
      fail (task, error);
      return;
    }

  start->id = g_strdup (id);
  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    {
      fail (task, error);
      return;
    }

  sb_docker_client_attach_async (SB_DOCKER_CLIENT (source), id, g_task_get_cancellable (task), attached_cb,
                                 g_object_ref (task));
}

/**
 * sb_server_container_run_async:
 * @launch: of kind IMAGE; borrowed for the call
 * @network: (nullable): as in sb_server_container_new_request()
 * @log: gets its standard error
 * @cancellable: (nullable): what was made so far is taken away
 *
 * Creates the container, attaches to it, starts it. The image has to be there. Errors: SB_GATEWAY_ERROR.
 */
void
sb_server_container_run_async (SbDockerClient       *client,
                               const SbServerLaunch *launch,
                               const char           *network,
                               SbServerLog          *log,
                               GCancellable         *cancellable,
                               GAsyncReadyCallback   callback,
                               gpointer              user_data)
{
  g_autoptr(GTask) task = g_task_new (client, cancellable, callback, user_data);
  Start *start = g_new0 (Start, 1);

  g_task_set_source_tag (task, sb_server_container_run_async);
  /* What was made is handed out or taken away, never forgotten. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, start, start_free);
  start->request = sb_server_container_new_request (launch, network);
  start->image = g_strdup (launch->image);
  start->name = g_strdup (launch->name);
  start->log = g_object_ref (log);
  /* Not cancellable: of a container whose id never arrived nobody knows. */
  sb_docker_client_call_async (client, "POST", "/containers/create", start->request, NULL, created_cb,
                               g_object_ref (task));
}

/**
 * sb_server_container_run_finish:
 * @id: (out) (transfer full): the container's
 *
 * Returns: (transfer full) (nullable): not started
 */
SbMcpTransport *
sb_server_container_run_finish (SbDockerClient  *client,
                                GAsyncResult    *result,
                                char           **id,
                                GError         **error)
{
  Start *start = g_task_get_task_data (G_TASK (result));
  SbMcpTransport *transport;

  g_return_val_if_fail (g_task_is_valid (result, client), NULL);

  transport = g_task_propagate_pointer (G_TASK (result), error);
  if (transport != NULL)
    *id = g_strdup (start->id);

  return transport;
}

/* End */

static void
gone_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = sb_docker_client_call_finish (SB_DOCKER_CLIENT (source), result, &error);

  if (error == NULL || g_error_matches (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_NOT_FOUND))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
removed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = sb_docker_client_call_finish (SB_DOCKER_CLIENT (source), result, &error);
  g_autofree char *path = g_strdup_printf ("/containers/%s/wait?condition=removed",
                                           (char *) g_task_get_task_data (task));

  /* AutoRemove was quicker, and is still at it. */
  if (g_error_matches (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_CONFLICT))
    sb_docker_client_call_async (SB_DOCKER_CLIENT (source), "POST", path, NULL, NULL, gone_cb, g_object_ref (task));
  else if (error == NULL || g_error_matches (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_NOT_FOUND))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  g_autoptr(JsonNode) node = sb_docker_client_call_finish (SB_DOCKER_CLIENT (source), result, NULL);
  g_autofree char *path = g_strdup_printf ("/containers/%s?force=1&v=1", (char *) g_task_get_task_data (task));

  sb_docker_client_call_async (SB_DOCKER_CLIENT (source), "DELETE", path, NULL, NULL, removed_cb, g_object_ref (task));
}

/**
 * sb_server_container_end_async:
 *
 * Its input should be closed by now. Waits five seconds for its end, then kills and removes it.
 */
void
sb_server_container_end_async (SbDockerClient      *client,
                               const char          *id,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (client, NULL, callback, user_data);
  g_autofree char *path = g_strdup_printf ("/containers/%s/stop?t=%d", id, STOP_SECONDS);

  g_task_set_source_tag (task, sb_server_container_end_async);
  g_task_set_task_data (task, g_strdup (id), g_free);
  sb_docker_client_call_async (client, "POST", path, NULL, NULL, stopped_cb, g_object_ref (task));
}

gboolean
sb_server_container_end_finish (SbDockerClient  *client,
                                GAsyncResult    *result,
                                GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, client), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
