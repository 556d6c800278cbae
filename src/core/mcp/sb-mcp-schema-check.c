/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <math.h>
#include <string.h>

#include "sb-json.h"
#include "sb-mcp-schema.h"

/* A schema comes from the server it judges: its references may turn in circles, and its alternatives may
 * multiply. What is not decided within these bounds is let through. */
#define MAX_DEPTH 64
#define MAX_STEPS 100000

typedef struct
{
  JsonObject *root;
  GString    *path;    /* of the value that is looked at */
  char       *problem; /* nullable: the first found */
  guint       depth;
  guint       n_steps;
} Check;

static gboolean check_value (Check    *check,
                             JsonNode *schema,
                             JsonNode *value);

static gboolean
fail (Check      *check,
      const char *what)
{
  if (check->problem == NULL)
    check->problem = g_strdup_printf ("%s %s.", check->path->str, what);

  return FALSE;
}

static gboolean
is_number (JsonNode *value)
{
  GType type = JSON_NODE_HOLDS_VALUE (value) ? json_node_get_value_type (value) : G_TYPE_INVALID;

  return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE;
}

static gboolean
has_type (JsonNode   *value,
          const char *type)
{
  GType held = JSON_NODE_HOLDS_VALUE (value) ? json_node_get_value_type (value) : G_TYPE_INVALID;

  if (g_str_equal (type, "object"))
    return JSON_NODE_HOLDS_OBJECT (value);
  if (g_str_equal (type, "array"))
    return JSON_NODE_HOLDS_ARRAY (value);
  if (g_str_equal (type, "null"))
    return JSON_NODE_HOLDS_NULL (value);
  if (g_str_equal (type, "string"))
    return held == G_TYPE_STRING;
  if (g_str_equal (type, "boolean"))
    return held == G_TYPE_BOOLEAN;
  if (g_str_equal (type, "number"))
    return is_number (value);
  if (g_str_equal (type, "integer"))
    return is_number (value) && floor (json_node_get_double (value)) == json_node_get_double (value);

  return TRUE;
}

static const char *
get_string (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node) : NULL;
}

static gboolean
check_type (Check      *check,
            JsonObject *schema,
            JsonNode   *value)
{
  JsonArray *types = sb_json_get_array (schema, "type");
  const char *type = sb_json_get_string (schema, "type");

  if (type != NULL)
    return has_type (value, type) || fail (check, "has another type than promised");
  if (types == NULL)
    return TRUE;

  for (guint i = 0; i < json_array_get_length (types); i++)
    {
      type = get_string (json_array_get_element (types, i));
      if (type != NULL && has_type (value, type))
        return TRUE;
    }

  return fail (check, "has none of the promised types");
}

/* Numbers are equal as numbers: 1 and 1.0. */
static gboolean
is_equal (JsonNode *a,
          JsonNode *b)
{
  if (is_number (a) && is_number (b))
    return json_node_get_double (a) == json_node_get_double (b);

  return json_node_equal (a, b);
}

static gboolean
check_enum (Check      *check,
            JsonObject *schema,
            JsonNode   *value)
{
  JsonArray *values = sb_json_get_array (schema, "enum");
  JsonNode *constant = json_object_get_member (schema, "const");

  if (constant != NULL && !is_equal (constant, value))
    return fail (check, "is not the promised value");
  if (values == NULL)
    return TRUE;

  for (guint i = 0; i < json_array_get_length (values); i++)
    if (is_equal (json_array_get_element (values, i), value))
      return TRUE;

  return fail (check, "is none of the promised values");
}

static gboolean
check_bounds (Check      *check,
              JsonObject *schema,
              double      measure,
              const char *least,
              const char *most)
{
  return (measure >= sb_json_get_double (schema, least, -INFINITY) || fail (check, "is below the promised minimum"))
         && (measure <= sb_json_get_double (schema, most, INFINITY) || fail (check, "is above the promised maximum"));
}

static gboolean
check_number (Check      *check,
              JsonObject *schema,
              JsonNode   *value)
{
  double number = json_node_get_double (value);

  if (number <= sb_json_get_double (schema, "exclusiveMinimum", -INFINITY))
    return fail (check, "is not above the promised minimum");
  if (number >= sb_json_get_double (schema, "exclusiveMaximum", INFINITY))
    return fail (check, "is not below the promised maximum");

  return check_bounds (check, schema, number, "minimum", "maximum");
}

static gboolean
check_member (Check      *check,
              JsonNode   *schema,
              const char *name,
              JsonNode   *value)
{
  gsize length = check->path->len;
  gboolean valid = FALSE;

  g_string_append_printf (check->path, "/%s", name);
  valid = check_value (check, schema, value);
  g_string_truncate (check->path, length);

  return valid;
}

static gboolean
check_required (Check      *check,
                JsonObject *schema,
                JsonObject *object)
{
  JsonArray *required = sb_json_get_array (schema, "required");

  for (guint i = 0; required != NULL && i < json_array_get_length (required); i++)
    {
      const char *name = get_string (json_array_get_element (required, i));

      if (name != NULL && !json_object_has_member (object, name))
        {
          g_autofree char *what = g_strdup_printf ("lacks “%s”", name);

          return fail (check, what);
        }
    }

  return TRUE;
}

static gboolean
check_object (Check      *check,
              JsonObject *schema,
              JsonObject *object)
{
  JsonObject *properties = sb_json_get_object (schema, "properties");
  JsonNode *others = json_object_get_member (schema, "additionalProperties");
  gboolean has_patterns = json_object_has_member (schema, "patternProperties");
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *value = NULL;

  if (!check_required (check, schema, object)
      || !check_bounds (check, schema, json_object_get_size (object), "minProperties", "maxProperties"))
    return FALSE;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &value))
    {
      JsonNode *property = properties != NULL ? json_object_get_member (properties, name) : NULL;

      if (property == NULL && !has_patterns)
        property = others;
      if (property != NULL && !check_member (check, property, name, value))
        return FALSE;
    }

  return TRUE;
}

