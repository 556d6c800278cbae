/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-form.h"

#include <stdio.h>
#include <string.h>

#include "sb-json.h"
#include "sb-mcp-client.h"

/* Nobody fills in more. */
#define MAX_FIELDS 100
#define MAX_CHOICES 1000

static const char * const format_names[] = { "", "email", "uri", "date", "date-time" };

static void
choice_free (gpointer data)
{
  SbMcpChoice *choice = data;

  g_free (choice->value);
  g_free (choice->title);
  g_free (choice);
}

static void
field_free (gpointer data)
{
  SbMcpField *field = data;

  g_free (field->name);
  g_free (field->title);
  g_free (field->description);
  g_clear_pointer (&field->default_value, json_node_unref);
  g_ptr_array_unref (field->choices);
  g_free (field);
}

static const char *
get_string (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node) : NULL;
}

static void
add_choice (SbMcpField *field,
            const char *value,
            const char *title)
{
  SbMcpChoice *choice = NULL;

  if (value == NULL || field->choices->len >= MAX_CHOICES)
    return;

  choice = g_new0 (SbMcpChoice, 1);
  choice->value = g_strdup (value);
  choice->title = g_strdup (title != NULL ? title : value);
  g_ptr_array_add (field->choices, choice);
}

/* "enum" with or without the older "enumNames". */
static void
take_plain_choices (SbMcpField *field,
                    JsonObject *schema)
{
  JsonArray *values = sb_json_get_array (schema, "enum");
  JsonArray *names = sb_json_get_array (schema, "enumNames");
  guint n = values != NULL ? json_array_get_length (values) : 0;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *name = names != NULL && i < json_array_get_length (names) ? json_array_get_element (names, i) : NULL;

      add_choice (field, get_string (json_array_get_element (values, i)), get_string (name));
    }
}

/* A list of {"const": …, "title": …}. */
static void
take_titled_choices (SbMcpField *field,
                     JsonArray  *options)
{
  guint n = options != NULL ? json_array_get_length (options) : 0;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (options, i);
      JsonObject *option = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      if (option != NULL)
        add_choice (field, sb_json_get_string (option, "const"), sb_json_get_string (option, "title"));
    }
}

static void
take_choices (SbMcpField *field,
              JsonObject *schema)
{
  take_plain_choices (field, schema);
  take_titled_choices (field, sb_json_get_array (schema, "oneOf"));
  take_titled_choices (field, sb_json_get_array (schema, "anyOf"));
}

static gboolean
take_kind (SbMcpField *field,
           JsonObject *schema)
{
  const char *type = sb_json_get_string (schema, "type");
  JsonObject *items = sb_json_get_object (schema, "items");

  if (g_strcmp0 (type, "boolean") == 0)
    field->kind = SB_MCP_FIELD_BOOLEAN;
  else if (g_strcmp0 (type, "integer") == 0)
    field->kind = SB_MCP_FIELD_INTEGER;
  else if (g_strcmp0 (type, "number") == 0)
    field->kind = SB_MCP_FIELD_NUMBER;
  else if (g_strcmp0 (type, "array") == 0 && items != NULL)
    field->kind = SB_MCP_FIELD_CHOICES;
  else if (type == NULL || g_str_equal (type, "string"))
    field->kind = SB_MCP_FIELD_STRING;
  else
    return FALSE;

  take_choices (field, field->kind == SB_MCP_FIELD_CHOICES ? items : schema);
  if (field->kind == SB_MCP_FIELD_STRING && field->choices->len > 0)
    field->kind = SB_MCP_FIELD_CHOICE;

  return field->kind != SB_MCP_FIELD_CHOICES || field->choices->len > 0;
}

static void
take_bounds (SbMcpField *field,
             JsonObject *schema)
{
  gboolean is_text = field->kind == SB_MCP_FIELD_STRING;
  gboolean is_list = field->kind == SB_MCP_FIELD_CHOICES;

  field->minimum = sb_json_get_double (schema, is_text ? "minLength" : is_list ? "minItems" : "minimum",
                                       is_text || is_list ? 0 : -G_MAXDOUBLE);
  field->maximum = sb_json_get_double (schema, is_text ? "maxLength" : is_list ? "maxItems" : "maximum",
                                       G_MAXDOUBLE);
}

static SbMcpFormat
find_format (const char *name)
{
  for (guint i = 1; name != NULL && i < G_N_ELEMENTS (format_names); i++)
    if (g_str_equal (format_names[i], name))
      return i;

  return SB_MCP_FORMAT_NONE;
}

static gboolean
is_choice (SbMcpField *field,
           JsonNode   *value)
{
  const char *text = get_string (value);

  for (guint i = 0; text != NULL && i < field->choices->len; i++)
    if (g_str_equal (((SbMcpChoice *) g_ptr_array_index (field->choices, i))->value, text))
      return TRUE;

  return FALSE;
}

static gboolean
are_choices (SbMcpField *field,
             JsonNode   *value)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (value) ? json_node_get_array (value) : NULL;
  guint n = array != NULL ? json_array_get_length (array) : 0;

  for (guint i = 0; i < n; i++)
    if (!is_choice (field, json_array_get_element (array, i)))
      return FALSE;

  return array != NULL;
}

static gboolean
is_number (JsonNode *value,
           gboolean  whole)
{
  GType type = JSON_NODE_HOLDS_VALUE (value) ? json_node_get_value_type (value) : G_TYPE_INVALID;

  return type == G_TYPE_INT64 || (type == G_TYPE_DOUBLE && !whole);
}

