/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tool-registry.h"

#include <string.h>

typedef struct
{
  SbToolRegistry *registry; /* borrowed */
  SbMcpClient    *client;
  char           *name;     /* nullable: our own */
  GPtrArray      *tools;    /* of SbMcpTool */
  gulong          changed_id;
  gulong          closed_id;
} Server;

struct _SbToolRegistry
{
  GObject       parent_instance;

  /* owned */
  GPtrArray    *servers; /* of Server */
  SbGateway    *gateway; /* nullable */
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (SbToolRegistry, sb_tool_registry, G_TYPE_OBJECT)

static void initialized_cb (GObject      *source,
                            GAsyncResult *result,
                            gpointer      user_data);
static void listed_cb      (GObject      *source,
                            GAsyncResult *result,
                            gpointer      user_data);

static void
server_free (Server *server)
{
  g_clear_signal_handler (&server->changed_id, server->client);
  g_clear_signal_handler (&server->closed_id, server->client);
  sb_mcp_client_close (server->client);
  g_object_unref (server->client);
  g_ptr_array_unref (server->tools);
  g_free (server->name);
  g_free (server);
}

static Server *
find_server (SbToolRegistry *self,
             SbMcpClient    *client)
{
  for (guint i = 0; i < self->servers->len; i++)
    {
      Server *server = g_ptr_array_index (self->servers, i);

      if (server->client == client)
        return server;
    }

  return NULL;
}

static const SbMcpTool *
find_tool (SbToolRegistry  *self,
           const char      *name,
           Server         **server)
{
  for (guint i = 0; i < self->servers->len; i++)
    {
      Server *candidate = g_ptr_array_index (self->servers, i);

      for (guint j = 0; j < candidate->tools->len; j++)
        {
          SbMcpTool *tool = g_ptr_array_index (candidate->tools, j);

          if (strcmp (tool->name, name) != 0)
            continue;
          *server = candidate;
          return tool;
        }
    }

  return NULL;
}

static void
relisted_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(SbToolRegistry) self = user_data;
  Server *server = find_server (self, SB_MCP_CLIENT (source));
  GPtrArray *tools = sb_mcp_client_list_tools_finish (SB_MCP_CLIENT (source), result, NULL);

  if (tools == NULL)
    return;
  if (server == NULL)
    {
      g_ptr_array_unref (tools);
      return;
    }

  g_ptr_array_unref (server->tools);
  server->tools = tools;
}

static void
tools_changed_cb (SbMcpClient *client,
                  gpointer     user_data)
{
  Server *server = user_data;

  sb_mcp_client_list_tools_async (client, server->registry->cancellable, relisted_cb, g_object_ref (server->registry));
}

static void
closed_cb (SbMcpClient *client,
           gpointer     error,
           gpointer     user_data)
{
  Server *server = user_data;

  g_ptr_array_remove (server->registry->servers, server);
}

