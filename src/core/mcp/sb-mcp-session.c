/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-session.h"

#include "sb-json.h"
#include "sb-mcp-exchange-private.h"
#include "sb-mcp-forward.h"
#include "sb-mcp-message.h"
#include "sb-mcp-schema.h"
#include "sb-mcp-subscriptions.h"
#include "sb-mcp-tool-call.h"

/* How long a list may be kept by clients of the modern era, which are told of changes besides. */
#define LIST_TTL_MS 60000

struct _SbMcpSession
{
  GObject parent_instance;

  /* owned */
  SbMcpToolbox       *toolbox;
  SbMcpPeer          *peer;
  SbMcpSubscriptions *subscriptions;
  JsonObject         *capabilities; /* nullable: the client's */
  char               *log_level;    /* nullable */

  gboolean initialized;
};

enum
{
  ENDED,
  WANTS_CHANGED,
  ROOTS_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbMcpSession, sb_mcp_session, G_TYPE_OBJECT)

static JsonObject *
get_meta (SbMcpRequest *request)
{
  return sb_json_get_object (sb_mcp_request_get_params (request), "_meta");
}

static gboolean
is_modern (SbMcpRequest *request)
{
  JsonObject *meta = get_meta (request);

  return meta != NULL && json_object_has_member (meta, SB_MCP_REVISION_KEY);
}

static void
refuse_revision (SbMcpRequest *request,
                 const char   *revision)
{
  g_autoptr(JsonNode) data = json_node_alloc ();
  JsonObject *object = json_object_new ();
  JsonArray *supported = json_array_new ();

  json_array_add_string_element (supported, SB_MCP_MODERN_REVISION);
  json_object_set_array_member (object, "supported", supported);
  json_object_set_string_member (object, "requested", revision);
  json_node_take_object (json_node_init (data, JSON_NODE_OBJECT), object);
  sb_mcp_request_fail_with (request, SB_MCP_CODE_UNSUPPORTED_REVISION, "This protocol revision is not supported.",
                            data);
}

/* The era is the request's own: it says its revision, or the handshake has. Whether it was refused. */
static gboolean
refuse_era (SbMcpSession *self,
            SbMcpRequest *request)
{
  JsonObject *meta = get_meta (request);
  const char *revision = NULL;

  if (!is_modern (request))
    {
      if (!self->initialized)
        sb_mcp_request_fail (request, SB_MCP_CODE_INVALID_REQUEST, "Send initialize first.");
      return !self->initialized;
    }

  revision = sb_json_get_string (meta, SB_MCP_REVISION_KEY);
  if (revision == NULL || sb_json_get_object (meta, SB_MCP_META_CAPABILITIES) == NULL)
    sb_mcp_request_fail (request, SB_MCP_CODE_INVALID_PARAMS,
                         "_meta needs " SB_MCP_REVISION_KEY " and " SB_MCP_META_CAPABILITIES ".");
  else if (!g_str_equal (revision, SB_MCP_MODERN_REVISION))
    refuse_revision (request, revision);
  else
    return FALSE;

  return TRUE;
}

/* Methods that one era has and the other has not. */
static gboolean
refuse_unless_legacy (SbMcpSession *self,
                      SbMcpRequest *request)
{
  if (refuse_era (self, request))
    return TRUE;
  if (is_modern (request))
    sb_mcp_request_fail (request, SB_MCP_CODE_METHOD_NOT_FOUND, "This method is not part of this revision.");

  return is_modern (request);
}

static gboolean
refuse_unless_modern (SbMcpSession *self,
                      SbMcpRequest *request)
{
  if (is_modern (request))
    return refuse_era (self, request);

  sb_mcp_request_fail (request, self->initialized ? SB_MCP_CODE_METHOD_NOT_FOUND : SB_MCP_CODE_INVALID_PARAMS,
                       "_meta needs " SB_MCP_REVISION_KEY " and " SB_MCP_META_CAPABILITIES ".");

  return TRUE;
}

