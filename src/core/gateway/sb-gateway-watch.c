/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-gateway-watch.h"

#include "sb-json.h"
#include "sb-mcp-message.h"

#define NAME_SEPARATOR "__"

struct _SbGatewayWatch
{
  GObject                parent_instance;

  /* owned */
  SbGatewayServer       *server;
  SbMcpHost             *host;         /* of its questions */
  SbMcpClient           *client;       /* nullable */
  GCancellable          *cancellable;  /* nullable */
  GHashTable            *subscribed;   /* set of addresses, of the client */

  /* borrowed */
  const SbGatewayParts  *parts;        /* nullable: it is over */

  gulong                 state_id;
  gulong                 prompts_id;
  gulong                 resources_id;
  gulong                 updated_id;
  gulong                 log_id;
};

G_DEFINE_FINAL_TYPE (SbGatewayWatch, sb_gateway_watch, G_TYPE_OBJECT)

/* Prompts and resources */

static SbMcpClient *
find_client (SbRoute *route)
{
  const SbGatewayParts *parts = route->owner;
  SbGatewayServer *server = sb_gateway_lookup (parts->gateway, route->server_name);

  return server != NULL ? sb_gateway_server_get_client (server) : NULL;
}

static void
follow_route (SbRoute       *route,
              SbMcpExchange *exchange,
              const char    *method,
              JsonObject    *params)
{
  g_autoptr(JsonObject) owned = params;
  const SbGatewayParts *parts = route->owner;
  SbMcpClient *client = find_client (route);

  if (sb_gateway_relay_resume (parts->relay, exchange, NULL))
    return;
  if (client == NULL)
    sb_mcp_exchange_fail (exchange, SB_MCP_CODE_INTERNAL,
                          "The server of this is not running just now; try again later.", NULL);
  else
    sb_gateway_relay_send (parts->relay, exchange, NULL, client, method, g_steal_pointer (&owned));
}

static void
get_prompt_cb (SbMcpExchange *exchange,
               gpointer       user_data)
{
  SbRoute *route = user_data;
  JsonObject *params = sb_gateway_relay_new_params (exchange);

  json_object_set_string_member (params, "name", route->key);
  follow_route (route, exchange, "prompts/get", params);
}

static void
read_resource_cb (SbMcpExchange *exchange,
                  gpointer       user_data)
{
  follow_route (user_data, exchange, "resources/read", sb_gateway_relay_new_params (exchange));
}

static void
withdraw (SbGatewayWatch *self,
          gboolean        prompts)
{
  g_autoptr(GPtrArray) routes = sb_gateway_routes_withdraw (self->parts->routes,
                                                            sb_gateway_server_get_name (self->server), prompts);

  for (guint i = 0; i < routes->len; i++)
    {
      SbRoute *route = g_ptr_array_index (routes, i);

      if (prompts)
        sb_mcp_server_remove_prompt (self->parts->server, route->exposed);
      else
        sb_mcp_server_remove_resource (self->parts->server, route->exposed);
    }
}

static void
offer_prompt (SbGatewayWatch *self,
              SbMcpPrompt    *prompt)
{
  const char *server_name = sb_gateway_server_get_name (self->server);
  SbRoute *route = sb_gateway_routes_take (self->parts->routes, SB_ROUTE_PROMPT, prompt->name, server_name,
                                           prompt->name);
  g_autoptr(JsonObject) entry = sb_json_copy_object (prompt->entry);
  g_autofree char *longer = NULL;

  if (route == NULL)
    {
      longer = g_strconcat (server_name, NAME_SEPARATOR, prompt->name, NULL);
      route = sb_gateway_routes_take (self->parts->routes, SB_ROUTE_PROMPT, longer, server_name, prompt->name);
      json_object_set_string_member (entry, "name", longer);
    }
  if (route != NULL)
    sb_mcp_server_set_prompt (self->parts->server, entry, get_prompt_cb, route);
}

/* An address cannot be told apart by a prefix: the first server keeps it. */
static void
offer_resource (SbGatewayWatch *self,
                SbRouteKind     kind,
                SbMcpResource  *resource)
{
  SbRoute *route = sb_gateway_routes_take (self->parts->routes, kind, resource->uri,
                                           sb_gateway_server_get_name (self->server), resource->uri);
  g_autoptr(JsonObject) entry = sb_json_copy_object (resource->entry);

  if (route != NULL)
    sb_mcp_server_set_resource (self->parts->server, entry, read_resource_cb, route);
}

/* What clients have subscribed to, at the server that has it */

static gboolean
is_here (SbGatewayWatch *self,
         const char     *uri)
{
  SbRoute *route = sb_mcp_server_find_resource (self->parts->server, uri);

  return route != NULL && g_str_equal (route->server_name, sb_gateway_server_get_name (self->server));
}