static gboolean
check_array (Check      *check,
             JsonObject *schema,
             JsonArray  *array)
{
  JsonArray *first = sb_json_get_array (schema, "prefixItems");
  guint n_first = first != NULL ? json_array_get_length (first) : 0;
  JsonNode *items = json_object_get_member (schema, "items");

  if (!check_bounds (check, schema, json_array_get_length (array), "minItems", "maxItems"))
    return FALSE;

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *item = i < n_first ? json_array_get_element (first, i) : items;
      char name[16];

      g_snprintf (name, sizeof name, "%u", i);
      if (item != NULL && !check_member (check, item, name, json_array_get_element (array, i)))
        return FALSE;
    }

  return TRUE;
}

/* How many of the alternatives it is; their problems are of no interest. */
static guint
count_matches (Check     *check,
               JsonArray *schemas,
               JsonNode  *value)
{
  char *problem = g_steal_pointer (&check->problem);
  guint n_matches = 0;

  for (guint i = 0; i < json_array_get_length (schemas); i++)
    {
      n_matches += check_value (check, json_array_get_element (schemas, i), value) ? 1 : 0;
      g_clear_pointer (&check->problem, g_free);
    }
  check->problem = problem;

  return n_matches;
}

static gboolean
check_alternatives (Check      *check,
                    JsonObject *schema,
                    JsonNode   *value)
{
  JsonArray *all = sb_json_get_array (schema, "allOf");
  JsonArray *any = sb_json_get_array (schema, "anyOf");
  JsonArray *one = sb_json_get_array (schema, "oneOf");

  for (guint i = 0; all != NULL && i < json_array_get_length (all); i++)
    if (!check_value (check, json_array_get_element (all, i), value))
      return FALSE;
  if (any != NULL && count_matches (check, any, value) == 0)
    return fail (check, "is none of the promised alternatives");
  if (one != NULL && count_matches (check, one, value) != 1)
    return fail (check, "is not exactly one of the promised alternatives");

  return TRUE;
}

/* Only references within the schema are followed: nothing is ever fetched. Returns (nullable) NULL for others. */
static JsonNode *
resolve (Check      *check,
         const char *reference)
{
  g_auto(GStrv) parts = g_str_has_prefix (reference, "#/") ? g_strsplit (reference + 2, "/", MAX_DEPTH) : NULL;
  JsonObject *object = check->root;
  JsonNode *node = NULL;

  for (gsize i = 0; parts != NULL && parts[i] != NULL; i++)
    {
      g_autoptr(GString) name = g_string_new (parts[i]);

      g_string_replace (name, "~1", "/", 0);
      g_string_replace (name, "~0", "~", 0);
      node = object != NULL ? json_object_get_member (object, name->str) : NULL;
      object = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
    }

  return node;
}

static gboolean
check_reference (Check      *check,
                 JsonObject *schema,
                 JsonNode   *value)
{
  const char *reference = sb_json_get_string (schema, "$ref");
  JsonNode *target = reference != NULL ? resolve (check, reference) : NULL;

  return target == NULL || check_value (check, target, value);
}

static gboolean
check_kind (Check      *check,
            JsonObject *schema,
            JsonNode   *value)
{
  const char *text = get_string (value);

  if (JSON_NODE_HOLDS_OBJECT (value))
    return check_object (check, schema, json_node_get_object (value));
  if (JSON_NODE_HOLDS_ARRAY (value))
    return check_array (check, schema, json_node_get_array (value));
  if (is_number (value))
    return check_number (check, schema, value);
  if (text != NULL)
    return check_bounds (check, schema, g_utf8_strlen (text, -1), "minLength", "maxLength");

  return TRUE;
}

static gboolean
check_value (Check    *check,
             JsonNode *schema,
             JsonNode *value)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (schema) ? json_node_get_object (schema) : NULL;
  gboolean valid = TRUE;

  if (JSON_NODE_HOLDS_VALUE (schema) && json_node_get_value_type (schema) == G_TYPE_BOOLEAN
      && !json_node_get_boolean (schema))
    return fail (check, "is not expected");
  if (object == NULL || check->depth >= MAX_DEPTH || ++check->n_steps > MAX_STEPS)
    return TRUE;

  check->depth++;
  valid = check_reference (check, object, value) && check_type (check, object, value)
          && check_enum (check, object, value) && check_kind (check, object, value)
          && check_alternatives (check, object, value);
  check->depth--;

  return valid;
}

/**
 * sb_mcp_schema_check:
 * @schema: a JSON Schema from outside, such as the output schema of a tool
 * @value: what it promises
 *
 * Checks the keywords of JSON Schema 2020-12 that describe types, values, bounds, members, items, references
 * within the schema, and alternatives. Patterns and formats are not looked at, and nothing is fetched.
 *
 * Returns: (transfer full) (nullable): a sentence with the path of the first thing that is not as promised;
 *   it holds names from outside
 */
char *
sb_mcp_schema_check (JsonObject *schema,
                     JsonNode   *value)
{
  g_autoptr(JsonNode) root = json_node_init_object (json_node_alloc (), schema);
  Check check = { .root = schema, .path = g_string_new ("structuredContent") };

  check_value (&check, root, value);
  g_string_free (check.path, TRUE);

  return check.problem;
}
