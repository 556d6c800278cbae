/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-yaml-json.h"

#include "sb-yaml-node.h"

#include <string.h>

/* A plain word is what YAML's core schema says; Docker's reader agrees on these. */
static JsonNode *
word_to_json (SbYamlNode *self)
{
  JsonNode *node = json_node_alloc ();
  char *end = self->text;

  if (sb_yaml_node_is_null (self))
    return json_node_init_null (node);
  if (strcmp (self->text, "true") == 0 || strcmp (self->text, "false") == 0)
    return json_node_init_boolean (node, self->text[0] == 't');
  if (strspn (self->text, "+-0123456789") == strlen (self->text) && strlen (self->text) < 19)
    {
      gint64 value = g_ascii_strtoll (self->text, &end, 10);

      if (*end == '\0')
        return json_node_init_int (node, value);
    }
  if (strspn (self->text, "+-.eE0123456789") == strlen (self->text))
    {
      double value = g_ascii_strtod (self->text, &end);

      if (*end == '\0' && value - value == 0)
        return json_node_init_double (node, value);
    }

  return json_node_init_string (node, self->text);
}

/**
 * sb_yaml_node_to_json:
 *
 * Returns: (transfer full): the same data; words without quotes become what they look like
 */
JsonNode *
sb_yaml_node_to_json (SbYamlNode *self)
{
  JsonArray *array;
  JsonObject *object;

  if (self->kind == SB_YAML_SCALAR)
    return self->quoted ? json_node_init_string (json_node_alloc (), self->text) : word_to_json (self);

  if (self->kind == SB_YAML_SEQUENCE)
    {
      array = json_array_new ();
      for (guint i = 0; i < self->children->len; i++)
        json_array_add_element (array, sb_yaml_node_to_json (g_ptr_array_index (self->children, i)));
      return json_node_init_array (json_node_alloc (), array);
    }

  object = json_object_new ();
  for (guint i = 0; i < self->children->len; i++)
    json_object_set_member (object, ((SbYamlNode *) g_ptr_array_index (self->keys, i))->text,
                            sb_yaml_node_to_json (g_ptr_array_index (self->children, i)));

  return json_node_init_object (json_node_alloc (), object);
}
