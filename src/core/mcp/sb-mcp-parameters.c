/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-parameters.h"

#include <string.h>

#include "sb-json.h"
#include "sb-mcp-http-header.h"

#define ANNOTATION "x-mcp-header"

/* The characters of a token, RFC 9110 5.6.2. */
static gboolean
is_token (const char *name)
{
  for (const char *c = name; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("!#$%&'*+-.^_`|~", *c) == NULL)
      return FALSE;

  return name[0] != '\0';
}

static gboolean
is_plain_type (JsonObject *property)
{
  const char *type = sb_json_get_string (property, "type");

  return type != NULL && (g_str_equal (type, "string") || g_str_equal (type, "integer")
                          || g_str_equal (type, "boolean"));
}

static char *
dup_value (JsonNode *value)
{
  if (value == NULL || !JSON_NODE_HOLDS_VALUE (value))
    return NULL;

  switch (json_node_get_value_type (value))
    {
    case G_TYPE_STRING:
      return json_node_dup_string (value);
    case G_TYPE_BOOLEAN:
      return g_strdup (json_node_get_boolean (value) ? "true" : "false");
    default:
      return sb_json_to_string (value, FALSE);
    }
}

/**
 * sb_mcp_parameters_are_valid:
 * @schema: the input schema of a tool
 *
 * Whether every "x-mcp-header" in it is the name of a header, used once, on a string, an integer or a
 * boolean. The specification has clients leave out a tool of which this is not true.
 */
gboolean
sb_mcp_parameters_are_valid (JsonObject *schema)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  JsonObject *properties = sb_json_get_object (schema, "properties");
  JsonObjectIter iter;
  JsonNode *node = NULL;

  if (properties == NULL)
    return TRUE;

  json_object_iter_init (&iter, properties);
  while (json_object_iter_next (&iter, NULL, &node))
    {
      JsonObject *property = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *name = NULL;

      if (property == NULL || !json_object_has_member (property, ANNOTATION))
        continue;
      name = sb_json_get_string (property, ANNOTATION);
      if (name == NULL || !is_token (name) || !is_plain_type (property)
          || !g_hash_table_add (seen, g_ascii_strdown (name, -1)))
        return FALSE;
    }

  return TRUE;
}

/**
 * sb_mcp_parameters_dup:
 * @schema: the input schema of a tool
 * @arguments: what it is called with
 *
 * Returns: (transfer full): name, value, … of the arguments that are marked and not null; for SbMcpSendOptions
 */
GStrv
sb_mcp_parameters_dup (JsonObject *schema,
                       JsonObject *arguments)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  JsonObject *properties = sb_json_get_object (schema, "properties");
  JsonObjectIter iter;
  const char *argument = NULL;
  JsonNode *node = NULL;

  if (properties != NULL)
    json_object_iter_init (&iter, properties);
  while (properties != NULL && json_object_iter_next (&iter, &argument, &node))
    {
      JsonObject *property = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *name = property != NULL ? sb_json_get_string (property, ANNOTATION) : NULL;
      g_autofree char *value = name != NULL ? dup_value (json_object_get_member (arguments, argument)) : NULL;

      if (value != NULL)
        g_strv_builder_add_many (builder, name, value, NULL);
    }

  return g_strv_builder_end (builder);
}

/* Whether a header says the same as an argument; value: NULL where there is no argument, or null. */
static gboolean
says_same (const char *header,
           const char *value)
{
  g_autofree char *decoded = header != NULL ? sb_mcp_http_header_decode (header) : NULL;

  return header == NULL ? value == NULL : decoded != NULL && g_strcmp0 (decoded, value) == 0;
}

/**
 * sb_mcp_parameters_find_problem:
 * @schema: the input schema of a tool that we serve
 * @arguments: (nullable): what it is called with
 * @lookup: finds a header of the request
 *
 * The server's side of sb_mcp_parameters_dup(): what stands between us and the client may act upon the headers,
 * so they must not lie.
 *
 * Returns: (transfer none) (nullable): what is wrong
 */
const char *
sb_mcp_parameters_find_problem (JsonObject        *schema,
                                JsonObject        *arguments,
                                SbMcpHeaderLookup  lookup,
                                gpointer           lookup_data)
{
  JsonObject *properties = sb_json_get_object (schema, "properties");
  JsonObjectIter iter;
  const char *argument = NULL;
  JsonNode *node = NULL;

  if (properties != NULL)
    json_object_iter_init (&iter, properties);
  while (properties != NULL && json_object_iter_next (&iter, &argument, &node))
    {
      JsonObject *property = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *name = property != NULL ? sb_json_get_string (property, ANNOTATION) : NULL;
      g_autofree char *header = name != NULL ? g_strconcat (SB_MCP_HEADER_PARAM_PREFIX, name, NULL) : NULL;
      g_autofree char *value = arguments != NULL ? dup_value (json_object_get_member (arguments, argument)) : NULL;

      if (header != NULL && !says_same (lookup (header, lookup_data), value))
        return "An Mcp-Param header and the argument that it repeats are not the same.";
    }

  return NULL;
}
