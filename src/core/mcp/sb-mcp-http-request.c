/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-http-request.h"

#include <string.h>

#include "sb-json.h"
#include "sb-mcp-http-guard.h"
#include "sb-mcp-http-header.h"
#include "sb-mcp-message.h"

#define TOO_LARGE_KEY "sb-too-large"
#define MAX_BODY_KEY "sb-max-body"

static void
got_chunk_cb (SoupServerMessage *http,
              GBytes            *chunk,
              gpointer           user_data)
{
  SoupMessageBody *body = soup_server_message_get_request_body (http);
  gsize max_body = GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (http), MAX_BODY_KEY));

  if ((gsize) body->length <= max_body)
    return;

  soup_message_body_set_accumulate (body, FALSE);
  soup_message_body_truncate (body);
  g_object_set_data (G_OBJECT (http), TOO_LARGE_KEY, GINT_TO_POINTER (TRUE));
}

static gboolean
read_id (SoupServerMessage *http,
         JsonNode          *message,
         GHashTable        *ids)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (message) ? json_node_get_object (message) : NULL;
  JsonNode *id = object != NULL ? json_object_get_member (object, "id") : NULL;
  g_autofree char *key = sb_mcp_message_dup_id_key (id);
  gboolean has_method = object != NULL && json_object_has_member (object, "method");
  gboolean is_answer = object != NULL && (json_object_has_member (object, "result")
                                          || json_object_has_member (object, "error"));

  if ((!has_method && !is_answer) || (has_method && id != NULL && key == NULL))
    {
      sb_mcp_http_request_refuse (http, SOUP_STATUS_BAD_REQUEST,
                                  "This is no JSON-RPC message: a method, or a result or an error, is needed, and an "
                                  "id is a string or a whole number.");
      return FALSE;
    }
  if (!has_method || id == NULL)
    return TRUE;
  if (g_hash_table_contains (ids, key))
    {
      sb_mcp_http_request_refuse_with (http, SOUP_STATUS_BAD_REQUEST, id, SB_MCP_CODE_INVALID_REQUEST,
                                       "Two requests of this batch have the same id.");
      return FALSE;
    }
  g_hash_table_insert (ids, g_steal_pointer (&key), json_node_copy (id));

  return TRUE;
}

/* nullable, foreign */
const char *
sb_mcp_http_request_get_header (SoupServerMessage *http,
                                const char        *name)
{
  return soup_message_headers_get_one (soup_server_message_get_request_headers (http), name);
}

gboolean
sb_mcp_http_request_is (SoupServerMessage *http,
                        const char        *method)
{
  return g_str_equal (soup_server_message_get_method (http), method);
}

gboolean
sb_mcp_http_request_accepts (SoupServerMessage *http,
                             const char        *type)
{
  return sb_mcp_http_guard_accepts (sb_mcp_http_request_get_header (http, "Accept"), type);
}

/* From its early handler: of a body that is larger nothing is kept. */
void
sb_mcp_http_request_limit (SoupServerMessage *http,
                           gsize              max_body)
{
  g_object_set_data (G_OBJECT (http), MAX_BODY_KEY, GSIZE_TO_POINTER (max_body));
  g_signal_connect (http, "got-chunk", G_CALLBACK (got_chunk_cb), NULL);
}

/* Returns: (transfer full) (nullable): the POST's message; NULL: it was refused */
JsonNode *
sb_mcp_http_request_read (SoupServerMessage *http)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (http);
  const char *type = soup_message_headers_get_content_type (headers, NULL);
  g_autoptr(GBytes) body = NULL;
  JsonNode *message = NULL;

  if (g_object_get_data (G_OBJECT (http), TOO_LARGE_KEY) != NULL)
    {
      sb_mcp_http_request_refuse (http, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "The message is too large.");
      return NULL;
    }
  if (type == NULL || g_ascii_strcasecmp (type, "application/json") != 0)
    {
      sb_mcp_http_request_refuse (http, SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE,
                                  "Messages are sent as Content-Type: application/json.");
      return NULL;
    }

  body = soup_message_body_flatten (soup_server_message_get_request_body (http));
  if (g_bytes_get_size (body) > 0)
    message = sb_json_parse (g_bytes_get_data (body, NULL), g_bytes_get_size (body), NULL);
  if (message == NULL)
    sb_mcp_http_request_refuse_with (http, SOUP_STATUS_BAD_REQUEST, NULL, SB_MCP_CODE_PARSE,
                                     "The body is not valid JSON.");

  return message;
}

