/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-template.h"

#include "sb-json.h"

#include <string.h>

/* A term's value is a JSON node; what is unknown is the empty text. */

static JsonNode *
new_text (const char *text)
{
  return json_node_init_string (json_node_alloc (), text);
}

static JsonNode *
take_text (char *text)
{
  JsonNode *node = new_text (text);

  g_free (text);

  return node;
}

static gboolean
is_text (JsonNode *node)
{
  return json_node_get_value_type (node) == G_TYPE_STRING;
}

static gboolean
is_empty (JsonNode *node)
{
  return JSON_NODE_HOLDS_NULL (node) ||
         (is_text (node) && json_node_get_string (node)[0] == '\0') ||
         (JSON_NODE_HOLDS_ARRAY (node) && json_array_get_length (json_node_get_array (node)) == 0);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (a, b);
}

static void print_value (JsonNode *node,
                         GString  *out);

static void
print_list (JsonArray *array,
            GString   *out)
{
  g_string_append_c (out, '[');
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      if (i > 0)
        g_string_append_c (out, ' ');
      print_value (json_array_get_element (array, i), out);
    }
  g_string_append_c (out, ']');
}

static void
print_map (JsonObject *object,
           GString    *out)
{
  g_autoptr(GList) names = g_list_sort (json_object_get_members (object), compare_names);

  g_string_append (out, "map[");
  for (GList *l = names; l != NULL; l = l->next)
    {
      if (l != names)
        g_string_append_c (out, ' ');
      g_string_append_printf (out, "%s:", (const char *) l->data);
      print_value (json_object_get_member (object, l->data), out);
    }
  g_string_append_c (out, ']');
}

/* As Go's %v writes it. */
static void
print_value (JsonNode *node,
             GString  *out)
{
  g_autofree char *text = NULL;

  if (JSON_NODE_HOLDS_ARRAY (node))
    print_list (json_node_get_array (node), out);
  else if (JSON_NODE_HOLDS_OBJECT (node))
    print_map (json_node_get_object (node), out);
  else if (JSON_NODE_HOLDS_NULL (node))
    g_string_append (out, "<nil>");
  else if (is_text (node))
    g_string_append (out, json_node_get_string (node));
  else
    g_string_append (out, text = sb_json_to_string (node, FALSE));
}

static char *
value_to_text (JsonNode *node)
{
  GString *out = g_string_new (NULL);

  print_value (node, out);

  return g_string_free (out, FALSE);
}

static JsonNode *
look_up (JsonObject *values,
         const char *path)
{
  g_auto(GStrv) keys = g_strsplit (path, ".", -1);
  JsonObject *object = values;
  JsonNode *node = NULL;

  for (guint i = 0; keys[i] != NULL; i++)
    {
      node = object != NULL ? json_object_get_member (object, keys[i]) : NULL;
      if (node == NULL)
        return new_text ("");
      object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
    }

  return node != NULL && !JSON_NODE_HOLDS_NULL (node) ? json_node_copy (node) : new_text ("");
}

/* C:\data is /c/data inside. */
static char *
target_of (const char *path)
{
  g_autofree char *slashes = NULL;

  if (!g_ascii_isalpha (path[0]) || path[1] != ':' || (path[2] != '\\' && path[2] != '/'))
    return g_strdup (path);

  slashes = g_strdelimit (g_strdup (path + 2), "\\", '/');

  return g_strdup_printf ("/%c%s", g_ascii_tolower (path[0]), slashes);
}

typedef char *(*TextFunc) (const char *text,
                           const char *argument);

static char *
to_volume (const char *path,
           const char *argument)
{
  g_autofree char *target = target_of (path);

  return g_strconcat (path, ":", target, NULL);
}

static char *
to_target (const char *path,
           const char *argument)
{
  return target_of (path);
}

static char *
to_mount (const char *path,
          const char *argument)
{
  return g_strconcat (path, ":", argument, NULL);
}

static JsonNode *
map_text (JsonNode   *value,
          TextFunc    func,
          const char *argument)
{
  g_autofree char *text = value_to_text (value);

  return text[0] != '\0' ? take_text (func (text, argument)) : new_text ("");
}

/* Each item of a list, or the one value. */
static JsonNode *
map_texts (JsonNode   *value,
           TextFunc    func,
           const char *argument)
{
  JsonArray *from, *to;

  if (!JSON_NODE_HOLDS_ARRAY (value))
    return map_text (value, func, argument);

  from = json_node_get_array (value);
  to = json_array_new ();
  for (guint i = 0; i < json_array_get_length (from); i++)
    json_array_add_element (to, map_text (json_array_get_element (from, i), func, argument));

  return json_node_init_array (json_node_alloc (), to);
}

