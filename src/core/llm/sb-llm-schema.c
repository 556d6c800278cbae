/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-llm-schema.h"

#include "sb-json.h"

typedef enum
{
  KEYWORD_COPY,       /* the value is no schema: kept as it is */
  KEYWORD_SCHEMA,     /* a schema, a boolean, or (items, before 2020-12) an array of schemas */
  KEYWORD_SCHEMAS,    /* an array of schemas */
  KEYWORD_SCHEMA_MAP, /* names the schema's author chose, each with a schema */
  KEYWORD_CONSTRAINT, /* refused by strict providers: told in words instead */
  KEYWORD_DROP,       /* refused, and says nothing to a model */
} KeywordKind;

static const struct
{
  const char  *name;
  KeywordKind  kind;
  const char  *words;
} keywords[] = {
  { "items", KEYWORD_SCHEMA, NULL },
  { "additionalItems", KEYWORD_SCHEMA, NULL },
  { "additionalProperties", KEYWORD_SCHEMA, NULL },
  { "contains", KEYWORD_SCHEMA, NULL },
  { "else", KEYWORD_SCHEMA, NULL },
  { "if", KEYWORD_SCHEMA, NULL },
  { "not", KEYWORD_SCHEMA, NULL },
  { "propertyNames", KEYWORD_SCHEMA, NULL },
  { "then", KEYWORD_SCHEMA, NULL },
  { "allOf", KEYWORD_SCHEMAS, NULL },
  { "anyOf", KEYWORD_SCHEMAS, NULL },
  { "oneOf", KEYWORD_SCHEMAS, NULL },
  { "prefixItems", KEYWORD_SCHEMAS, NULL },
  { "$defs", KEYWORD_SCHEMA_MAP, NULL },
  { "definitions", KEYWORD_SCHEMA_MAP, NULL },
  { "dependentSchemas", KEYWORD_SCHEMA_MAP, NULL },
  { "properties", KEYWORD_SCHEMA_MAP, NULL },
  { "format", KEYWORD_CONSTRAINT, "format" },
  { "maxItems", KEYWORD_CONSTRAINT, "at most this many items:" },
  { "maxLength", KEYWORD_CONSTRAINT, "max length" },
  { "maxProperties", KEYWORD_CONSTRAINT, "at most this many properties:" },
  { "minItems", KEYWORD_CONSTRAINT, "at least this many items:" },
  { "minLength", KEYWORD_CONSTRAINT, "min length" },
  { "minProperties", KEYWORD_CONSTRAINT, "at least this many properties:" },
  { "pattern", KEYWORD_CONSTRAINT, "pattern" },
  { "uniqueItems", KEYWORD_CONSTRAINT, "unique items:" },
  { "$schema", KEYWORD_DROP, NULL },
  { "contentEncoding", KEYWORD_DROP, NULL },
  { "contentMediaType", KEYWORD_DROP, NULL },
  { "patternProperties", KEYWORD_DROP, NULL },
};

static KeywordKind
classify (const char  *name,
          const char **words)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keywords); i++)
    {
      if (g_str_equal (keywords[i].name, name))
        {
          *words = keywords[i].words;
          return keywords[i].kind;
        }
    }

  return KEYWORD_COPY;
}

static JsonNode *make_plain_node (JsonNode *node);

static JsonNode *
make_plain_array (JsonArray *schemas)
{
  JsonArray *plain = json_array_sized_new (json_array_get_length (schemas));
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  for (guint i = 0; i < json_array_get_length (schemas); i++)
    json_array_add_element (plain, make_plain_node (json_array_get_element (schemas, i)));
  json_node_take_array (node, plain);

  return node;
}

/* What stands for one schema (or for an array of them): booleans and anything odd are kept as they are. */
static JsonNode *
make_plain_node (JsonNode *node)
{
  JsonNode *plain = NULL;

  if (JSON_NODE_HOLDS_ARRAY (node))
    return make_plain_array (json_node_get_array (node));
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return json_node_copy (node);

  plain = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (plain, sb_llm_schema_make_plain (json_node_get_object (node)));

  return plain;
}

static JsonNode *
make_plain_map (JsonNode *node)
{
  JsonObject *plain = NULL;
  JsonNode *plain_node = NULL;
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *member = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return json_node_copy (node);

  plain = json_object_new ();
  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &member))
    json_object_set_member (plain, name, make_plain_node (member));

  plain_node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (plain_node, plain);

  return plain_node;
}

static void
append_constraint (GString    *notes,
                   const char *words,
                   JsonNode   *value)
{
  g_autofree char *text = json_node_get_value_type (value) == G_TYPE_STRING
    ? json_node_dup_string (value)
    : sb_json_to_string (value, FALSE);

  g_string_append_printf (notes, "%s%s %s", notes->len > 0 ? ", " : "", words, text);
}

static void
set_description (JsonObject *plain,
                 JsonObject *schema,
                 GString    *notes)
{
  const char *description = sb_json_get_string (schema, "description");
  g_autofree char *whole = NULL;

  if (notes->len == 0)
    return;

  whole = description != NULL && description[0] != '\0'
    ? g_strdup_printf ("%s (%s)", description, notes->str)
    : g_strdup (notes->str);
  json_object_set_string_member (plain, "description", whole);
}

/* A copy of a JSON Schema without the keywords strict providers answer 400 for (Cerebras: length, pattern,
 * format and item limits); what they said moves into the description. Only schemas are walked, so a
 * property that happens to be named "pattern" stays, and stays required. The input is not changed.
 * (transfer full) */
JsonObject *
sb_llm_schema_make_plain (JsonObject *schema)
{
  JsonObject *plain = json_object_new ();
  g_autoptr(GString) notes = g_string_new (NULL);
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *value = NULL;

  json_object_iter_init_ordered (&iter, schema);
  while (json_object_iter_next_ordered (&iter, &name, &value))
    {
      const char *words = NULL;

      switch (classify (name, &words))
        {
        case KEYWORD_SCHEMA:
        case KEYWORD_SCHEMAS:
          json_object_set_member (plain, name, make_plain_node (value));
          break;
        case KEYWORD_SCHEMA_MAP:
          json_object_set_member (plain, name, make_plain_map (value));
          break;
        case KEYWORD_CONSTRAINT:
          append_constraint (notes, words, value);
          break;
        case KEYWORD_DROP:
          break;
        case KEYWORD_COPY:
        default:
          json_object_set_member (plain, name, json_node_copy (value));
          break;
        }
    }
  set_description (plain, schema, notes);

  return plain;
}
