/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-gateway-proxy.h"

#include <string.h>

#include "sb-json.h"
#include "sb-mcp-message.h"

#define NAME_SEPARATOR "__"
/* What belongs to one connection and not to the request. */
#define CONNECTION_META "io.modelcontextprotocol/"

struct _SbGatewayProxy
{
  GObject      parent_instance;

  /* owned */
  SbGateway   *gateway;
  SbMcpServer *server;
  GHashTable  *tools;   /* exposed name → SbGatewayTool, as the server lists it */
  GHashTable  *routes;  /* kind and exposed key → Route; kept until the end, for what is still being served */
  GHashTable  *watches; /* SbGatewayServer → Watch */
};

/* Where a prompt or a resource really is. */
typedef struct
{
  /* owned */
  char           *server_name;
  char           *key;

  /* borrowed */
  SbGatewayProxy *proxy;

  gboolean        offered;
} Route;

/* What one server offers besides tools. */
typedef struct
{
  /* owned */
  SbGatewayServer *server;
  SbMcpClient     *client;       /* nullable */
  GCancellable    *cancellable;  /* nullable */

  /* borrowed */
  SbGatewayProxy  *proxy;

  gulong           state_id;
  gulong           prompts_id;
  gulong           resources_id;
  gulong           updated_id;
} Watch;

/* A request on its way to a server. */
typedef struct
{
  /* owned */
  SbGatewayProxy *proxy;
  SbMcpExchange  *exchange;
  SbMcpToolCall  *call;     /* nullable */

  gint64          started;  /* monotonic */
} Relay;

enum
{
  CALL_STARTED,
  CALL_FINISHED,
  N_SIGNALS
};

typedef enum
{
  KIND_PROMPT,
  KIND_RESOURCE,
  KIND_TEMPLATE,
} Kind;

G_DEFINE_FINAL_TYPE (SbGatewayProxy, sb_gateway_proxy, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void
route_free (gpointer data)
{
  Route *route = data;

  g_free (route->server_name);
  g_free (route->key);
  g_free (route);
}

/* Relaying */

static JsonObject *
copy_members (JsonObject *object,
              const char *without_prefix)
{
  JsonObject *copy = json_object_new ();
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *node = NULL;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    if (without_prefix == NULL || !g_str_has_prefix (name, without_prefix))
      json_object_set_member (copy, name, json_node_ref (node));

  return copy;
}

/* The far server gets the request as it came; ids and tokens are those of our own connection to it. */
static JsonObject *
new_params (SbMcpExchange *exchange,
            const char    *member,
            const char    *value)
{
  JsonObject *params = copy_members (sb_mcp_exchange_get_params (exchange), NULL);
  JsonObject *meta = sb_json_get_object (params, "_meta");

  if (meta != NULL)
    {
      JsonObject *kept = copy_members (meta, CONNECTION_META);

      if (json_object_has_member (kept, "progressToken"))
        json_object_remove_member (kept, "progressToken");
      json_object_set_object_member (params, "_meta", kept);
    }
  if (member != NULL)
    json_object_set_string_member (params, member, value);

  return params;
}

static void
relay_free (Relay *relay)
{
  g_clear_object (&relay->call);
  g_clear_object (&relay->exchange);
  g_clear_object (&relay->proxy);
  g_free (relay);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Relay, relay_free)

static void
pass_refusal (Relay        *relay,
              JsonObject   *refusal,
              const GError *error)
{
  const char *text = refusal != NULL ? sb_json_get_string (refusal, "message") : NULL;

  if (refusal != NULL)
    sb_mcp_exchange_fail (relay->exchange, sb_json_get_int (refusal, "code", SB_MCP_CODE_INTERNAL),
                          text != NULL ? text : error->message, json_object_get_member (refusal, "data"));
  else if (relay->call != NULL)
    sb_mcp_tool_call_fail (relay->call, error->message, NULL);
  else
    sb_mcp_exchange_fail (relay->exchange, SB_MCP_CODE_INTERNAL, error->message, NULL);
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(Relay) relay = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) answer = sb_mcp_client_request_finish (SB_MCP_CLIENT (source), result, &error);

  if (answer != NULL)
    sb_mcp_exchange_respond (relay->exchange, copy_members (json_node_get_object (answer), NULL));
  else
    pass_refusal (relay, sb_mcp_client_request_get_refusal (result), error);

  if (relay->call != NULL)
    g_signal_emit (relay->proxy, signals[CALL_FINISHED], 0, sb_mcp_tool_call_get_name (relay->call),
                   g_get_monotonic_time () - relay->started, answer != NULL);
}