static JsonNode *
list_of (JsonNode *value)
{
  JsonArray *array;

  if (JSON_NODE_HOLDS_ARRAY (value))
    return json_node_copy (value);

  array = json_array_new ();
  json_array_add_element (array, json_node_copy (value));

  return json_node_init_array (json_node_alloc (), array);
}

static JsonNode *
item_of (JsonNode *value,
         gboolean  last)
{
  JsonArray *array;
  guint length;

  if (!JSON_NODE_HOLDS_ARRAY (value))
    return json_node_copy (value);

  array = json_node_get_array (value);
  length = json_array_get_length (array);
  if (length == 0)
    return new_text ("");

  return json_node_copy (json_array_get_element (array, last ? length - 1 : 0));
}

/* "[a,b]" is a list; anything else a text. */
static JsonNode *
fallback_of (const char *argument)
{
  gsize length = strlen (argument);
  g_autofree char *inside = NULL;
  g_auto(GStrv) items = NULL;
  JsonArray *array;

  if (length < 2 || argument[0] != '[' || argument[length - 1] != ']')
    return new_text (argument);

  inside = g_strndup (argument + 1, length - 2);
  items = g_strsplit (inside, ",", -1);
  array = json_array_new ();
  for (guint i = 0; items[i] != NULL; i++)
    json_array_add_string_element (array, g_strstrip (items[i]));

  return json_node_init_array (json_node_alloc (), array);
}

/* Filters with an argument are not found behind a blank; what is not known changes nothing. */
static JsonNode *
apply_filter (JsonNode   *value,
              const char *filter)
{
  g_autofree char *name = g_strstrip (g_strdup (filter));

  if (strcmp (name, "volume") == 0)
    return map_texts (value, to_volume, NULL);
  if (strcmp (name, "volume-target") == 0)
    return map_texts (value, to_target, NULL);
  if (strcmp (name, "into") == 0)
    return list_of (value);
  if (strcmp (name, "first") == 0 || strcmp (name, "last") == 0)
    return item_of (value, name[0] == 'l');
  if (g_str_has_prefix (filter, "or:"))
    return is_empty (value) ? fallback_of (filter + strlen ("or:")) : json_node_copy (value);
  if (g_str_has_prefix (filter, "mount_as:"))
    return map_texts (value, to_mount, filter + strlen ("mount_as:"));

  return json_node_copy (value);
}

/* @term: what stands between {{ and }} */
static JsonNode *
evaluate (const char *term,
          JsonObject *values)
{
  g_auto(GStrv) parts = g_strsplit (term, "|", -1);
  JsonNode *value = look_up (values, parts[0] != NULL ? g_strstrip (parts[0]) : "");

  for (guint i = 1; parts[0] != NULL && parts[i] != NULL; i++)
    {
      JsonNode *next = apply_filter (value, parts[i]);

      json_node_unref (value);
      value = next;
    }

  return value;
}

/* The end of "{{…}}" at @text, within its line; NULL when there is none. */
static const char *
end_of_term (const char *text)
{
  const char *end;
  gsize line = strcspn (text, "\n");

  if (!g_str_has_prefix (text, "{{"))
    return NULL;
  end = g_strstr_len (text + 2, line > 2 ? line - 2 : 0, "}}");

  return end != NULL ? end + 2 : NULL;
}

/* The end of the run of ordinary text at @text; @text itself at a lone brace that vanishes. */
static const char *
end_of_literal (const char      *text,
                SbTemplateFlags  flags)
{
  const char *p = text;

  while (*p != '\0' && end_of_term (p) == NULL)
    {
      if ((*p == '{' || *p == '}') && (flags & SB_TEMPLATE_KEEP_BRACES) == 0)
        break;
      p++;
    }

  return p;
}

/* What an item is made of: one value as it is, or several that were printed one after the other. */
static JsonNode *
expand (const char      *text,
        JsonObject      *values,
        SbTemplateFlags  flags)
{
  g_autoptr(GString) out = g_string_new (NULL);
  g_autoptr(JsonNode) only = NULL;
  guint n_terms = 0;

  while (*text != '\0')
    {
      const char *end = end_of_term (text);
      g_autofree char *piece = NULL;
      g_autoptr(JsonNode) value = NULL;

      if (end != NULL)
        {
          piece = g_strndup (text + 2, end - text - 4);
          value = evaluate (piece, values);
        }
      else
        {
          end = end_of_literal (text, flags);
          piece = g_strndup (text, end - text);
          value = new_text (piece);
        }

      if (end == text)
        {
          text++;
          continue;
        }
      text = end;
      print_value (value, out);
      if (n_terms++ == 0)
        only = g_steal_pointer (&value);
    }

  return n_terms == 1 ? g_steal_pointer (&only) : new_text (out->str);
}

