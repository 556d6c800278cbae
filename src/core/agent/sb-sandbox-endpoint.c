/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-endpoint.h"

#include "sb-id.h"
#include "sb-json.h"
#include "sb-mcp-http-server.h"
#include "sb-sandbox-server.h"

/* What an engine in a virtual machine calls this machine. */
#define HOST_NAME "host.docker.internal"

struct _SbSandboxEndpoint
{
  GObject parent_instance;

  /* owned */
  SbMcpServer     *server;
  SbMcpHttpServer *http;
  char            *url;
  char            *token;
};

G_DEFINE_FINAL_TYPE (SbSandboxEndpoint, sb_sandbox_endpoint, G_TYPE_OBJECT)

static void
accept_cb (SbMcpTransport *transport,
           gpointer        user_data)
{
  sb_mcp_server_accept (((SbSandboxEndpoint *) user_data)->server, transport);
}

/* Of the engine's default bridge: where its containers see this machine. (nullable) */
static const char *
find_bridge (JsonNode *answer)
{
  JsonObject *network = answer != NULL && JSON_NODE_HOLDS_OBJECT (answer) ? json_node_get_object (answer) : NULL;
  JsonObject *ipam = network != NULL ? sb_json_get_object (network, "IPAM") : NULL;
  JsonArray *configs = ipam != NULL ? sb_json_get_array (ipam, "Config") : NULL;

  for (guint i = 0; configs != NULL && i < json_array_get_length (configs); i++)
    {
      JsonNode *node = json_array_get_element (configs, i);
      const char *gateway = JSON_NODE_HOLDS_OBJECT (node) ? sb_json_get_string (json_node_get_object (node), "Gateway")
                                                          : NULL;

      if (gateway != NULL && g_hostname_is_ip_address (gateway))
        return gateway;
    }

  return NULL;
}

static gboolean
listen_at (SbSandboxEndpoint  *self,
           const char         *address,
           GError            **error)
{
  static const char * const names[] = { HOST_NAME, NULL };
  const SbMcpHttpServerOptions options = {
    .kind = SB_MCP_HTTP_SERVE_STREAMABLE,
    .address = address,
    .token = self->token,
    .hosts = names,
  };

  self->http = sb_mcp_http_server_new (&options, accept_cb, self, error);

  return self->http != NULL;
}

/* An engine of this machine has a bridge that we can listen at. One in a virtual machine brings its containers to our
 * loopback address by a name. */
static gboolean
serve (SbSandboxEndpoint  *self,
       const char         *bridge,
       GError            **error)
{
  g_autoptr(GUri) uri = NULL;

  if (bridge != NULL && listen_at (self, bridge, NULL))
    {
      self->url = g_strdup (sb_mcp_http_server_get_url (self->http));
      return TRUE;
    }
  if (!listen_at (self, NULL, error))
    return FALSE;

  uri = g_uri_parse (sb_mcp_http_server_get_url (self->http), G_URI_FLAGS_NONE, NULL);
  self->url = g_uri_join (G_URI_FLAGS_NONE, "http", NULL, HOST_NAME, g_uri_get_port (uri), g_uri_get_path (uri), NULL,
                          NULL);

  return TRUE;
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbSandboxEndpoint *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr(JsonNode) answer = sb_docker_client_call_finish (SB_DOCKER_CLIENT (source), result, &error);

  if (g_error_matches (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_NOT_FOUND))
    g_clear_error (&error);
  if (error != NULL || !serve (self, find_bridge (answer), &error))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_object_ref (self), g_object_unref);
}

static void
sb_sandbox_endpoint_dispose (GObject *object)
{
  SbSandboxEndpoint *self = SB_SANDBOX_ENDPOINT (object);

  if (self->http != NULL)
    sb_mcp_http_server_stop (self->http);
  g_clear_object (&self->http);
  g_clear_object (&self->server);

  G_OBJECT_CLASS (sb_sandbox_endpoint_parent_class)->dispose (object);
}

static void
sb_sandbox_endpoint_finalize (GObject *object)
{
  SbSandboxEndpoint *self = SB_SANDBOX_ENDPOINT (object);

  g_free (self->url);
  g_free (self->token);

  G_OBJECT_CLASS (sb_sandbox_endpoint_parent_class)->finalize (object);
}

static void
sb_sandbox_endpoint_class_init (SbSandboxEndpointClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_sandbox_endpoint_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_sandbox_endpoint_finalize;
}

static void
sb_sandbox_endpoint_init (SbSandboxEndpoint *self)
{
  g_autofree char *half = sb_id_new ("sandbar");

  self->token = sb_id_new (half);
}

/**
 * sb_sandbox_endpoint_open_async:
 * @docker: the engine whose containers are to reach it
 *
 * Listens at the engine's bridge, else at the loopback address; at a port that is free, behind a token of its own.
 */
void
sb_sandbox_endpoint_open_async (SbSandboxManager    *sandboxes,
                                SbApprovals         *approvals,
                                SbDockerClient      *docker,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  SbSandboxEndpoint *self = g_object_new (SB_TYPE_SANDBOX_ENDPOINT, NULL);
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, sb_sandbox_endpoint_open_async);
  g_task_set_task_data (task, self, g_object_unref);
  self->server = sb_sandbox_server_new (sandboxes, NULL, approvals);
  sb_docker_client_call_async (docker, "GET", "/networks/bridge", NULL, cancellable, answered_cb, task);
}

/* Returns: (transfer full): NULL with SB_DOCKER_ERROR, or that of listening */
SbSandboxEndpoint *
sb_sandbox_endpoint_open_finish (GAsyncResult  *result,
                                 GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

const char *
sb_sandbox_endpoint_get_url (SbSandboxEndpoint *self)
{
  g_return_val_if_fail (SB_IS_SANDBOX_ENDPOINT (self), NULL);

  return self->url;
}

const char *
sb_sandbox_endpoint_get_token (SbSandboxEndpoint *self)
{
  g_return_val_if_fail (SB_IS_SANDBOX_ENDPOINT (self), NULL);

  return self->token;
}