static void
progress_cb (double      progress,
             double      total,
             const char *text,
             gpointer    user_data)
{
  Relay *relay = user_data;

  sb_mcp_exchange_progress (relay->exchange, progress, total, text);
}

static void
pass_on (SbGatewayProxy *self,
         SbMcpExchange  *exchange,
         SbMcpToolCall  *call,
         SbMcpClient    *client,
         const char     *method,
         JsonObject     *params)
{
  Relay *order = g_new0 (Relay, 1);

  order->proxy = g_object_ref (self);
  order->exchange = g_object_ref (exchange);
  order->call = call != NULL ? g_object_ref (call) : NULL;
  order->started = g_get_monotonic_time ();
  /* How long is for the client to decide. */
  sb_mcp_client_request_async (client, method, params, 0, progress_cb, order,
                               sb_mcp_exchange_get_cancellable (exchange), answered_cb, order);
}

/* Tools */

static void
call_cb (SbMcpToolCall *call,
         gpointer       user_data)
{
  SbGatewayProxy *self = user_data;
  SbMcpExchange *exchange = sb_mcp_tool_call_get_exchange (call);
  const char *name = sb_mcp_tool_call_get_name (call);
  SbMcpClient *client = NULL;
  SbGatewayTool *tool = sb_gateway_find_tool (self->gateway, name, &client);

  if (tool == NULL)
    {
      sb_mcp_tool_call_fail (call, "The server of this tool is not running just now; try again later.", NULL);
      return;
    }

  g_signal_emit (self, signals[CALL_STARTED], 0, name,
                 json_object_get_size (sb_mcp_tool_call_get_arguments (call)));
  pass_on (self, exchange, call, client, "tools/call",
           new_params (exchange, "name", sb_gateway_tool_get_name (tool)));
}

static void
offer_tool (SbGatewayProxy *self,
            SbGatewayTool  *tool)
{
  const SbMcpTool *details = sb_gateway_tool_get_tool (tool);
  g_autoptr(JsonObject) entry = copy_members (details->entry, NULL);

  json_object_set_string_member (entry, "name", details->name);
  sb_mcp_server_set_tool (self->server, entry, call_cb, self);
}

/* In the catalogs' order; of SbGatewayTool. */
static GPtrArray *
collect_tools (SbGatewayProxy *self)
{
  GPtrArray *tools = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->gateway)); i++)
    {
      g_autoptr(SbGatewayServer) server = g_list_model_get_item (G_LIST_MODEL (self->gateway), i);
      GListModel *list = sb_gateway_server_get_tools (server);

      for (guint j = 0; j < g_list_model_get_n_items (list); j++)
        {
          g_autoptr(SbGatewayTool) tool = g_list_model_get_item (list, j);

          if (sb_gateway_find_tool (self->gateway, sb_gateway_tool_get_exposed_name (tool), NULL) == tool)
            g_ptr_array_add (tools, g_steal_pointer (&tool));
        }
    }

  return tools;
}

static void
tools_changed_cb (SbGatewayProxy *self)
{
  g_autoptr(GHashTable) old = g_steal_pointer (&self->tools);
  g_autoptr(GPtrArray) tools = collect_tools (self);
  GHashTableIter iter;
  gpointer name;

  self->tools = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  for (guint i = 0; i < tools->len; i++)
    {
      SbGatewayTool *tool = g_ptr_array_index (tools, i);

      g_hash_table_insert (self->tools, g_strdup (sb_gateway_tool_get_exposed_name (tool)), g_object_ref (tool));
    }

  g_hash_table_iter_init (&iter, old);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (self->tools, name))
      sb_mcp_server_remove_tool (self->server, name);
  for (guint i = 0; i < tools->len; i++)
    {
      SbGatewayTool *tool = g_ptr_array_index (tools, i);

      if (g_hash_table_lookup (old, sb_gateway_tool_get_exposed_name (tool)) != tool)
        offer_tool (self, tool);
    }
}

/* Prompts and resources */

static SbMcpClient *
find_client (Route *route)
{
  SbGatewayServer *server = sb_gateway_lookup (route->proxy->gateway, route->server_name);

  return server != NULL ? sb_gateway_server_get_client (server) : NULL;
}

static void
follow_route (Route         *route,
              SbMcpExchange *exchange,
              const char    *method,
              JsonObject    *params)
{
  g_autoptr(JsonObject) owned = params;
  SbMcpClient *client = find_client (route);

  if (client == NULL)
    sb_mcp_exchange_fail (exchange, SB_MCP_CODE_INTERNAL,
                          "The server of this is not running just now; try again later.", NULL);
  else
    pass_on (route->proxy, exchange, NULL, client, method, g_steal_pointer (&owned));
}

