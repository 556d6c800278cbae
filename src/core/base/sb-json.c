/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"

#include <string.h>

#include "sb-json-scan.h"
#include "sb-json-write.h"

G_DEFINE_QUARK (sb-json-error-quark, sb_json_error)

static JsonNode *
get_member (JsonObject   *object,
            const char   *name,
            JsonNodeType  type)
{
  JsonNode *member = object != NULL ? json_object_get_member (object, name) : NULL;

  return member != NULL && json_node_get_node_type (member) == type ? member : NULL;
}

static JsonNode *
get_value (JsonObject *object,
           const char *name,
           GType       type)
{
  JsonNode *member = get_member (object, name, JSON_NODE_VALUE);

  return member != NULL && json_node_get_value_type (member) == type ? member : NULL;
}

static JsonNode *
parse_scanned (const char  *data,
               gsize        length,
               GError     **error)
{
  g_autoptr(JsonParser) parser = json_parser_new ();
  g_autoptr(GError) local = NULL;

  if (!json_parser_load_from_data (parser, data, length, &local) || json_parser_get_root (parser) == NULL)
    {
      g_set_error (error, SB_JSON_ERROR, SB_JSON_ERROR_SYNTAX, "This is not usable JSON: %s",
                   local != NULL ? local->message : "it is empty.");
      return NULL;
    }

  return json_parser_steal_root (parser);
}

/**
 * sb_json_parse:
 * @data: foreign text; need not end in NUL when @length is given
 * @length: bytes in @data, or -1 if it ends in NUL
 *
 * Parses JSON that somebody else wrote, strictly (RFC 8259), with the limits SB_JSON_MAX_SIZE and
 * SB_JSON_MAX_DEPTH. A leading byte order mark is skipped. Lone surrogates and \u0000 arrive as U+FFFD,
 * integers beyond 64 bits as doubles. Any thread.
 *
 * Returns: (transfer full): the root, of any type, or NULL with an SbJsonError
 */
JsonNode *
sb_json_parse (const char  *data,
               gssize       length,
               GError     **error)
{
  gsize size;
  GString *repaired = NULL;
  JsonNode *root;

  g_return_val_if_fail (data != NULL || length == 0, NULL);

  if (data == NULL)
    data = "";

  size = length >= 0 ? (gsize) length : strlen (data);
  if (size > SB_JSON_MAX_SIZE)
    {
      g_set_error (error, SB_JSON_ERROR, SB_JSON_ERROR_TOO_LARGE,
                   "This JSON text is too large: %" G_GSIZE_FORMAT " bytes, at most %d are read.",
                   size, SB_JSON_MAX_SIZE);
      return NULL;
    }

  if (size >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0)
    {
      data += 3;
      size -= 3;
    }

  if (!sb_json_scan (data, size, &repaired, error))
    return NULL;

  if (repaired == NULL)
    return parse_scanned (data, size, error);

  root = parse_scanned (repaired->str, repaired->len, error);
  g_string_free (repaired, TRUE);

  return root;
}

/**
 * sb_json_parse_object:
 *
 * Like sb_json_parse(), for text whose root has to be an object; any other root is SB_JSON_ERROR_TYPE.
 *
 * Returns: (transfer full): the object
 */
JsonObject *
sb_json_parse_object (const char  *data,
                      gssize       length,
                      GError     **error)
{
  g_autoptr(JsonNode) root = sb_json_parse (data, length, error);

  if (root == NULL)
    return NULL;

  if (!JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error_literal (error, SB_JSON_ERROR, SB_JSON_ERROR_TYPE, "This JSON text holds no object.");
      return NULL;
    }

  return json_node_dup_object (root);
}

/**
 * sb_json_to_string:
 * @node: (nullable): NULL is written as null
 * @pretty: with line breaks and an indent of two spaces
 *
 * Writes JSON that is valid whatever the tree holds: numbers without regard to the locale and as short as
 * they read back the same, infinities and NaN as null, bytes that are not UTF-8 as U+FFFD.
 *
 * Returns: (transfer full): the text
 */
char *
sb_json_to_string (JsonNode *node,
                   gboolean  pretty)
{
  GString *out = g_string_new (NULL);

  if (node != NULL)
    sb_json_write (node, pretty ? 0 : -1, out);
  else
    g_string_append (out, "null");

  return g_string_free (out, FALSE);
}

