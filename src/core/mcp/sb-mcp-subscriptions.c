/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-subscriptions.h"

#include "sb-json.h"

#define MAX_URIS 1024
#define MAX_LISTENERS 16

struct _SbMcpSubscriptions
{
  /* owned */
  GHashTable *uris;      /* of resources/subscribe */
  GPtrArray  *listeners; /* of SbMcpRequest: each subscriptions/listen that is open */

  /* borrowed */
  SbMcpPeer *peer;
};

/* Returns: (transfer full) */
SbMcpSubscriptions *
sb_mcp_subscriptions_new (SbMcpPeer *peer)
{
  SbMcpSubscriptions *self = g_new0 (SbMcpSubscriptions, 1);

  self->peer = peer;
  self->uris = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->listeners = g_ptr_array_new_with_free_func (g_object_unref);

  return self;
}

void
sb_mcp_subscriptions_free (SbMcpSubscriptions *self)
{
  g_hash_table_unref (self->uris);
  g_ptr_array_unref (self->listeners);
  g_free (self);
}

void
sb_mcp_subscriptions_set (SbMcpSubscriptions *self,
                          const char         *uri,
                          gboolean            subscribed)
{
  if (!subscribed)
    g_hash_table_remove (self->uris, uri);
  else if (g_hash_table_size (self->uris) < MAX_URIS)
    g_hash_table_add (self->uris, g_strdup (uri));
}

static void
drop_cancelled (SbMcpSubscriptions *self)
{
  for (guint i = self->listeners->len; i > 0; i--)
    if (g_cancellable_is_cancelled (sb_mcp_request_get_cancellable (self->listeners->pdata[i - 1])))
      g_ptr_array_remove_index (self->listeners, i - 1);
}

static JsonObject *
get_filter (SbMcpRequest *request)
{
  return sb_json_get_object (sb_mcp_request_get_params (request), "notifications");
}

static JsonObject *
new_params (SbMcpRequest *request)
{
  JsonObject *params = json_object_new ();
  JsonObject *meta = json_object_new ();

  json_object_set_member (meta, SB_MCP_META_SUBSCRIPTION, json_node_copy (sb_mcp_request_get_id (request)));
  json_object_set_object_member (params, "_meta", meta);

  return params;
}

static gboolean
lists_uri (JsonArray  *uris,
           const char *uri)
{
  guint n = uris != NULL ? MIN (json_array_get_length (uris), MAX_URIS) : 0;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (uris, i);

      if (JSON_NODE_HOLDS_VALUE (node) && g_strcmp0 (json_node_get_string (node), uri) == 0)
        return TRUE;
    }

  return FALSE;
}

/* request: stays open until the client ends it; what it opts in to is told within it. */
void
sb_mcp_subscriptions_listen (SbMcpSubscriptions *self,
                             SbMcpRequest       *request)
{
  JsonObject *filter = get_filter (request);
  JsonObject *params = NULL;

  drop_cancelled (self);
  if (filter == NULL || self->listeners->len >= MAX_LISTENERS)
    {
      sb_mcp_request_fail (request, filter == NULL ? SB_MCP_CODE_INVALID_PARAMS : SB_MCP_CODE_BUSY,
                           filter == NULL ? "notifications is an object that says what is wanted."
                                          : "Too many subscriptions at once.");
      return;
    }

  g_ptr_array_add (self->listeners, g_object_ref (request));
  params = new_params (request);
  json_object_set_object_member (params, "notifications", json_object_ref (filter));
  sb_mcp_request_notify (request, "notifications/subscriptions/acknowledged", params);
}

/* kind: "tools", "prompts" or "resources". */
void
sb_mcp_subscriptions_tell_changed (SbMcpSubscriptions *self,
                                   const char         *kind,
                                   gboolean            legacy)
{
  g_autofree char *method = g_strdup_printf ("notifications/%s/list_changed", kind);
  g_autofree char *member = g_strdup_printf ("%sListChanged", kind);

  drop_cancelled (self);
  if (legacy)
    sb_mcp_peer_notify (self->peer, method, NULL);
  for (guint i = 0; i < self->listeners->len; i++)
    {
      SbMcpRequest *request = g_ptr_array_index (self->listeners, i);

      if (sb_json_get_boolean (get_filter (request), member, FALSE))
        sb_mcp_request_notify (request, method, new_params (request));
    }
}

void
sb_mcp_subscriptions_tell_updated (SbMcpSubscriptions *self,
                                   const char         *uri)
{
  drop_cancelled (self);
  if (g_hash_table_contains (self->uris, uri))
    {
      JsonObject *params = json_object_new ();

      json_object_set_string_member (params, "uri", uri);
      sb_mcp_peer_notify (self->peer, "notifications/resources/updated", params);
    }
  for (guint i = 0; i < self->listeners->len; i++)
    {
      SbMcpRequest *request = g_ptr_array_index (self->listeners, i);
      JsonObject *params = NULL;

      if (!lists_uri (sb_json_get_array (get_filter (request), "resourceSubscriptions"), uri))
        continue;
      params = new_params (request);
      json_object_set_string_member (params, "uri", uri);
      sb_mcp_request_notify (request, "notifications/resources/updated", params);
    }
}

static void
add_listed (GHashTable *uris,
            JsonArray  *listed)
{
  guint n = listed != NULL ? MIN (json_array_get_length (listed), MAX_URIS) : 0;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (listed, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_string (node) != NULL)
        g_hash_table_add (uris, json_node_dup_string (node));
    }
}

/* uris: (inout): gets all that is subscribed to */
void
sb_mcp_subscriptions_collect (SbMcpSubscriptions *self,
                              GHashTable         *uris)
{
  GHashTableIter iter;
  gpointer uri = NULL;

  drop_cancelled (self);
  g_hash_table_iter_init (&iter, self->uris);
  while (g_hash_table_iter_next (&iter, &uri, NULL))
    g_hash_table_add (uris, g_strdup (uri));
  for (guint i = 0; i < self->listeners->len; i++)
    add_listed (uris, sb_json_get_array (get_filter (g_ptr_array_index (self->listeners, i)), "resourceSubscriptions"));
}
