/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog-config.h"

#include <string.h>

#include "sb-json.h"

static JsonObject *
copy_deep (JsonObject *object)
{
  g_autofree char *text = sb_json_object_to_string (object);

  return sb_json_parse_object (text, strlen (text), NULL);
}

static void
add_properties (JsonObject *properties,
                JsonObject *known,
                JsonObject *values)
{
  g_autoptr(GList) names = json_object_get_members (known);

  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonObject *property = sb_json_get_object (known, l->data);
      JsonObject *copy = property != NULL ? copy_deep (property) : NULL;

      if (copy == NULL)
        continue;
      if (values != NULL && json_object_has_member (values, l->data))
        json_object_set_member (copy, "default", json_node_copy (json_object_get_member (values, l->data)));
      json_object_set_object_member (properties, l->data, copy);
    }
}

static void
add_required (JsonArray *required,
              JsonArray *known)
{
  for (guint i = 0; known != NULL && i < json_array_get_length (known); i++)
    json_array_add_element (required, json_node_copy (json_array_get_element (known, i)));
}

/**
 * sb_catalog_config_new_schema:
 * @values: (nullable): what is set, as sb_catalog_state_get_config() has it: the defaults of the form
 *
 * All that the entry's schemas know, in one.
 *
 * Returns: (transfer full) (nullable): a JSON schema of an object; NULL when there is nothing to set
 */
JsonObject *
sb_catalog_config_new_schema (SbCatalogServer *server,
                              JsonObject      *values)
{
  JsonArray *config = sb_catalog_server_get_fields (server)->config;
  g_autoptr(JsonObject) schema = json_object_new ();
  JsonObject *properties = json_object_new ();
  JsonArray *required = json_array_new ();

  json_object_set_string_member (schema, "type", "object");
  json_object_set_object_member (schema, "properties", properties);
  json_object_set_array_member (schema, "required", required);
  for (guint i = 0; i < json_array_get_length (config); i++)
    {
      JsonNode *node = json_array_get_element (config, i);
      JsonObject *part = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      JsonObject *known = part != NULL ? sb_json_get_object (part, "properties") : NULL;

      if (known == NULL)
        continue;
      add_properties (properties, known, values);
      add_required (required, sb_json_get_array (part, "required"));
    }

  return json_object_get_size (properties) > 0 ? g_steal_pointer (&schema) : NULL;
}

/**
 * sb_catalog_config_parse_value:
 * @text: as it was typed
 *
 * What the schema does not call a text is JSON; what it does not know at all is a text.
 *
 * Returns: (transfer full): NULL with SB_CATALOG_ERROR_SERVER
 */
JsonNode *
sb_catalog_config_parse_value (SbCatalogServer  *server,
                               const char       *name,
                               const char       *text,
                               GError          **error)
{
  g_autoptr(JsonObject) schema = sb_catalog_config_new_schema (server, NULL);
  JsonObject *property = schema != NULL ? sb_json_get_object (sb_json_get_object (schema, "properties"), name) : NULL;
  const char *type = property != NULL ? sb_json_get_string (property, "type") : NULL;
  JsonNode *value;

  if (type == NULL || g_str_equal (type, "string"))
    return json_node_init_string (json_node_alloc (), text);

  value = sb_json_parse (text, strlen (text), NULL);
  if (value == NULL)
    g_set_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_SERVER, "“%s” wants a value of the type %s.", name, type);

  return value;
}
