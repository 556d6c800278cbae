/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#define G_LOG_DOMAIN "sandbar-mcp"

#include "config.h"

#include "sb-json.h"
#include "sb-mcp-client-private.h"
#include "sb-mcp-message.h"

/* A server that announces each of a hundred changes is asked for its list once. */
#define CHANGED_MS 100
#define LISTEN_AGAIN_MS 1000
#define MAX_LISTENS 6

static void listen_now (SbMcpClient *self);

static gboolean
changed_cb (gpointer user_data)
{
  g_autoptr(SbMcpClient) self = g_object_ref (user_data);
  guint changed = self->changed;

  self->changed_id = 0;
  self->changed = 0;
  if ((changed & SB_MCP_CHANGED_TOOLS) != 0)
    g_signal_emit_by_name (self, "tools-changed");
  if ((changed & SB_MCP_CHANGED_PROMPTS) != 0)
    g_signal_emit_by_name (self, "prompts-changed");
  if ((changed & SB_MCP_CHANGED_RESOURCES) != 0)
    g_signal_emit_by_name (self, "resources-changed");

  return G_SOURCE_REMOVE;
}

static void
tools_changed_cb (JsonObject *params,
                  gpointer    user_data)
{
  sb_mcp_client_emit_changed (user_data, SB_MCP_CHANGED_TOOLS);
}

static void
prompts_changed_cb (JsonObject *params,
                    gpointer    user_data)
{
  sb_mcp_client_emit_changed (user_data, SB_MCP_CHANGED_PROMPTS);
}

static void
resources_changed_cb (JsonObject *params,
                      gpointer    user_data)
{
  sb_mcp_client_emit_changed (user_data, SB_MCP_CHANGED_RESOURCES);
}

static void
resource_updated_cb (JsonObject *params,
                     gpointer    user_data)
{
  SbMcpClient *self = user_data;
  const char *uri = sb_json_get_string (params, "uri");

  if (uri != NULL && g_hash_table_contains (self->subscribed, uri))
    g_signal_emit_by_name (self, "resource-updated", uri);
}

static void
log_cb (JsonObject *params,
        gpointer    user_data)
{
  const char *level = sb_json_get_string (params, "level");
  const char *text = sb_json_get_string (params, "data");
  JsonNode *data = json_object_get_member (params, "data");
  g_autofree char *json = text == NULL && data != NULL ? sb_json_to_string (data, FALSE) : NULL;

  if (text != NULL || json != NULL)
    g_signal_emit_by_name (user_data, "log", level != NULL ? level : "info", sb_json_get_string (params, "logger"),
                           text != NULL ? text : json);
}

static void
elicitation_complete_cb (JsonObject *params,
                         gpointer    user_data)
{
  const char *id = sb_json_get_string (params, "elicitationId");

  if (id != NULL)
    g_signal_emit_by_name (user_data, "elicitation-complete", id);
}

static void
acknowledged_cb (JsonObject *params,
                 gpointer    user_data)
{
  SbMcpClient *self = user_data;

  self->n_listens = 0;
}

static void
host_answered_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(SbMcpRequest) request = user_data;
  g_autoptr(GError) error = NULL;
  JsonObject *answer = sb_mcp_host_ask_finish (SB_MCP_HOST (source), result, &error);

  if (answer != NULL)
    sb_mcp_request_respond (request, answer);
  else
    sb_mcp_request_fail (request, sb_mcp_host_get_code (error), error->message);
}

static void
ask_host (SbMcpClient  *self,
          SbMcpRequest *request,
          const char   *method)
{
  sb_mcp_host_ask_async (self->host, self->server_name, method, sb_mcp_request_get_params (request),
                         sb_mcp_request_get_cancellable (request), host_answered_cb, g_object_ref (request));
}

static void
elicit_cb (SbMcpRequest *request,
           gpointer      user_data)
{
  ask_host (user_data, request, "elicitation/create");
}

static void
sample_cb (SbMcpRequest *request,
           gpointer      user_data)
{
  ask_host (user_data, request, "sampling/createMessage");
}

static void
list_roots_cb (SbMcpRequest *request,
               gpointer      user_data)
{
  ask_host (user_data, request, "roots/list");
}