static void
unsubscribe_rest (SbGatewayWatch *self,
                  GHashTable     *wanted)
{
  GHashTableIter iter;
  gpointer uri;

  g_hash_table_iter_init (&iter, self->subscribed);
  while (g_hash_table_iter_next (&iter, &uri, NULL))
    if (!g_hash_table_contains (wanted, uri))
      {
        sb_mcp_client_subscribe (self->client, uri, FALSE);
        g_hash_table_iter_remove (&iter);
      }
}

static void
follow_wants (SbGatewayWatch *self)
{
  g_autoptr(GHashTable) wanted = sb_mcp_server_collect_subscriptions (self->parts->server);
  GHashTableIter iter;
  gpointer uri;

  unsubscribe_rest (self, wanted);
  g_hash_table_iter_init (&iter, wanted);
  while (g_hash_table_iter_next (&iter, &uri, NULL))
    if (!g_hash_table_contains (self->subscribed, uri) && is_here (self, uri))
      {
        g_hash_table_add (self->subscribed, g_strdup (uri));
        sb_mcp_client_subscribe (self->client, uri, TRUE);
      }
}

static void
prompts_listed_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(SbGatewayWatch) self = user_data;
  g_autoptr(GPtrArray) prompts = sb_mcp_client_list_prompts_finish (SB_MCP_CLIENT (source), result, NULL);

  if (prompts == NULL || self->client != SB_MCP_CLIENT (source))
    return;

  withdraw (self, TRUE);
  for (guint i = 0; i < prompts->len; i++)
    offer_prompt (self, g_ptr_array_index (prompts, i));
}

static void
templates_listed_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr(SbGatewayWatch) self = user_data;
  g_autoptr(GPtrArray) templates = sb_mcp_client_list_templates_finish (SB_MCP_CLIENT (source), result, NULL);

  if (self->client != SB_MCP_CLIENT (source))
    return;

  for (guint i = 0; templates != NULL && i < templates->len; i++)
    offer_resource (self, SB_ROUTE_TEMPLATE, g_ptr_array_index (templates, i));
  follow_wants (self);
}

static void
resources_listed_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr(SbGatewayWatch) self = user_data;
  g_autoptr(GPtrArray) resources = sb_mcp_client_list_resources_finish (SB_MCP_CLIENT (source), result, NULL);

  if (self->client != SB_MCP_CLIENT (source))
    return;

  withdraw (self, FALSE);
  for (guint i = 0; resources != NULL && i < resources->len; i++)
    offer_resource (self, SB_ROUTE_RESOURCE, g_ptr_array_index (resources, i));
  sb_mcp_client_list_templates_async (self->client, self->cancellable, templates_listed_cb, g_object_ref (self));
}

static void
prompts_changed_cb (SbGatewayWatch *self)
{
  if (sb_mcp_client_offers (self->client, "prompts"))
    sb_mcp_client_list_prompts_async (self->client, self->cancellable, prompts_listed_cb, g_object_ref (self));
}

static void
resources_changed_cb (SbGatewayWatch *self)
{
  if (sb_mcp_client_offers (self->client, "resources"))
    sb_mcp_client_list_resources_async (self->client, self->cancellable, resources_listed_cb, g_object_ref (self));
}

static void
resource_updated_cb (SbGatewayWatch *self,
                     const char     *uri)
{
  sb_mcp_server_tell_resource_updated (self->parts->server, uri);
}

static void
log_cb (SbGatewayWatch *self,
        const char     *level,
        const char     *logger,
        const char     *text)
{
  sb_gateway_relay_log (self->parts->relay, self->client, level,
                        logger != NULL ? logger : sb_gateway_server_get_name (self->server), text);
}

/* A server may ask before it has said what it offers: then it has no client yet. */
static void
asked_cb (GTask      *task,
          const char *method,
          JsonObject *params,
          gpointer    user_data)
{
  SbGatewayWatch *self = user_data;

  sb_gateway_relay_ask (self->parts->relay, self->client, method, params, task);
}

static void
let_go (SbGatewayWatch *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->client == NULL)
    return;

  g_clear_signal_handler (&self->prompts_id, self->client);
  g_clear_signal_handler (&self->resources_id, self->client);
  g_clear_signal_handler (&self->updated_id, self->client);
  g_clear_signal_handler (&self->log_id, self->client);
  g_hash_table_remove_all (self->subscribed);
  g_clear_object (&self->client);
}