static gboolean
has_kind (SbMcpField *field,
          JsonNode   *value)
{
  switch (field->kind)
    {
    case SB_MCP_FIELD_BOOLEAN:
      return JSON_NODE_HOLDS_VALUE (value) && json_node_get_value_type (value) == G_TYPE_BOOLEAN;
    case SB_MCP_FIELD_INTEGER:
    case SB_MCP_FIELD_NUMBER:
      return is_number (value, field->kind == SB_MCP_FIELD_INTEGER);
    case SB_MCP_FIELD_CHOICE:
      return is_choice (field, value);
    case SB_MCP_FIELD_CHOICES:
      return are_choices (field, value);
    case SB_MCP_FIELD_STRING:
    default:
      return get_string (value) != NULL;
    }
}

static double
measure (SbMcpField *field,
         JsonNode   *value)
{
  switch (field->kind)
    {
    case SB_MCP_FIELD_INTEGER:
    case SB_MCP_FIELD_NUMBER:
      return json_node_get_double (value);
    case SB_MCP_FIELD_CHOICES:
      return json_array_get_length (json_node_get_array (value));
    case SB_MCP_FIELD_STRING:
      return g_utf8_strlen (json_node_get_string (value), -1);
    case SB_MCP_FIELD_BOOLEAN:
    case SB_MCP_FIELD_CHOICE:
    default:
      return field->minimum;
    }
}

static gboolean
is_date (const char *text)
{
  int year = 0;
  int month = 0;
  int day = 0;
  char end = '\0';

  return strlen (text) == 10 && sscanf (text, "%4d-%2d-%2d%c", &year, &month, &day, &end) == 3
         && g_date_valid_dmy (day, month, year);
}

static gboolean
has_format (SbMcpField *field,
            JsonNode   *value)
{
  const char *text = get_string (value);
  const char *at = NULL;
  g_autoptr(GDateTime) when = NULL;

  switch (field->format)
    {
    case SB_MCP_FORMAT_EMAIL:
      at = strchr (text, '@');
      return at != NULL && at != text && at[1] != '\0' && strchr (at + 1, '@') == NULL;
    case SB_MCP_FORMAT_URI:
      return g_uri_is_valid (text, G_URI_FLAGS_NONE, NULL);
    case SB_MCP_FORMAT_DATE:
      return is_date (text);
    case SB_MCP_FORMAT_DATE_TIME:
      when = g_date_time_new_from_iso8601 (text, NULL);
      return when != NULL;
    case SB_MCP_FORMAT_NONE:
    default:
      return TRUE;
    }
}

static gboolean
is_valid (SbMcpField *field,
          JsonNode   *value)
{
  return has_kind (field, value) && measure (field, value) >= field->minimum
         && measure (field, value) <= field->maximum && has_format (field, value);
}

static SbMcpField *
parse_field (const char *name,
             JsonObject *schema)
{
  SbMcpField *field = g_new0 (SbMcpField, 1);
  const char *title = sb_json_get_string (schema, "title");
  JsonNode *value = json_object_get_member (schema, "default");

  field->name = g_strdup (name);
  field->title = g_strdup (title != NULL ? title : name);
  field->description = g_strdup (sb_json_get_string (schema, "description"));
  field->choices = g_ptr_array_new_with_free_func (choice_free);
  if (!take_kind (field, schema))
    {
      field_free (field);
      return NULL;
    }

  take_bounds (field, schema);
  if (field->kind == SB_MCP_FIELD_STRING)
    field->format = find_format (sb_json_get_string (schema, "format"));
  if (value != NULL && is_valid (field, value))
    field->default_value = json_node_copy (value);

  return field;
}

static gboolean
is_required (JsonObject *schema,
             const char *name)
{
  JsonArray *required = sb_json_get_array (schema, "required");
  guint n = required != NULL ? MIN (json_array_get_length (required), MAX_FIELDS) : 0;

  for (guint i = 0; i < n; i++)
    if (g_strcmp0 (get_string (json_array_get_element (required, i)), name) == 0)
      return TRUE;

  return FALSE;
}

/**
 * sb_mcp_form_parse:
 * @schema: the requestedSchema of an elicitation: a flat object of strings, numbers, booleans and choices,
 *   as the specification limits it
 *
 * Returns: (transfer full) (nullable): of SbMcpField, in the server's order; %NULL with SB_MCP_ERROR_PROTOCOL
 *   for a form that cannot be shown
 */
GPtrArray *
sb_mcp_form_parse (JsonObject  *schema,
                   GError     **error)
{
  g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func (field_free);
  JsonObject *properties = sb_json_get_object (schema, "properties");
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *node = NULL;

  if (properties == NULL || json_object_get_size (properties) > MAX_FIELDS)
    {
      g_set_error (error, SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL, "A form has between 0 and %d properties.", MAX_FIELDS);
      return NULL;
    }

  json_object_iter_init_ordered (&iter, properties);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    {
      SbMcpField *field = JSON_NODE_HOLDS_OBJECT (node) ? parse_field (name, json_node_get_object (node)) : NULL;

      if (field == NULL)
        {
          g_set_error (error, SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL,
                       "The field “%s” is of a kind that forms cannot have.", name);
          return NULL;
        }
      field->required = is_required (schema, name);
      g_ptr_array_add (fields, field);
    }

  return g_steal_pointer (&fields);
}

/**
 * sb_mcp_form_find_problem:
 * @fields: of SbMcpField
 * @content: what was filled in
 *
 * Returns: (transfer full) (nullable): the name of the first field that is missing or not valid
 */
char *
sb_mcp_form_find_problem (GPtrArray  *fields,
                          JsonObject *content)
{
  for (guint i = 0; i < fields->len; i++)
    {
      SbMcpField *field = g_ptr_array_index (fields, i);
      JsonNode *value = json_object_get_member (content, field->name);

      if (value == NULL ? field->required : !is_valid (field, value))
        return g_strdup (field->name);
    }

  return NULL;
}