/**
 * sb_json_object_to_string:
 *
 * sb_json_to_string() of @object in one line.
 *
 * Returns: (transfer full): the text
 */
char *
sb_json_object_to_string (JsonObject *object)
{
  g_autoptr(JsonNode) node = NULL;

  g_return_val_if_fail (object != NULL, NULL);

  node = json_node_init_object (json_node_alloc (), object);

  return sb_json_to_string (node, FALSE);
}

/**
 * sb_json_get_string:
 * @object: (nullable): NULL has no members
 *
 * Returns: (transfer none) (nullable): the member if it is a string
 */
const char *
sb_json_get_string (JsonObject *object,
                    const char *name)
{
  JsonNode *value = get_value (object, name, G_TYPE_STRING);

  return value != NULL ? json_node_get_string (value) : NULL;
}

/**
 * sb_json_get_int:
 * @object: (nullable): NULL has no members
 *
 * Returns: the member if it is a whole number in range (5 and 5.0 alike), else @fallback
 */
gint64
sb_json_get_int (JsonObject *object,
                 const char *name,
                 gint64      fallback)
{
  JsonNode *value = get_value (object, name, G_TYPE_INT64);
  double number;

  if (value != NULL)
    return json_node_get_int (value);

  value = get_value (object, name, G_TYPE_DOUBLE);
  if (value == NULL)
    return fallback;

  number = json_node_get_double (value);
  if (!(number >= -0x1p63 && number < 0x1p63) || (double) (gint64) number != number)
    return fallback;

  return (gint64) number;
}

/**
 * sb_json_get_double:
 * @object: (nullable): NULL has no members
 *
 * Returns: the member if it is a number, else @fallback
 */
double
sb_json_get_double (JsonObject *object,
                    const char *name,
                    double      fallback)
{
  JsonNode *value = get_value (object, name, G_TYPE_DOUBLE);

  if (value == NULL)
    value = get_value (object, name, G_TYPE_INT64);

  return value != NULL ? json_node_get_double (value) : fallback;
}

/**
 * sb_json_get_boolean:
 * @object: (nullable): NULL has no members
 *
 * Returns: the member if it is true or false, else @fallback
 */
gboolean
sb_json_get_boolean (JsonObject *object,
                     const char *name,
                     gboolean    fallback)
{
  JsonNode *value = get_value (object, name, G_TYPE_BOOLEAN);

  return value != NULL ? json_node_get_boolean (value) : fallback;
}

/* Returns: (transfer full): its members, which are shared: not to be changed themselves */
JsonObject *
sb_json_copy_object (JsonObject *object)
{
  JsonObject *copy = json_object_new ();
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *node = NULL;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    json_object_set_member (copy, name, json_node_ref (node));

  return copy;
}

/**
 * sb_json_get_object:
 * @object: (nullable): NULL has no members
 *
 * Returns: (transfer none) (nullable): the member if it is an object
 */
JsonObject *
sb_json_get_object (JsonObject *object,
                    const char *name)
{
  JsonNode *member = get_member (object, name, JSON_NODE_OBJECT);

  return member != NULL ? json_node_get_object (member) : NULL;
}

/**
 * sb_json_get_array:
 * @object: (nullable): NULL has no members
 *
 * Returns: (transfer none) (nullable): the member if it is an array
 */
JsonArray *
sb_json_get_array (JsonObject *object,
                   const char *name)
{
  JsonNode *member = get_member (object, name, JSON_NODE_ARRAY);

  return member != NULL ? json_node_get_array (member) : NULL;
}

/**
 * sb_json_dup_strings:
 * @object: (nullable): NULL has no members
 *
 * Returns: (transfer full) (nullable): the member if it is an array of nothing but strings
 */
GStrv
sb_json_dup_strings (JsonObject *object,
                     const char *name)
{
  JsonArray *array = sb_json_get_array (object, name);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  if (array == NULL)
    return NULL;

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *item = json_array_get_element (array, i);

      if (json_node_get_value_type (item) != G_TYPE_STRING)
        return NULL;
      g_strv_builder_add (builder, json_node_get_string (item));
    }

  return g_strv_builder_end (builder);
}