static void
get_prompt_cb (SbMcpExchange *exchange,
               gpointer       user_data)
{
  Route *route = user_data;

  follow_route (route, exchange, "prompts/get", new_params (exchange, "name", route->key));
}

static void
read_resource_cb (SbMcpExchange *exchange,
                  gpointer       user_data)
{
  follow_route (user_data, exchange, "resources/read", new_params (exchange, NULL, NULL));
}

static Route *
find_route (SbGatewayProxy *self,
            Kind            kind,
            const char     *exposed)
{
  g_autofree char *index = g_strdup_printf ("%d%s", kind, exposed);

  return g_hash_table_lookup (self->routes, index);
}

static void
complete_cb (SbMcpExchange *exchange,
             gpointer       user_data)
{
  JsonObject *ref = sb_json_get_object (sb_mcp_exchange_get_params (exchange), "ref");
  const char *name = ref != NULL ? sb_json_get_string (ref, "name") : NULL;
  const char *uri = ref != NULL ? sb_json_get_string (ref, "uri") : NULL;
  Route *route = NULL;
  JsonObject *params;

  if (name != NULL)
    route = find_route (user_data, KIND_PROMPT, name);
  else if (uri != NULL)
    route = find_route (user_data, KIND_TEMPLATE, uri);
  if (route == NULL)
    {
      sb_mcp_exchange_fail (exchange, SB_MCP_CODE_INVALID_PARAMS, "There is nothing of this name to complete.", NULL);
      return;
    }

  params = new_params (exchange, NULL, NULL);
  if (name != NULL)
    {
      JsonObject *renamed = copy_members (ref, NULL);

      json_object_set_string_member (renamed, "name", route->key);
      json_object_set_object_member (params, "ref", renamed);
    }
  follow_route (route, exchange, "completion/complete", params);
}

/* NULL when another server has this already. A route is never taken apart: something may still be on it. */
static Route *
take_route (SbGatewayProxy  *self,
            Kind             kind,
            const char      *exposed,
            SbGatewayServer *server,
            const char      *key)
{
  Route *route = find_route (self, kind, exposed);
  const char *name = sb_gateway_server_get_name (server);

  if (route == NULL)
    {
      route = g_new0 (Route, 1);
      route->proxy = self;
      g_hash_table_insert (self->routes, g_strdup_printf ("%d%s", kind, exposed), route);
    }
  else if (route->offered && !g_str_equal (route->server_name, name))
    {
      return NULL;
    }

  g_free (route->server_name);
  g_free (route->key);
  route->server_name = g_strdup (name);
  route->key = g_strdup (key);
  route->offered = TRUE;

  return route;
}

static void
withdraw (SbGatewayProxy *self,
          Kind            kind,
          const char     *exposed)
{
  if (kind == KIND_PROMPT)
    sb_mcp_server_remove_prompt (self->server, exposed);
  else
    sb_mcp_server_remove_resource (self->server, exposed);
}

static void
withdraw_all (SbGatewayProxy  *self,
              SbGatewayServer *server,
              gboolean         prompts)
{
  GHashTableIter iter;
  gpointer index, value;

  g_hash_table_iter_init (&iter, self->routes);
  while (g_hash_table_iter_next (&iter, &index, &value))
    {
      Route *route = value;
      Kind kind = g_ascii_digit_value (*(char *) index);

      if (!route->offered || (kind == KIND_PROMPT) != prompts ||
          !g_str_equal (route->server_name, sb_gateway_server_get_name (server)))
        continue;
      route->offered = FALSE;
      withdraw (self, kind, (char *) index + 1);
    }
}

static void
offer_prompt (Watch       *watch,
              SbMcpPrompt *prompt)
{
  SbGatewayProxy *self = watch->proxy;
  Route *route = take_route (self, KIND_PROMPT, prompt->name, watch->server, prompt->name);
  g_autoptr(JsonObject) entry = copy_members (prompt->entry, NULL);
  g_autofree char *longer = NULL;

  if (route == NULL)
    {
      longer = g_strconcat (sb_gateway_server_get_name (watch->server), NAME_SEPARATOR, prompt->name, NULL);
      route = take_route (self, KIND_PROMPT, longer, watch->server, prompt->name);
      json_object_set_string_member (entry, "name", longer);
    }
  if (route != NULL)
    sb_mcp_server_set_prompt (self->server, entry, get_prompt_cb, route);
}

