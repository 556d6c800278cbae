/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-schema.h"

#include <string.h>

#include "sb-json.h"

static gboolean
is_whole (JsonNode *node)
{
  double value = json_node_get_double (node);

  return json_node_get_value_type (node) == G_TYPE_INT64
         || (value > -9e15 && value < 9e15 && (double) (gint64) value == value);
}

static gboolean
is_number (JsonNode *node)
{
  GType type = json_node_get_value_type (node);

  return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE;
}

static gboolean
is_known_type (const char *type)
{
  static const char * const known[] = { "object", "array", "string", "boolean", "number", "integer", NULL };

  return g_strv_contains (known, type);
}

static gboolean
has_type (JsonNode   *node,
          const char *type)
{
  if (g_str_equal (type, "object"))
    return JSON_NODE_HOLDS_OBJECT (node);
  if (g_str_equal (type, "array"))
    return JSON_NODE_HOLDS_ARRAY (node);
  if (!JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  if (g_str_equal (type, "string"))
    return json_node_get_value_type (node) == G_TYPE_STRING;
  if (g_str_equal (type, "boolean"))
    return json_node_get_value_type (node) == G_TYPE_BOOLEAN;

  return is_number (node) && (g_str_equal (type, "number") || is_whole (node));
}

static const char *
describe_type (const char *type)
{
  if (g_str_equal (type, "object"))
    return "an object";
  if (g_str_equal (type, "array"))
    return "a list";
  if (g_str_equal (type, "integer"))
    return "a whole number";
  if (g_str_equal (type, "number"))
    return "a number";
  if (g_str_equal (type, "boolean"))
    return "true or false";

  return "a string";
}

static const char *
get_item_type (JsonObject *property)
{
  JsonObject *items = sb_json_get_object (property, "items");

  return items != NULL ? sb_json_get_string (items, "type") : NULL;
}

static gboolean
items_have_type (JsonNode   *node,
                 const char *item_type)
{
  JsonArray *array = json_node_get_array (node);
  guint n = json_array_get_length (array);

  for (guint i = 0; i < n; i++)
    if (!has_type (json_array_get_element (array, i), item_type))
      return FALSE;

  return TRUE;
}

static char *
find_value_problem (const char *name,
                    JsonObject *property,
                    JsonNode   *value)
{
  const char *type = sb_json_get_string (property, "type");
  const char *item_type = get_item_type (property);

  if (type == NULL || !is_known_type (type))
    return NULL;
  if (item_type != NULL && !is_known_type (item_type))
    item_type = NULL;
  /* Models often send one item in place of a list of them; the tools take both. */
  if (item_type != NULL && g_str_equal (type, "array") && has_type (value, item_type))
    return NULL;
  if (!has_type (value, type))
    return g_strdup_printf ("The argument “%s” must be %s.", name, describe_type (type));
  if (item_type != NULL && JSON_NODE_HOLDS_ARRAY (value) && !items_have_type (value, item_type))
    return g_strdup_printf ("Each item of the argument “%s” must be %s.", name, describe_type (item_type));

  return NULL;
}

static char *
find_missing (JsonObject *schema,
              JsonObject *arguments)
{
  JsonArray *required = sb_json_get_array (schema, "required");
  guint n = required != NULL ? json_array_get_length (required) : 0;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (required, i);
      const char *name = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
      JsonNode *value = name != NULL ? json_object_get_member (arguments, name) : NULL;

      if (name != NULL && (value == NULL || JSON_NODE_HOLDS_NULL (value)))
        return g_strdup_printf ("The argument “%s” is missing.", name);
    }

  return NULL;
}

/**
 * sb_mcp_schema_find_problem:
 * @schema: the input schema of a tool that we serve, our own or another server's
 * @arguments: what was sent
 *
 * Checks what our published schemas use: required, and the types of properties and of list items. Null
 * counts as absent and unknown arguments are let through, as models send both.
 *
 * Returns: (transfer full) (nullable): a sentence that names the argument
 */
char *
sb_mcp_schema_find_problem (JsonObject *schema,
                            JsonObject *arguments)
{
  JsonObject *properties = sb_json_get_object (schema, "properties");
  char *problem = find_missing (schema, arguments);
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *value = NULL;

  json_object_iter_init (&iter, arguments);
  while (problem == NULL && properties != NULL && json_object_iter_next (&iter, &name, &value))
    {
      JsonObject *property = sb_json_get_object (properties, name);

      if (property != NULL && !JSON_NODE_HOLDS_NULL (value))
        problem = find_value_problem (name, property, value);
    }

  return problem;
}