static const SbMcpMethod methods[] = {
  { .method = "notifications/tools/list_changed", .notification = tools_changed_cb },
  { .method = "notifications/prompts/list_changed", .notification = prompts_changed_cb },
  { .method = "notifications/resources/list_changed", .notification = resources_changed_cb },
  { .method = "notifications/resources/updated", .notification = resource_updated_cb },
  { .method = "notifications/message", .notification = log_cb },
  { .method = "notifications/elicitation/complete", .notification = elicitation_complete_cb },
  { .method = "notifications/subscriptions/acknowledged", .notification = acknowledged_cb },
  { .method = "elicitation/create", .request = elicit_cb },
  { .method = "sampling/createMessage", .request = sample_cb },
  { .method = "roots/list", .request = list_roots_cb },
};

gsize
sb_mcp_client_get_methods (const SbMcpMethod **list)
{
  *list = methods;

  return G_N_ELEMENTS (methods);
}

void
sb_mcp_client_emit_changed (SbMcpClient *self,
                            guint        changed)
{
  self->changed |= changed;
  if (self->changed_id == 0)
    self->changed_id = g_timeout_add (CHANGED_MS, changed_cb, self);
}

static gboolean
announces (SbMcpClient *self,
           const char  *capability)
{
  JsonObject *object = self->capabilities != NULL ? sb_json_get_object (self->capabilities, capability) : NULL;

  return object != NULL && sb_json_get_boolean (object, "listChanged", FALSE);
}

/* Returns: (transfer full) (nullable): NULL when there is nothing to listen for */
static JsonObject *
new_filter (SbMcpClient *self)
{
  g_autoptr(JsonObject) filter = json_object_new ();
  JsonArray *uris = json_array_new ();
  GHashTableIter iter;
  gpointer uri = NULL;

  if (announces (self, "tools"))
    json_object_set_boolean_member (filter, "toolsListChanged", TRUE);
  if (announces (self, "prompts"))
    json_object_set_boolean_member (filter, "promptsListChanged", TRUE);
  if (announces (self, "resources"))
    json_object_set_boolean_member (filter, "resourcesListChanged", TRUE);
  g_hash_table_iter_init (&iter, self->subscribed);
  while (g_hash_table_iter_next (&iter, &uri, NULL))
    json_array_add_string_element (uris, uri);
  if (json_array_get_length (uris) > 0)
    json_object_set_array_member (filter, "resourceSubscriptions", json_array_ref (uris));
  json_array_unref (uris);

  return json_object_get_size (filter) > 0 ? g_steal_pointer (&filter) : NULL;
}

static gboolean
listen_cb (gpointer user_data)
{
  SbMcpClient *self = user_data;

  self->listen_id = 0;
  listen_now (self);

  return G_SOURCE_REMOVE;
}

/* The stream of notices has ended: a proxy's limit, or the server's wish; a server without one is left alone
 * after a few tries. */
static void
listened_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(SbMcpClient) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) answer = sb_mcp_peer_call_finish (SB_MCP_PEER (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      || g_error_matches (error, SB_MCP_ERROR, SB_MCP_ERROR_CLOSED)
      || g_error_matches (error, SB_MCP_ERROR, SB_MCP_ERROR_REMOTE))
    return;

  if (++self->n_listens < MAX_LISTENS && self->listen_id == 0 && self->listening != NULL)
    self->listen_id = g_timeout_add (LISTEN_AGAIN_MS << self->n_listens, listen_cb, self);
}

static void
listen_now (SbMcpClient *self)
{
  JsonObject *filter = new_filter (self);
  JsonObject *params = NULL;

  sb_mcp_client_stop_notices (self);
  if (filter == NULL)
    return;

  params = json_object_new ();
  json_object_set_object_member (params, "notifications", filter);
  sb_mcp_client_add_meta (self, params);
  self->listening = g_cancellable_new ();
  sb_mcp_peer_call_async (self->peer, "subscriptions/listen", params, 0, NULL, NULL, self->listening, listened_cb,
                          g_object_ref (self));
}

/* Opens the modern era's stream of notices, anew if it is open, with all that is wanted now. */
void
sb_mcp_client_listen (SbMcpClient *self)
{
  self->n_listens = 0;
  listen_now (self);
}

void
sb_mcp_client_stop_notices (SbMcpClient *self)
{
  g_clear_handle_id (&self->listen_id, g_source_remove);
  if (self->listening != NULL)
    g_cancellable_cancel (self->listening);
  g_clear_object (&self->listening);
}