/* An address cannot be told apart by a prefix: the first server keeps it. */
static void
offer_resource (Watch         *watch,
                Kind           kind,
                SbMcpResource *resource)
{
  Route *route = take_route (watch->proxy, kind, resource->uri, watch->server, resource->uri);
  g_autoptr(JsonObject) entry = copy_members (resource->entry, NULL);

  if (route != NULL)
    sb_mcp_server_set_resource (watch->proxy->server, entry, read_resource_cb, route);
}

/* The watch of a list that came; NULL when nobody waits for it any more. */
static Watch *
find_watch (SbGatewayProxy *self,
            GObject        *client)
{
  GHashTableIter iter;
  gpointer value;

  if (self->watches == NULL)
    return NULL;

  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if ((GObject *) ((Watch *) value)->client == client)
      return value;

  return NULL;
}

static void
prompts_listed_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(SbGatewayProxy) self = user_data;
  g_autoptr(GPtrArray) prompts = sb_mcp_client_list_prompts_finish (SB_MCP_CLIENT (source), result, NULL);
  Watch *watch = find_watch (self, source);

  if (prompts == NULL || watch == NULL)
    return;

  withdraw_all (self, watch->server, TRUE);
  for (guint i = 0; i < prompts->len; i++)
    offer_prompt (watch, g_ptr_array_index (prompts, i));
}

static void
templates_listed_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr(SbGatewayProxy) self = user_data;
  g_autoptr(GPtrArray) templates = sb_mcp_client_list_templates_finish (SB_MCP_CLIENT (source), result, NULL);
  Watch *watch = find_watch (self, source);

  for (guint i = 0; watch != NULL && templates != NULL && i < templates->len; i++)
    offer_resource (watch, KIND_TEMPLATE, g_ptr_array_index (templates, i));
}

static void
resources_listed_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr(SbGatewayProxy) self = user_data;
  g_autoptr(GPtrArray) resources = sb_mcp_client_list_resources_finish (SB_MCP_CLIENT (source), result, NULL);
  Watch *watch = find_watch (self, source);

  if (watch == NULL)
    return;

  withdraw_all (self, watch->server, FALSE);
  for (guint i = 0; resources != NULL && i < resources->len; i++)
    offer_resource (watch, KIND_RESOURCE, g_ptr_array_index (resources, i));
  sb_mcp_client_list_templates_async (watch->client, watch->cancellable, templates_listed_cb, g_object_ref (self));
}

static void
prompts_changed_cb (Watch *watch)
{
  if (sb_mcp_client_offers (watch->client, "prompts"))
    sb_mcp_client_list_prompts_async (watch->client, watch->cancellable, prompts_listed_cb,
                                      g_object_ref (watch->proxy));
}

static void
resources_changed_cb (Watch *watch)
{
  if (sb_mcp_client_offers (watch->client, "resources"))
    sb_mcp_client_list_resources_async (watch->client, watch->cancellable, resources_listed_cb,
                                        g_object_ref (watch->proxy));
}

static void
resource_updated_cb (Watch      *watch,
                     const char *uri)
{
  sb_mcp_server_tell_resource_updated (watch->proxy->server, uri);
}

/* Servers come and go */

static void
let_go (Watch *watch)
{
  g_cancellable_cancel (watch->cancellable);
  g_clear_object (&watch->cancellable);
  if (watch->client == NULL)
    return;

  g_clear_signal_handler (&watch->prompts_id, watch->client);
  g_clear_signal_handler (&watch->resources_id, watch->client);
  g_clear_signal_handler (&watch->updated_id, watch->client);
  g_clear_object (&watch->client);
}

static void
watch_free (gpointer data)
{
  Watch *watch = data;

  let_go (watch);
  g_clear_signal_handler (&watch->state_id, watch->server);
  g_clear_object (&watch->server);
  g_free (watch);
}

static void
state_cb (Watch *watch)
{
  SbMcpClient *client = sb_gateway_server_get_client (watch->server);

  if (client == watch->client)
    return;

  if (watch->client != NULL)
    {
      let_go (watch);
      withdraw_all (watch->proxy, watch->server, TRUE);
      withdraw_all (watch->proxy, watch->server, FALSE);
    }
  if (client == NULL)
    return;

  watch->client = g_object_ref (client);
  watch->cancellable = g_cancellable_new ();
  watch->prompts_id = g_signal_connect_swapped (client, "prompts-changed", G_CALLBACK (prompts_changed_cb), watch);
  watch->resources_id = g_signal_connect_swapped (client, "resources-changed", G_CALLBACK (resources_changed_cb),
                                                  watch);
  watch->updated_id = g_signal_connect_swapped (client, "resource-updated", G_CALLBACK (resource_updated_cb), watch);
  prompts_changed_cb (watch);
  resources_changed_cb (watch);
}