static SbMcpExchange *
new_exchange (SbMcpSession *self,
              SbMcpRequest *request,
              const char   *method)
{
  SbMcpExchangeContext context = {
    .peer = self->peer,
    .toolbox = self->toolbox,
    .capabilities = self->capabilities,
    .log_level = self->log_level,
  };

  return sb_mcp_exchange_new (request, method, &context);
}

static void
add_cache_hints (JsonObject *result,
                 gint64      ttl_ms)
{
  json_object_set_int_member (result, "ttlMs", ttl_ms);
  json_object_set_string_member (result, "cacheScope", "private");
}

/* result: (transfer full) */
static void
respond (SbMcpRequest *request,
         JsonObject   *result)
{
  if (is_modern (request))
    json_object_set_string_member (result, "resultType", "complete");
  sb_mcp_request_respond (request, result);
}

static void
respond_page (SbMcpSession *self,
              SbMcpRequest *request,
              SbMcpShelf   *shelf)
{
  const char *cursor = sb_json_get_string (sb_mcp_request_get_params (request), "cursor");
  JsonObject *result = NULL;

  if (refuse_era (self, request))
    return;

  result = sb_mcp_shelf_new_page (shelf, cursor, self->toolbox->page_size);
  if (result == NULL)
    {
      sb_mcp_request_fail (request, SB_MCP_CODE_INVALID_PARAMS, "There is no such page.");
      return;
    }
  if (is_modern (request))
    add_cache_hints (result, LIST_TTL_MS);
  respond (request, result);
}

/* Absent and null mean no arguments; models leave them out. Returns (transfer full) (nullable). */
static JsonObject *
dup_arguments (JsonObject *params)
{
  JsonNode *node = json_object_get_member (params, "arguments");

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return json_object_new ();

  return JSON_NODE_HOLDS_OBJECT (node) ? json_object_ref (json_node_get_object (node)) : NULL;
}

/* An unknown revision is answered with our newest; a second initialize is answered as the first. */
static void
initialize_cb (SbMcpRequest *request,
               gpointer      user_data)
{
  SbMcpSession *self = user_data;
  JsonObject *params = sb_mcp_request_get_params (request);
  const char *asked = sb_json_get_string (params, "protocolVersion");
  const char *revision = sb_mcp_revision_is_known (asked) ? asked : sb_mcp_revisions[0];
  JsonObject *capabilities = sb_json_get_object (params, "capabilities");

  if (is_modern (request))
    {
      refuse_unless_legacy (self, request);
      return;
    }

  self->initialized = TRUE;
  g_clear_pointer (&self->capabilities, json_object_unref);
  self->capabilities = capabilities != NULL ? json_object_ref (capabilities) : NULL;
  sb_mcp_peer_set_revision (self->peer, revision);
  sb_mcp_request_respond (request, sb_mcp_toolbox_new_initialize_result (self->toolbox, revision));
}

static void
discover_cb (SbMcpRequest *request,
             gpointer      user_data)
{
  SbMcpSession *self = user_data;
  JsonObject *result = NULL;

  if (refuse_unless_modern (self, request))
    return;

  result = sb_mcp_toolbox_new_discover_result (self->toolbox);
  add_cache_hints (result, LIST_TTL_MS);
  respond (request, result);
}

static void
ping_cb (SbMcpRequest *request,
         gpointer      user_data)
{
  if (is_modern (request))
    refuse_unless_legacy (user_data, request);
  else
    sb_mcp_request_respond (request, json_object_new ());
}

static void
list_tools_cb (SbMcpRequest *request,
               gpointer      user_data)
{
  SbMcpSession *self = user_data;

  respond_page (self, request, self->toolbox->tools);
}

static void
list_prompts_cb (SbMcpRequest *request,
                 gpointer      user_data)
{
  SbMcpSession *self = user_data;

  respond_page (self, request, self->toolbox->prompts);
}

static void
list_resources_cb (SbMcpRequest *request,
                   gpointer      user_data)
{
  SbMcpSession *self = user_data;

  respond_page (self, request, self->toolbox->resources);
}

static void
list_templates_cb (SbMcpRequest *request,
                   gpointer      user_data)
{
  SbMcpSession *self = user_data;

  respond_page (self, request, self->toolbox->templates);
}

