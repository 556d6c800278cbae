/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-http-answer.h"

#include <libsoup/soup.h>
#include <string.h>

#include "sb-json.h"
#include "sb-mcp-message.h"

/* A sentence about a session is short; a longer text only mentions one. */
#define MAX_COMPLAINT 200

static JsonObject *
get_object (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonObject *
get_error (JsonNode *node)
{
  JsonObject *object = get_object (node);

  return object != NULL && !json_object_has_member (object, "method") ? sb_json_get_object (object, "error") : NULL;
}

/* id_key: (nullable): of the request. Whether the message answers it, alone or in a batch. */
gboolean
sb_mcp_http_answer_is_for (JsonNode   *node,
                           const char *id_key)
{
  JsonObject *object = get_object (node);
  JsonNode *id = object != NULL && !json_object_has_member (object, "method") ? json_object_get_member (object, "id")
                                                                              : NULL;
  JsonArray *batch = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  gint64 own = 0;
  g_autofree char *key = NULL;

  for (guint i = 0; batch != NULL && i < json_array_get_length (batch); i++)
    if (JSON_NODE_HOLDS_OBJECT (json_array_get_element (batch, i))
        && sb_mcp_http_answer_is_for (json_array_get_element (batch, i), id_key))
      return TRUE;

  if (id == NULL || id_key == NULL)
    return FALSE;
  /* "7" and 7.0 are meant for 7. */
  if (sb_mcp_message_read_own_id (id, &own))
    key = g_strdup_printf ("i%" G_GINT64_FORMAT, own);
  else
    key = sb_mcp_message_dup_id_key (id);

  return g_strcmp0 (key, id_key) == 0;
}

/* message: the request. An error without an id belongs to the POST that brought it. */
void
sb_mcp_http_answer_complete (JsonNode *node,
                             JsonNode *message)
{
  JsonObject *object = get_object (node);
  JsonNode *id = object != NULL ? json_object_get_member (object, "id") : NULL;

  if (get_error (node) == NULL || (id != NULL && !JSON_NODE_HOLDS_NULL (id)))
    return;

  json_object_set_member (object, "id", json_node_copy (json_object_get_member (get_object (message), "id")));
}

/* Returns: (transfer full) (nullable): the JSON-RPC error that came with a status of its own, if it is one */
JsonNode *
sb_mcp_http_answer_parse_error (const GString *body)
{
  g_autoptr(JsonNode) node = sb_json_parse (body->str, body->len, NULL);

  if (get_error (node) == NULL
      || g_strcmp0 (sb_json_get_string (json_node_get_object (node), "jsonrpc"), "2.0") != 0)
    return NULL;

  return g_steal_pointer (&node);
}

/**
 * sb_mcp_http_answer_ends_session:
 * @status: the answer to a request that named a session
 * @body: (nullable): of the answer
 *
 * 404 by the specification, but 400 and 401 with words about it are seen too.
 */
gboolean
sb_mcp_http_answer_ends_session (guint          status,
                                 const GString *body)
{
  g_autofree char *lower = NULL;

  if (status == SOUP_STATUS_NOT_FOUND)
    return TRUE;
  if ((status != SOUP_STATUS_BAD_REQUEST && status != SOUP_STATUS_UNAUTHORIZED) || body == NULL)
    return FALSE;

  lower = g_ascii_strdown (body->str, body->len);

  return strstr (lower, "session") != NULL;
}

/* Whether a JSON-RPC error under status 200 says that the session is gone, in the words of the servers that do
 * that. */
gboolean
sb_mcp_http_answer_is_complaint (JsonNode *node)
{
  static const char * const words[] = {
    "not found", "expired", "invalid", "no valid", "no such", "not valid", "terminated", "unknown", "does not exist",
    "closed",
  };
  JsonObject *error = get_error (node);
  const char *message = error != NULL ? sb_json_get_string (error, "message") : NULL;
  gint64 code = error != NULL ? sb_json_get_int (error, "code", 0) : 0;
  g_autofree char *lower = NULL;

  if (message == NULL || strlen (message) > MAX_COMPLAINT
      || (code != SB_MCP_CODE_BUSY && code != SB_MCP_CODE_NO_SESSION && code != SB_MCP_CODE_INVALID_REQUEST))
    return FALSE;

  lower = g_ascii_strdown (message, -1);
  for (gsize i = 0; strstr (lower, "session") != NULL && i < G_N_ELEMENTS (words); i++)
    if (strstr (lower, words[i]) != NULL)
      return TRUE;

  return FALSE;
}