/* Go prints a value that is no text by the name of its type. */
static char *
lone_value_to_text (JsonNode        *value,
                    SbTemplateFlags  flags)
{
  GType type;

  if (is_text (value) || (flags & SB_TEMPLATE_PRINT_SCALARS) != 0)
    return value_to_text (value);

  if (JSON_NODE_HOLDS_OBJECT (value))
    return g_strdup ("<map[string]interface {} Value>");
  type = json_node_get_value_type (value);
  if (type == G_TYPE_BOOLEAN)
    return g_strdup ("<bool Value>");

  return g_strdup (type == G_TYPE_DOUBLE ? "<float64 Value>" : "<int Value>");
}

/**
 * sb_template_expand_list:
 * @items: arguments or volumes; NULL-terminated
 * @values: what a path begins at: a member for each server
 *
 * Expands items of "command" and "volumes". An item that is one list becomes as many items as the list has.
 * Pure.
 *
 * Returns: (transfer full)
 */
GStrv
sb_template_expand_list (const char * const *items,
                         JsonObject         *values,
                         SbTemplateFlags     flags)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  g_return_val_if_fail (items != NULL && values != NULL, NULL);

  for (guint i = 0; items[i] != NULL; i++)
    {
      g_autoptr(JsonNode) value = expand (items[i], values, flags);
      JsonArray *array = JSON_NODE_HOLDS_ARRAY (value) ? json_node_get_array (value) : NULL;
      g_autofree char *text = array == NULL ? lone_value_to_text (value, flags) : NULL;

      if (text != NULL)
        g_strv_builder_add (builder, text);
      for (guint j = 0; array != NULL && j < json_array_get_length (array); j++)
        {
          g_autofree char *item = value_to_text (json_array_get_element (array, j));

          g_strv_builder_add (builder, item);
        }
    }

  return g_strv_builder_end (builder);
}

/**
 * sb_template_expand_text:
 *
 * Expands a value of "env" or "user", where everything is printed. Pure.
 *
 * Returns: (transfer full)
 */
char *
sb_template_expand_text (const char      *text,
                         JsonObject      *values,
                         SbTemplateFlags  flags)
{
  g_autoptr(JsonNode) value = NULL;

  g_return_val_if_fail (text != NULL && values != NULL, NULL);

  value = expand (text, values, flags);

  return value_to_text (value);
}

gboolean
sb_template_is_template (const char *text)
{
  const char *open = strstr (text, "{{");

  return open != NULL && strstr (open, "}}") != NULL;
}

/* The name behind a "$" as Go's os.Expand reads it. @length: what it takes; 0 when the "$" stands for itself. */
static char *
read_variable (const char *text,
               gsize      *length)
{
  const char *end;

  if (text[0] == '{')
    {
      end = strchr (text, '}');
      *length = end == NULL ? 1 : end - text + 1;

      return end == NULL ? NULL : g_strndup (text + 1, end - text - 1);
    }

  if (text[0] != '\0' && strchr ("*#$@!?-0123456789", text[0]) != NULL)
    {
      *length = 1;
      return g_strndup (text, 1);
    }

  for (end = text; g_ascii_isalnum (*end) || *end == '_'; end++)
    ;
  *length = end - text;

  return *length > 0 ? g_strndup (text, *length) : NULL;
}

/**
 * sb_template_expand_variables:
 *
 * Expands $NAME and ${NAME}. What @func does not know becomes nothing, and there is no way to write a "$" before a
 * name: "$$" is the variable "$". Pure.
 *
 * Returns: (transfer full)
 */
char *
sb_template_expand_variables (const char     *text,
                              SbVariableFunc  func,
                              gpointer        user_data)
{
  GString *out = g_string_new (NULL);

  g_return_val_if_fail (text != NULL && func != NULL, NULL);

  while (*text != '\0')
    {
      g_autofree char *name = NULL;
      const char *value = NULL;
      gsize length;

      if (*text != '$')
        {
          g_string_append_c (out, *text++);
          continue;
        }

      name = read_variable (text + 1, &length);
      if (length == 0)
        g_string_append_c (out, '$');
      else if (name != NULL && name[0] != '\0')
        value = func (name, user_data);
      if (value != NULL)
        g_string_append (out, value);
      text += 1 + length;
    }

  return g_string_free (out, FALSE);
}