/* Runs once a round, so the tool may be gone by then. */
static void
run_tool (SbMcpExchange *exchange,
          gpointer       user_data)
{
  SbMcpToolbox *toolbox = user_data;
  JsonObject *params = sb_mcp_exchange_get_params (exchange);
  const char *name = sb_json_get_string (params, "name");
  SbMcpOffer *tool = name != NULL ? sb_mcp_shelf_lookup (toolbox->tools, name) : NULL;
  JsonObject *schema = tool != NULL ? sb_json_get_object (tool->entry, "inputSchema") : NULL;
  SbMcpToolHandler handler = tool != NULL ? (SbMcpToolHandler) tool->handler : toolbox->tool_fallback;
  g_autoptr(JsonObject) arguments = dup_arguments (params);
  g_autoptr(SbMcpToolCall) call = NULL;
  g_autofree char *problem = NULL;

  if (name == NULL || handler == NULL)
    {
      sb_mcp_exchange_fail (exchange, SB_MCP_CODE_INVALID_PARAMS, "There is no tool of this name; see tools/list.",
                            NULL);
      return;
    }

  if (arguments == NULL)
    {
      problem = g_strdup ("The arguments must be an object.");
      arguments = json_object_new ();
    }
  else if (schema != NULL)
    {
      problem = sb_mcp_schema_find_problem (schema, arguments);
    }
  call = sb_mcp_tool_call_new (exchange, name, arguments);
  if (problem != NULL)
    sb_mcp_tool_call_fail (call, problem, NULL);
  else
    handler (call, tool != NULL ? tool->user_data : toolbox->tool_fallback_data);
}

static void
call_tool_cb (SbMcpRequest *request,
              gpointer      user_data)
{
  SbMcpSession *self = user_data;
  g_autoptr(SbMcpExchange) exchange = NULL;

  if (refuse_era (self, request))
    return;

  exchange = new_exchange (self, request, "tools/call");
  sb_mcp_exchange_run (exchange, run_tool, self->toolbox);
}

static void
fail_no_resource (SbMcpRequest *request,
                  const char   *uri)
{
  g_autoptr(JsonNode) data = json_node_alloc ();
  JsonObject *object = json_object_new ();

  if (uri != NULL)
    json_object_set_string_member (object, "uri", uri);
  json_node_take_object (json_node_init (data, JSON_NODE_OBJECT), object);
  sb_mcp_request_fail_with (request, is_modern (request) ? SB_MCP_CODE_INVALID_PARAMS : SB_MCP_CODE_NO_RESOURCE,
                            "There is no resource at this address.", data);
}

static void
read_resource_cb (SbMcpRequest *request,
                  gpointer      user_data)
{
  SbMcpSession *self = user_data;
  const char *uri = sb_json_get_string (sb_mcp_request_get_params (request), "uri");
  SbMcpOffer *offer = uri != NULL ? sb_mcp_shelf_lookup (self->toolbox->resources, uri) : NULL;
  g_autoptr(SbMcpExchange) exchange = NULL;

  if (refuse_era (self, request))
    return;

  if (offer == NULL && uri != NULL)
    offer = sb_mcp_shelf_match (self->toolbox->templates, uri);
  if (offer == NULL)
    {
      fail_no_resource (request, uri);
      return;
    }

  exchange = new_exchange (self, request, "resources/read");
  sb_mcp_exchange_run (exchange, (SbMcpExchangeHandler) offer->handler, offer->user_data);
}

static void
set_subscribed (SbMcpSession *self,
                SbMcpRequest *request,
                gboolean      subscribed)
{
  const char *uri = sb_json_get_string (sb_mcp_request_get_params (request), "uri");

  if (refuse_unless_legacy (self, request))
    return;

  if (uri == NULL)
    {
      fail_no_resource (request, NULL);
      return;
    }
  sb_mcp_subscriptions_set (self->subscriptions, uri, subscribed);
  sb_mcp_request_respond (request, json_object_new ());
  g_signal_emit (self, signals[WANTS_CHANGED], 0);
}

static void
subscribe_cb (SbMcpRequest *request,
              gpointer      user_data)
{
  set_subscribed (user_data, request, TRUE);
}

