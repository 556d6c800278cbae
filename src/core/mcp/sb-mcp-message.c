/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-message.h"

/* Above this a double no longer tells neighbouring integers apart. */
#define MAX_EXACT_DOUBLE 9007199254740992.0

const char * const sb_mcp_revisions[] = { "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", NULL };

static JsonObject *
new_message (void)
{
  JsonObject *message = json_object_new ();

  json_object_set_string_member (message, "jsonrpc", "2.0");

  return message;
}

gboolean
sb_mcp_revision_is_known (const char *revision)
{
  return revision != NULL && g_strv_contains (sb_mcp_revisions, revision);
}

/* Batches came with one revision and left with the next. */
gboolean
sb_mcp_revision_has_batches (const char *revision)
{
  return g_strcmp0 (revision, "2025-03-26") == 0;
}

JsonObject *
sb_mcp_message_new_request (gint64      id,
                            const char *method,
                            JsonObject *params)
{
  JsonObject *message = sb_mcp_message_new_notification (method, params);

  json_object_set_int_member (message, "id", id);

  return message;
}

JsonObject *
sb_mcp_message_new_notification (const char *method,
                                 JsonObject *params)
{
  JsonObject *message = new_message ();

  json_object_set_string_member (message, "method", method);
  if (params != NULL)
    json_object_set_object_member (message, "params", params);

  return message;
}

JsonObject *
sb_mcp_message_new_result (JsonNode   *id,
                           JsonObject *result)
{
  JsonObject *message = new_message ();

  json_object_set_member (message, "id", json_node_copy (id));
  json_object_set_object_member (message, "result", result != NULL ? result : json_object_new ());

  return message;
}

/* id NULL: it could not be read, and is left out; some clients refuse "id": null. data: (transfer none)
 * (nullable): for programs. */
JsonObject *
sb_mcp_message_new_error (JsonNode   *id,
                          int         code,
                          const char *text,
                          JsonNode   *data)
{
  JsonObject *message = new_message ();
  JsonObject *error = json_object_new ();

  json_object_set_int_member (error, "code", code);
  json_object_set_string_member (error, "message", text);
  if (data != NULL)
    json_object_set_member (error, "data", json_node_copy (data));
  if (id != NULL)
    json_object_set_member (message, "id", json_node_copy (id));
  json_object_set_object_member (message, "error", error);

  return message;
}

/* A key that tells 7 from "7"; NULL when the node cannot be the id of a request (null, a fraction, an
 * object…). */
char *
sb_mcp_message_dup_id_key (JsonNode *id)
{
  if (id == NULL || !JSON_NODE_HOLDS_VALUE (id))
    return NULL;
  if (json_node_get_value_type (id) == G_TYPE_STRING)
    return g_strdup_printf ("s%s", json_node_get_string (id));
  if (json_node_get_value_type (id) == G_TYPE_INT64)
    return g_strdup_printf ("i%" G_GINT64_FORMAT, json_node_get_int (id));

  return NULL;
}

/* Our ids are integers; far ends that send them back as "7" or 7.0 are understood. */
gboolean
sb_mcp_message_read_own_id (JsonNode *node,
                            gint64   *id)
{
  GType type = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
  double value = 0;

  if (type == G_TYPE_STRING)
    return g_ascii_string_to_signed (json_node_get_string (node), 10, 1, G_MAXINT64, id, NULL);
  if (type == G_TYPE_INT64)
    {
      *id = json_node_get_int (node);
      return TRUE;
    }
  if (type != G_TYPE_DOUBLE)
    return FALSE;

  value = json_node_get_double (node);
  if (value < -MAX_EXACT_DOUBLE || value > MAX_EXACT_DOUBLE)
    return FALSE;
  *id = (gint64) value;

  return (double) *id == value;
}