static void
state_cb (SbGatewayWatch *self)
{
  SbMcpClient *client = sb_gateway_server_get_client (self->server);

  if (client == self->client)
    return;

  if (self->client != NULL)
    {
      let_go (self);
      withdraw (self, TRUE);
      withdraw (self, FALSE);
    }
  if (client == NULL)
    return;

  self->client = g_object_ref (client);
  self->cancellable = g_cancellable_new ();
  self->prompts_id = g_signal_connect_swapped (client, "prompts-changed", G_CALLBACK (prompts_changed_cb), self);
  self->resources_id = g_signal_connect_swapped (client, "resources-changed", G_CALLBACK (resources_changed_cb), self);
  self->updated_id = g_signal_connect_swapped (client, "resource-updated", G_CALLBACK (resource_updated_cb), self);
  self->log_id = g_signal_connect_swapped (client, "log", G_CALLBACK (log_cb), self);
  sb_gateway_relay_lower_level (client, sb_mcp_server_get_log_level (self->parts->server));
  prompts_changed_cb (self);
  resources_changed_cb (self);
}

static void
sb_gateway_watch_dispose (GObject *object)
{
  SbGatewayWatch *self = SB_GATEWAY_WATCH (object);

  sb_gateway_watch_end (self);
  g_clear_object (&self->host);
  g_clear_object (&self->server);

  G_OBJECT_CLASS (sb_gateway_watch_parent_class)->dispose (object);
}

static void
sb_gateway_watch_finalize (GObject *object)
{
  g_hash_table_unref (SB_GATEWAY_WATCH (object)->subscribed);

  G_OBJECT_CLASS (sb_gateway_watch_parent_class)->finalize (object);
}

static void
sb_gateway_watch_class_init (SbGatewayWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_gateway_watch_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_gateway_watch_finalize;
}

static void
sb_gateway_watch_init (SbGatewayWatch *self)
{
  self->subscribed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->host = sb_mcp_host_new ();
}

/* parts: must live until sb_gateway_watch_end(). Whatever the server has ready is offered from now on. */
SbGatewayWatch *
sb_gateway_watch_new (const SbGatewayParts *parts,
                      SbGatewayServer      *server)
{
  SbGatewayWatch *self = g_object_new (SB_TYPE_GATEWAY_WATCH, NULL);

  self->server = g_object_ref (server);
  self->parts = parts;
  self->state_id = g_signal_connect_swapped (server, "notify::state", G_CALLBACK (state_cb), self);
  sb_mcp_host_set_relay_func (self->host, asked_cb, self);
  sb_gateway_server_set_host (server, self->host);
  state_cb (self);

  return self;
}

/* What clients have subscribed to, or the log that they want, is another. */
void
sb_gateway_watch_follow_wants (SbGatewayWatch *self)
{
  if (self->client == NULL)
    return;

  sb_gateway_relay_lower_level (self->client, sb_mcp_server_get_log_level (self->parts->server));
  follow_wants (self);
}

void
sb_gateway_watch_tell_roots_changed (SbGatewayWatch *self)
{
  sb_mcp_host_tell_roots_changed (self->host);
}

/* Nothing of the server is offered any more. */
void
sb_gateway_watch_withdraw (SbGatewayWatch *self)
{
  withdraw (self, TRUE);
  withdraw (self, FALSE);
}

/* It looks at nothing any more; what is still listed is for nobody. */
void
sb_gateway_watch_end (SbGatewayWatch *self)
{
  if (self->parts == NULL)
    return;

  self->parts = NULL;
  let_go (self);
  g_clear_signal_handler (&self->state_id, self->server);
  sb_mcp_host_set_relay_func (self->host, NULL, NULL);
  sb_gateway_server_set_host (self->server, NULL);
}

/* A SbMcpExchangeHandler; user_data: SbGatewayParts. A prompt's or a template's argument is completed by its server. */
void
sb_gateway_watch_complete (SbMcpExchange *exchange,
                           gpointer       user_data)
{
  JsonObject *ref = sb_json_get_object (sb_mcp_exchange_get_params (exchange), "ref");
  const char *name = ref != NULL ? sb_json_get_string (ref, "name") : NULL;
  const char *uri = ref != NULL ? sb_json_get_string (ref, "uri") : NULL;
  const SbGatewayParts *parts = user_data;
  SbRoute *route = NULL;
  JsonObject *params;

  if (name != NULL)
    route = sb_gateway_routes_find (parts->routes, SB_ROUTE_PROMPT, name);
  else if (uri != NULL)
    route = sb_gateway_routes_find (parts->routes, SB_ROUTE_TEMPLATE, uri);
  if (route == NULL)
    {
      sb_mcp_exchange_fail (exchange, SB_MCP_CODE_INVALID_PARAMS, "There is nothing of this name to complete.", NULL);
      return;
    }

  params = sb_gateway_relay_new_params (exchange);
  if (name != NULL)
    {
      JsonObject *renamed = sb_json_copy_object (ref);

      json_object_set_string_member (renamed, "name", route->key);
      json_object_set_object_member (params, "ref", renamed);
    }
  follow_route (route, exchange, "completion/complete", params);
}