static void
unsubscribe_cb (SbMcpRequest *request,
                gpointer      user_data)
{
  set_subscribed (user_data, request, FALSE);
}

static void
listened_cb (SbMcpSession *self)
{
  g_signal_emit (self, signals[WANTS_CHANGED], 0);
}

static void
listen_cb (SbMcpRequest *request,
           gpointer      user_data)
{
  SbMcpSession *self = user_data;

  if (refuse_unless_modern (self, request))
    return;

  sb_mcp_subscriptions_listen (self->subscriptions, request);
  g_signal_connect_object (sb_mcp_request_get_cancellable (request), "cancelled", G_CALLBACK (listened_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_emit (self, signals[WANTS_CHANGED], 0);
}

static void
get_prompt_cb (SbMcpRequest *request,
               gpointer      user_data)
{
  SbMcpSession *self = user_data;
  const char *name = sb_json_get_string (sb_mcp_request_get_params (request), "name");
  SbMcpOffer *offer = name != NULL ? sb_mcp_shelf_lookup (self->toolbox->prompts, name) : NULL;
  g_autoptr(SbMcpExchange) exchange = NULL;

  if (refuse_era (self, request))
    return;

  if (offer == NULL)
    {
      sb_mcp_request_fail (request, SB_MCP_CODE_INVALID_PARAMS, "There is no prompt of this name; see prompts/list.");
      return;
    }

  exchange = new_exchange (self, request, "prompts/get");
  sb_mcp_exchange_run (exchange, (SbMcpExchangeHandler) offer->handler, offer->user_data);
}

static void
complete_cb (SbMcpRequest *request,
             gpointer      user_data)
{
  SbMcpSession *self = user_data;
  g_autoptr(SbMcpExchange) exchange = NULL;

  if (refuse_era (self, request))
    return;

  if (self->toolbox->completion == NULL)
    {
      sb_mcp_request_fail (request, SB_MCP_CODE_METHOD_NOT_FOUND, "This server completes nothing.");
      return;
    }

  exchange = new_exchange (self, request, "completion/complete");
  sb_mcp_exchange_run (exchange, self->toolbox->completion, self->toolbox->completion_data);
}

static void
set_log_level_cb (SbMcpRequest *request,
                  gpointer      user_data)
{
  SbMcpSession *self = user_data;
  const char *level = sb_json_get_string (sb_mcp_request_get_params (request), "level");

  if (refuse_unless_legacy (self, request))
    return;

  if (!sb_mcp_exchange_level_is_known (level))
    {
      sb_mcp_request_fail (request, SB_MCP_CODE_INVALID_PARAMS, "level is one of syslog's, debug to emergency.");
      return;
    }
  g_free (self->log_level);
  self->log_level = g_strdup (level);
  sb_mcp_request_respond (request, json_object_new ());
  g_signal_emit (self, signals[WANTS_CHANGED], 0);
}

static void
roots_changed_cb (JsonObject *params,
                  gpointer    user_data)
{
  g_signal_emit (user_data, signals[ROOTS_CHANGED], 0);
}

static const SbMcpMethod methods[] = {
  { .method = "initialize", .request = initialize_cb },
  { .method = "server/discover", .request = discover_cb },
  { .method = "ping", .request = ping_cb },
  { .method = "tools/list", .request = list_tools_cb },
  { .method = "tools/call", .request = call_tool_cb },
  { .method = "prompts/list", .request = list_prompts_cb },
  { .method = "prompts/get", .request = get_prompt_cb },
  { .method = "resources/list", .request = list_resources_cb },
  { .method = "resources/templates/list", .request = list_templates_cb },
  { .method = "resources/read", .request = read_resource_cb },
  { .method = "resources/subscribe", .request = subscribe_cb },
  { .method = "resources/unsubscribe", .request = unsubscribe_cb },
  { .method = "subscriptions/listen", .request = listen_cb },
  { .method = "completion/complete", .request = complete_cb },
  { .method = "logging/setLevel", .request = set_log_level_cb },
  { .method = "notifications/roots/list_changed", .notification = roots_changed_cb },
};

static void
peer_closed_cb (SbMcpPeer    *peer,
                const GError *error,
                gpointer      user_data)
{
  g_signal_emit (user_data, signals[ENDED], 0);
}

static void
sb_mcp_session_dispose (GObject *object)
{
  SbMcpSession *self = SB_MCP_SESSION (object);

  if (self->peer != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->peer, self);
      sb_mcp_peer_close (self->peer);
    }
  g_clear_pointer (&self->subscriptions, sb_mcp_subscriptions_free);
  g_clear_object (&self->peer);
  g_clear_pointer (&self->toolbox, sb_mcp_toolbox_unref);
  g_clear_pointer (&self->capabilities, json_object_unref);
  g_clear_pointer (&self->log_level, g_free);

  G_OBJECT_CLASS (sb_mcp_session_parent_class)->dispose (object);
}

static void
sb_mcp_session_class_init (SbMcpSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_mcp_session_dispose;

  signals[ENDED] = g_signal_new ("ended", SB_TYPE_MCP_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
  signals[WANTS_CHANGED] = g_signal_new ("wants-changed", SB_TYPE_MCP_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 0);
  signals[ROOTS_CHANGED] = g_signal_new ("roots-changed", SB_TYPE_MCP_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 0);
}

static void
sb_mcp_session_init (SbMcpSession *self)
{
}

/* Returns: (transfer full): a session that answers once it is started */
SbMcpSession *
sb_mcp_session_new (SbMcpToolbox   *toolbox,
                    SbMcpTransport *transport)
{
  SbMcpSession *self = g_object_new (SB_TYPE_MCP_SESSION, NULL);

  self->toolbox = sb_mcp_toolbox_ref (toolbox);
  self->peer = sb_mcp_peer_new (transport, SB_MCP_ROLE_SERVER, methods, G_N_ELEMENTS (methods), self);
  self->subscriptions = sb_mcp_subscriptions_new (self->peer);
  g_signal_connect (self->peer, "closed", G_CALLBACK (peer_closed_cb), self);

  return self;
}

void
sb_mcp_session_start (SbMcpSession *self)
{
  sb_mcp_peer_start (self->peer);
}

/* kind: "tools", "prompts" or "resources": the list is another now. */
void
sb_mcp_session_tell_changed (SbMcpSession *self,
                             const char   *kind)
{
  sb_mcp_subscriptions_tell_changed (self->subscriptions, kind, self->initialized);
}

void
sb_mcp_session_tell_updated (SbMcpSession *self,
                             const char   *uri)
{
  sb_mcp_subscriptions_tell_updated (self->subscriptions, uri);
}

/* uris: (inout): gets the addresses that the client has subscribed to */
void
sb_mcp_session_collect_subscriptions (SbMcpSession *self,
                                      GHashTable   *uris)
{
  sb_mcp_subscriptions_collect (self->subscriptions, uris);
}

/* Returns: (nullable): what the client has set */
const char *
sb_mcp_session_get_log_level (SbMcpSession *self)
{
  return self->log_level;
}

/* What belongs to no exchange; in the modern era there is no such thing. */
void
sb_mcp_session_tell_log (SbMcpSession *self,
                         const char   *level,
                         const char   *logger,
                         const char   *text)
{
  JsonObject *params;

  if (!self->initialized || self->log_level == NULL
      || g_strcmp0 (sb_mcp_exchange_get_lower_level (self->log_level, level), self->log_level) != 0)
    return;

  params = json_object_new ();
  json_object_set_string_member (params, "level", level);
  if (logger != NULL)
    json_object_set_string_member (params, "logger", logger);
  json_object_set_string_member (params, "data", text);
  sb_mcp_peer_notify (self->peer, "notifications/message", params);
}

/* Whether the client can be asked this outside of an exchange. */
gboolean
sb_mcp_session_can_forward (SbMcpSession *self,
                            const char   *method)
{
  return self->initialized && sb_mcp_forward_is_offered (self->capabilities, method);
}

/* As sb_mcp_forward_async(). */
void
sb_mcp_session_forward_async (SbMcpSession        *self,
                              const char          *method,
                              JsonObject          *params,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  sb_mcp_forward_async (self->peer, NULL, method, params, cancellable, callback, user_data);
}