static void
initialized_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (!sb_mcp_client_initialize_finish (SB_MCP_CLIENT (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  sb_mcp_client_list_tools_async (SB_MCP_CLIENT (source), g_task_get_cancellable (task), listed_cb,
                                  g_object_ref (task));
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbToolRegistry *self = g_task_get_source_object (task);
  SbMcpClient *client = SB_MCP_CLIENT (source);
  GError *error = NULL;
  GPtrArray *tools = sb_mcp_client_list_tools_finish (client, result, &error);
  Server *server;

  if (tools == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  server = g_new0 (Server, 1);
  server->registry = self;
  server->client = g_object_ref (client);
  server->name = g_strdup (g_task_get_task_data (task));
  server->tools = tools;
  server->changed_id = g_signal_connect (client, "tools-changed", G_CALLBACK (tools_changed_cb), server);
  server->closed_id = g_signal_connect (client, "closed", G_CALLBACK (closed_cb), server);
  g_ptr_array_add (self->servers, server);

  g_task_return_boolean (task, TRUE);
}

static void
sb_tool_registry_finalize (GObject *object)
{
  SbToolRegistry *self = SB_TOOL_REGISTRY (object);

  g_ptr_array_unref (self->servers);
  g_clear_object (&self->gateway);
  g_object_unref (self->cancellable);

  G_OBJECT_CLASS (sb_tool_registry_parent_class)->finalize (object);
}

static void
sb_tool_registry_class_init (SbToolRegistryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_tool_registry_finalize;
}

static void
sb_tool_registry_init (SbToolRegistry *self)
{
  self->servers = g_ptr_array_new_with_free_func ((GDestroyNotify) server_free);
  self->cancellable = g_cancellable_new ();
}

SbToolRegistry *
sb_tool_registry_new (void)
{
  return g_object_new (SB_TYPE_TOOL_REGISTRY, NULL);
}

/**
 * sb_tool_registry_add_async:
 * @server_name: (nullable): as the user knows it; NULL for our own server, whose tools need no question
 */
void
sb_tool_registry_add_async (SbToolRegistry      *self,
                            SbMcpClient         *client,
                            const char          *server_name,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (SB_IS_TOOL_REGISTRY (self));
  g_return_if_fail (SB_IS_MCP_CLIENT (client));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_tool_registry_add_async);
  g_task_set_task_data (task, g_strdup (server_name), g_free);
  sb_mcp_client_initialize_async (client, cancellable, initialized_cb, g_object_ref (task));
}

gboolean
sb_tool_registry_add_finish (SbToolRegistry  *self,
                             GAsyncResult    *result,
                             GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * sb_tool_registry_set_gateway:
 *
 * Its tools are offered behind those of the servers added one by one, under the names that it gives them.
 */
void
sb_tool_registry_set_gateway (SbToolRegistry *self,
                              SbGateway      *gateway)
{
  g_return_if_fail (SB_IS_TOOL_REGISTRY (self));

  g_set_object (&self->gateway, gateway);
}

static void
add_allowed (SbToolRegistry  *self,
             SbAgent         *agent,
             const SbMcpTool *tool,
             GPtrArray       *allowed)
{
  if (sb_tool_registry_allows (agent, tool->name) && sb_tool_registry_lookup (self, tool->name, NULL, NULL) == tool)
    g_ptr_array_add (allowed, (gpointer) tool);
}

/**
 * sb_tool_registry_list:
 *
 * Returns: (transfer container): of SbMcpTool; they live until the main loop runs again
 */
GPtrArray *
sb_tool_registry_list (SbToolRegistry *self,
                       SbAgent        *agent)
{
  GPtrArray *allowed = g_ptr_array_new ();
  g_autoptr(GPtrArray) more = NULL;

  g_return_val_if_fail (SB_IS_TOOL_REGISTRY (self), allowed);

  for (guint i = 0; i < self->servers->len; i++)
    {
      Server *server = g_ptr_array_index (self->servers, i);

      for (guint j = 0; j < server->tools->len; j++)
        add_allowed (self, agent, g_ptr_array_index (server->tools, j), allowed);
    }

  more = self->gateway != NULL ? sb_gateway_list_tools (self->gateway) : NULL;
  for (guint i = 0; more != NULL && i < more->len; i++)
    add_allowed (self, agent, sb_gateway_tool_get_tool (g_ptr_array_index (more, i)), allowed);

  return allowed;
}

/**
 * sb_tool_registry_lookup:
 * @client: (out) (optional) (transfer none): whom to call it at
 * @real_name: (out) (optional) (transfer none): what it is called there
 *
 * Returns: (transfer none) (nullable)
 */
const SbMcpTool *
sb_tool_registry_lookup (SbToolRegistry  *self,
                         const char      *name,
                         SbMcpClient    **client,
                         const char     **real_name)
{
  Server *server = NULL;
  const SbMcpTool *tool;
  SbGatewayTool *other;

  g_return_val_if_fail (SB_IS_TOOL_REGISTRY (self), NULL);

  tool = find_tool (self, name, &server);
  if (tool != NULL)
    {
      if (client != NULL)
        *client = server->client;
      if (real_name != NULL)
        *real_name = tool->name;
      return tool;
    }

  other = self->gateway != NULL ? sb_gateway_find_tool (self->gateway, name, client) : NULL;
  if (other != NULL && real_name != NULL)
    *real_name = sb_gateway_tool_get_name (other);

  return other != NULL ? sb_gateway_tool_get_tool (other) : NULL;
}

/* Returns: (transfer none) (nullable): whose tool it is; NULL: our own server's, or nobody's */
static const char *
get_server_name (SbToolRegistry *self,
                 const char     *name)
{
  Server *server = NULL;
  SbGatewayTool *tool;

  if (find_tool (self, name, &server) != NULL)
    return server->name;

  tool = self->gateway != NULL ? sb_gateway_find_tool (self->gateway, name, NULL) : NULL;

  return tool != NULL ? sb_gateway_tool_get_server_name (tool) : NULL;
}

/**
 * sb_tool_registry_new_approval:
 * @arguments: as the model wrote them; shown to the user
 * @trace_id: of the call
 *
 * A server's word that its tool only reads is not believed: what leaves the machine is in the arguments.
 *
 * Returns: (transfer full) (nullable): the question before a call, remembered by server and tool; NULL: none is needed
 */
SbApproval *
sb_tool_registry_new_approval (SbToolRegistry *self,
                               const char     *name,
                               const char     *arguments,
                               const char     *trace_id)
{
  const char *server_name;
  g_autofree char *key = NULL;
  g_autofree char *title = NULL;

  g_return_val_if_fail (SB_IS_TOOL_REGISTRY (self), NULL);

  server_name = get_server_name (self, name);
  if (server_name == NULL)
    return NULL;

  key = g_strdup_printf ("tool:%s:%s", server_name, name);
  title = g_strdup_printf ("Call %s of the server %s", name, server_name);

  return sb_approval_new ("tool", key, title, arguments, trace_id);
}

/**
 * sb_tool_registry_allows:
 *
 * Whether the agent's allow-list holds the tool; "*" stands for every tool.
 */
gboolean
sb_tool_registry_allows (SbAgent    *agent,
                         const char *name)
{
  const char * const *tools = sb_agent_get_tools (agent);

  return g_strv_contains (tools, "*") || g_strv_contains (tools, name);
}

gboolean
sb_tool_registry_is_empty (SbToolRegistry *self)
{
  g_return_val_if_fail (SB_IS_TOOL_REGISTRY (self), TRUE);

  return self->servers->len == 0;
}

/* Closes every connection; nothing is offered afterwards. */
void
sb_tool_registry_close (SbToolRegistry *self)
{
  g_return_if_fail (SB_IS_TOOL_REGISTRY (self));

  g_cancellable_cancel (self->cancellable);
  g_ptr_array_set_size (self->servers, 0);
}
