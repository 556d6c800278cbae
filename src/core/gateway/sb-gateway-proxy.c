/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-gateway-proxy.h"

#include "sb-gateway-watch.h"
#include "sb-json.h"

struct _SbGatewayProxy
{
  GObject          parent_instance;

  /* owned */
  SbGateway       *gateway;
  SbMcpServer     *server;
  SbGatewayRelay  *relay;
  SbGatewayRoutes *routes;
  GHashTable      *tools;   /* exposed name → SbGatewayTool, as the server lists it */
  GHashTable      *watches; /* SbGatewayServer → SbGatewayWatch */

  SbGatewayParts   parts;   /* all of them borrowed from above */
};

enum
{
  CALL_STARTED,
  CALL_FINISHED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbGatewayProxy, sb_gateway_proxy, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void
relayed_cb (const char *name,
            gint64      duration,
            gboolean    answered,
            gpointer    user_data)
{
  g_signal_emit (user_data, signals[CALL_FINISHED], 0, name, duration, answered);
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
  SbGatewayTool *tool = NULL;
  JsonObject *params;

  if (sb_gateway_relay_resume (self->relay, exchange, call))
    return;

  tool = sb_gateway_find_tool (self->gateway, name, &client);
  if (tool == NULL)
    {
      sb_mcp_tool_call_fail (call, "The server of this tool is not running just now; try again later.", NULL);
      return;
    }

  g_signal_emit (self, signals[CALL_STARTED], 0, name,
                 json_object_get_size (sb_mcp_tool_call_get_arguments (call)));
  params = sb_gateway_relay_new_params (exchange);
  json_object_set_string_member (params, "name", sb_gateway_tool_get_name (tool));
  sb_gateway_relay_send (self->relay, exchange, call, client, "tools/call", params);
}

static void
offer_tool (SbGatewayProxy *self,
            SbGatewayTool  *tool)
{
  const SbMcpTool *details = sb_gateway_tool_get_tool (tool);
  g_autoptr(JsonObject) entry = sb_json_copy_object (details->entry);

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

/* Servers come and go */

static void
wants_changed_cb (SbGatewayProxy *self)
{
  GHashTableIter iter;
  gpointer watch;

  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, &watch))
    sb_gateway_watch_follow_wants (watch);
}

static void
roots_changed_cb (SbGatewayProxy *self)
{
  GHashTableIter iter;
  gpointer watch;

  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, &watch))
    sb_gateway_watch_tell_roots_changed (watch);
}

/* It may still be waiting for a list. */
static void
watch_free (gpointer data)
{
  sb_gateway_watch_end (data);
  g_object_unref (data);
}

static void
servers_changed_cb (SbGatewayProxy *self)
{
  g_autoptr(GHashTable) old = g_steal_pointer (&self->watches);
  GHashTableIter iter;
  gpointer watch;

  self->watches = g_hash_table_new_full (NULL, NULL, NULL, watch_free);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->gateway)); i++)
    {
      g_autoptr(SbGatewayServer) item = g_list_model_get_item (G_LIST_MODEL (self->gateway), i);
      SbGatewayWatch *kept = g_hash_table_lookup (old, item);

      if (kept == NULL)
        continue;
      g_hash_table_steal (old, item);
      g_hash_table_insert (self->watches, item, kept);
    }

  /* Before new servers offer the same. */
  g_hash_table_iter_init (&iter, old);
  while (g_hash_table_iter_next (&iter, NULL, &watch))
    sb_gateway_watch_withdraw (watch);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->gateway)); i++)
    {
      g_autoptr(SbGatewayServer) item = g_list_model_get_item (G_LIST_MODEL (self->gateway), i);

      if (!g_hash_table_contains (self->watches, item))
        g_hash_table_insert (self->watches, item, sb_gateway_watch_new (&self->parts, item));
    }
}

static void
sb_gateway_proxy_dispose (GObject *object)
{
  SbGatewayProxy *self = SB_GATEWAY_PROXY (object);

  if (self->gateway != NULL)
    g_signal_handlers_disconnect_by_data (self->gateway, self);
  if (self->server != NULL)
    g_signal_handlers_disconnect_by_data (self->server, self);
  g_clear_pointer (&self->watches, g_hash_table_unref);
  g_clear_object (&self->relay);
  g_clear_object (&self->server);
  g_clear_object (&self->gateway);

  G_OBJECT_CLASS (sb_gateway_proxy_parent_class)->dispose (object);
}

static void
sb_gateway_proxy_finalize (GObject *object)
{
  SbGatewayProxy *self = SB_GATEWAY_PROXY (object);

  g_clear_pointer (&self->tools, g_hash_table_unref);
  g_clear_pointer (&self->routes, sb_gateway_routes_free);

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
  self->routes = sb_gateway_routes_new (&self->parts);
  self->watches = g_hash_table_new_full (NULL, NULL, NULL, watch_free);
}

/**
 * sb_gateway_proxy_new:
 * @gateway: its servers come and go as they are started and stopped there
 *
 * Progress, cancellation, logs and subscriptions are passed on, too, and what servers that start from now on ask of
 * their client, if the one that called them offers it. The gateway's tools, prompts and resources are followed from
 * now on, and clients are told of changes.
 *
 * Returns: (transfer full): to be kept as long as clients are served
 */
SbGatewayProxy *
sb_gateway_proxy_new (SbGateway *gateway)
{
  SbGatewayProxy *self = g_object_new (SB_TYPE_GATEWAY_PROXY, NULL);

  self->gateway = g_object_ref (gateway);
  self->server = sb_mcp_server_new ("Sandbar MCP Gateway", PACKAGE_VERSION, NULL);
  sb_mcp_server_set_completion (self->server, sb_gateway_watch_complete, &self->parts);
  sb_mcp_server_set_offers_all (self->server, TRUE);
  self->relay = sb_gateway_relay_new (self->server);
  sb_gateway_relay_set_func (self->relay, relayed_cb, self);
  self->parts = (SbGatewayParts) { self->gateway, self->server, self->relay, self->routes };
  g_signal_connect_swapped (self->server, "wants-changed", G_CALLBACK (wants_changed_cb), self);
  g_signal_connect_swapped (self->server, "roots-changed", G_CALLBACK (roots_changed_cb), self);
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