/**
 * sb_mcp_http_request_read_ids:
 * @message: what was POSTed
 * @has_batches: whether the agreed revision has them
 * @ids: gets the ids of all requests in it: key → as it came
 *
 * Returns: %FALSE when it was refused
 */
gboolean
sb_mcp_http_request_read_ids (SoupServerMessage *http,
                              JsonNode          *message,
                              gboolean           has_batches,
                              GHashTable        *ids)
{
  JsonArray *batch = JSON_NODE_HOLDS_ARRAY (message) ? json_node_get_array (message) : NULL;

  if (batch == NULL)
    return read_id (http, message, ids);
  if (!has_batches || json_array_get_length (batch) == 0)
    {
      sb_mcp_http_request_refuse (http, SOUP_STATUS_BAD_REQUEST,
                                  "Batches are not part of this revision; send one message a request.");
      return FALSE;
    }

  for (guint i = 0; i < json_array_get_length (batch); i++)
    if (!read_id (http, json_array_get_element (batch, i), ids))
      return FALSE;

  return TRUE;
}

/* Revisions are dates: those without a handshake are all newer than those with one. */
gboolean
sb_mcp_http_request_is_stateless (SoupServerMessage *http,
                                  JsonNode          *message)
{
  const char *revision = sb_mcp_http_request_get_header (http, SB_MCP_HEADER_REVISION);
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (message) ? json_node_get_object (message) : NULL;

  if (object == NULL || sb_mcp_http_request_get_header (http, SB_MCP_HEADER_SESSION) != NULL)
    return FALSE;

  return sb_mcp_http_header_get_meta_revision (object) != NULL
         || g_strcmp0 (revision, SB_MCP_MODERN_REVISION) == 0;
}

/* Whether the headers of a stateless request say what the message says, as what stands in between relies on.
 * Returns: (nullable): what is wrong, for the client */
const char *
sb_mcp_http_request_find_mismatch (SoupServerMessage *http,
                                   JsonObject        *message)
{
  const char *revision = sb_mcp_http_header_get_meta_revision (message);
  const char *target = sb_mcp_http_header_get_target (message);
  const char *method = sb_json_get_string (message, "method");
  const char *name = sb_mcp_http_request_get_header (http, SB_MCP_HEADER_NAME);
  g_autofree char *decoded = name != NULL ? sb_mcp_http_header_decode (name) : NULL;

  if (g_strcmp0 (sb_mcp_http_request_get_header (http, SB_MCP_HEADER_REVISION), revision) != 0)
    return "The header MCP-Protocol-Version does not say what the message says.";
  if (g_strcmp0 (sb_mcp_http_request_get_header (http, SB_MCP_HEADER_METHOD), method) != 0)
    return "The header Mcp-Method does not say what the message says.";
  if (target != NULL && g_strcmp0 (decoded, target) != 0)
    return "The header Mcp-Name does not say what the message says.";

  return NULL;
}

void
sb_mcp_http_request_refuse (SoupServerMessage *http,
                            guint              status,
                            const char        *text)
{
  sb_mcp_http_request_refuse_with (http, status, NULL, SB_MCP_CODE_INVALID_REQUEST, text);
}

/* Answers with a status and, in the body, a JSON-RPC error. id: nullable */
void
sb_mcp_http_request_refuse_with (SoupServerMessage *http,
                                 guint              status,
                                 JsonNode          *id,
                                 int                code,
                                 const char        *text)
{
  g_autoptr(JsonObject) error = sb_mcp_message_new_error (id, code, text, NULL);
  char *json = sb_json_object_to_string (error);

  soup_server_message_set_status (http, status, NULL);
  soup_server_message_set_response (http, "application/json", SOUP_MEMORY_TAKE, json, strlen (json));
}

void
sb_mcp_http_request_refuse_method (SoupServerMessage *http,
                                   const char        *allowed)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (http), "Allow", allowed);
  soup_server_message_set_status (http, sb_mcp_http_request_is (http, "OPTIONS") ? SOUP_STATUS_NO_CONTENT
                                                                                 : SOUP_STATUS_METHOD_NOT_ALLOWED,
                                  NULL);
}