static void
watch_server (SbGatewayProxy  *self,
              SbGatewayServer *server)
{
  Watch *watch = g_new0 (Watch, 1);

  watch->server = g_object_ref (server);
  watch->proxy = self;
  watch->state_id = g_signal_connect_swapped (server, "notify::state", G_CALLBACK (state_cb), watch);
  g_hash_table_insert (self->watches, server, watch);
  state_cb (watch);
}

static void
servers_changed_cb (SbGatewayProxy *self)
{
  g_autoptr(GHashTable) old = g_steal_pointer (&self->watches);
  GHashTableIter iter;
  gpointer server;

  self->watches = g_hash_table_new_full (NULL, NULL, NULL, watch_free);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->gateway)); i++)
    {
      g_autoptr(SbGatewayServer) item = g_list_model_get_item (G_LIST_MODEL (self->gateway), i);
      Watch *watch = g_hash_table_lookup (old, item);

      if (watch == NULL)
        continue;
      g_hash_table_steal (old, item);
      g_hash_table_insert (self->watches, item, watch);
    }

  /* Before new servers offer the same. */
  g_hash_table_iter_init (&iter, old);
  while (g_hash_table_iter_next (&iter, &server, NULL))
    {
      withdraw_all (self, server, TRUE);
      withdraw_all (self, server, FALSE);
    }

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->gateway)); i++)
    {
      g_autoptr(SbGatewayServer) item = g_list_model_get_item (G_LIST_MODEL (self->gateway), i);

      if (!g_hash_table_contains (self->watches, item))
        watch_server (self, item);
    }
}

static void
sb_gateway_proxy_dispose (GObject *object)
{
  SbGatewayProxy *self = SB_GATEWAY_PROXY (object);

  if (self->gateway != NULL)
    g_signal_handlers_disconnect_by_data (self->gateway, self);
  g_clear_pointer (&self->watches, g_hash_table_unref);
  g_clear_object (&self->server);
  g_clear_object (&self->gateway);

  G_OBJECT_CLASS (sb_gateway_proxy_parent_class)->dispose (object);
}

static void
sb_gateway_proxy_finalize (GObject *object)
{
  SbGatewayProxy *self = SB_GATEWAY_PROXY (object);

  g_clear_pointer (&self->tools, g_hash_table_unref);
  g_clear_pointer (&self->routes, g_hash_table_unref);

  G_OBJECT_CLASS (sb_gateway_proxy_parent_class)->finalize (object);
}

static void
sb_gateway_proxy_class_init (SbGatewayProxyClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType text = G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE;

  object_class->dispose = sb_gateway_proxy_dispose;
  object_class->finalize = sb_gateway_proxy_finalize;

  signals[CALL_STARTED] = g_signal_new ("call-started", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 2, text, G_TYPE_UINT);
  signals[CALL_FINISHED] = g_signal_new ("call-finished", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 3, text, G_TYPE_INT64, G_TYPE_BOOLEAN);
}

static void
sb_gateway_proxy_init (SbGatewayProxy *self)
{
  self->tools = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->routes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, route_free);
  self->watches = g_hash_table_new_full (NULL, NULL, NULL, watch_free);
}

/**
 * sb_gateway_proxy_new:
 * @gateway: its servers come and go as they are started and stopped there
 *
 * Progress and cancellation of calls are passed on, too; questions of servers to their client are for the gateway's
 * own host. The gateway's tools, prompts and resources are followed from now on, and clients are told of changes.
 *
 * Returns: (transfer full): to be kept as long as clients are served
 */
SbGatewayProxy *
sb_gateway_proxy_new (SbGateway *gateway)
{
  SbGatewayProxy *self = g_object_new (SB_TYPE_GATEWAY_PROXY, NULL);

  self->gateway = g_object_ref (gateway);
  self->server = sb_mcp_server_new ("Sandbar MCP Gateway", PACKAGE_VERSION, NULL);
  sb_mcp_server_set_completion (self->server, complete_cb, self);
  sb_mcp_server_set_offers_all (self->server, TRUE);
  g_signal_connect_swapped (gateway, "tools-changed", G_CALLBACK (tools_changed_cb), self);
  g_signal_connect_swapped (gateway, "items-changed", G_CALLBACK (servers_changed_cb), self);
  servers_changed_cb (self);
  tools_changed_cb (self);

  return self;
}

SbMcpServer *
sb_gateway_proxy_get_server (SbGatewayProxy *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_PROXY (self), NULL);

  return self->server;
}
