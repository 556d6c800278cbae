/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog-lint-private.h"

#include "sb-json.h"
#include "sb-template.h"

#include <string.h>

/* Where a text with templates stands. */
typedef struct
{
  SbLint          *lint;
  SbCatalogServer *server;
  SbYamlNode      *node;
  const char      *key;    /* command, volumes, env */
  const char      *index;
} Place;

static SbYamlEdit *
replace_in (Place      *place,
            const char *old,
            const char *new)
{
  g_auto(GStrv) parts = g_strsplit (place->node->text, old, -1);
  g_autofree char *text = g_strjoinv (new, parts);
  const char *last = strcmp (place->key, "env") == 0 ? "value" : NULL;
  g_auto(GStrv) path = sb_lint_path (place->lint, place->key, place->index, last, NULL);

  return sb_yaml_edit_new_set ((const char * const *) path, sb_yaml_node_new_text (text));
}

/* The schema of {{server.name}}; NULL when the entry's "config" has none. */
static JsonObject *
find_property (SbCatalogServer *server,
               const char      *name)
{
  JsonArray *config = sb_catalog_server_get_fields (server)->config;

  for (guint i = 0; i < json_array_get_length (config); i++)
    {
      JsonNode *node = json_array_get_element (config, i);
      JsonObject *schema = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      JsonObject *known = schema != NULL ? sb_json_get_object (schema, "properties") : NULL;
      JsonObject *property = known != NULL ? sb_json_get_object (known, name) : NULL;

      if (property != NULL)
        return property;
    }

  return NULL;
}

static void
check_filters (Place      *place,
               const char *term,
               GStrv       parts)
{
  static const char * const known[] = { "volume", "volume-target", "into", "first", "last", NULL };

  for (guint i = 1; parts[i] != NULL; i++)
    {
      g_autofree char *name = g_strstrip (g_strdup (parts[i]));
      gboolean argument = g_str_has_prefix (name, "or:") || g_str_has_prefix (name, "mount_as:");
      g_autofree char *wrong = g_strconcat ("|", parts[i], NULL);
      g_autofree char *right = g_strconcat ("|", name, NULL);

      if (argument && parts[i][0] == ' ')
        sb_lint_add (place->lint, place->node, SB_LINT_WARNING, "blank-before-filter",
                     replace_in (place, wrong, right), "Remove the blank",
                     "“%.60s” is not found behind a blank.", name);
      else if (!argument && !g_strv_contains (known, name))
        sb_lint_add (place->lint, place->node, SB_LINT_WARNING, "unknown-filter", replace_in (place, wrong, ""),
                     "Remove it", "There is no filter “%.60s”; it changes nothing.", name);
    }
}

static void
check_default (Place      *place,
               const char *term,
               GStrv       parts,
               JsonObject *property)
{
  JsonNode *node = json_object_get_member (property, "default");
  g_autofree char *text = NULL;
  g_autofree char *old = NULL;
  g_autofree char *new = NULL;

  if (node == NULL || parts[1] != NULL || !JSON_NODE_HOLDS_VALUE (node))
    return;

  text = json_node_get_value_type (node) == G_TYPE_STRING ? json_node_dup_string (node) :
                                                            sb_json_to_string (node, FALSE);
  old = g_strdup_printf ("{{%s}}", term);
  new = g_strdup_printf ("{{%s|or:%s}}", term, text);
  sb_lint_add (place->lint, place->node, SB_LINT_WARNING, "default-not-used",
               strpbrk (text, "{}|") == NULL ? replace_in (place, old, new) : NULL, "Say it in the template",
               "Docker's gateway does not put in the “default” of a configuration; write {{…|or:%.60s}}.", text);
}

static void
check_lone_scalar (Place      *place,
                   GStrv       parts,
                   JsonObject *property)
{
  static const char * const types[] = { "integer", "number", "boolean", NULL };
  const char *type = sb_json_get_string (property, "type");
  const char *text = place->node->text;
  const char *close = strstr (text, "}}");

  if (strcmp (place->key, "env") == 0 || type == NULL || !g_strv_contains (types, type) || parts[1] != NULL)
    return;
  if (g_str_has_prefix (text, "{{") && close != NULL && close[2] == '\0')
    sb_lint_add (place->lint, place->node, SB_LINT_WARNING, "lone-scalar", NULL, NULL,
                 "A %s alone in an argument becomes “<%s Value>” in Docker's gateway; write it behind its option "
                 "(--name={{…}}).", type, strcmp (type, "boolean") == 0 ? "bool" : "int");
}

static void
check_term (Place      *place,
            const char *term)
{
  g_auto(GStrv) parts = g_strsplit (term, "|", -1);
  g_autofree char *path = g_strstrip (g_strdup (parts[0] != NULL ? parts[0] : ""));
  g_autofree char *root = g_strdelimit (g_strdup (place->lint->server), ".", '_');
  g_autofree char *prefix = g_strconcat (root, ".", NULL);
  JsonObject *property;

  if (strcmp (path, root) != 0 && !g_str_has_prefix (path, prefix))
    {
      sb_lint_add (place->lint, place->node, SB_LINT_WARNING, "foreign-template", NULL, NULL,
                   "“{{%.60s}}” is always empty: a server finds only its own values, as {{%.60s.…}}.", term, root);
      return;
    }

  check_filters (place, term, parts);
  property = g_str_has_prefix (path, prefix) ? find_property (place->server, path + strlen (prefix)) : NULL;
  if (property == NULL)
    return;
  check_default (place, term, parts, property);
  check_lone_scalar (place, parts, property);
}

/* Braces that are no template's, which Docker's gateway drops. */
static gboolean
loses_braces (const char *text)
{
  const char *p = text;

  while ((p = strpbrk (p, "{}")) != NULL)
    {
      const char *end = g_str_has_prefix (p, "{{") ? strstr (p + 2, "}}") : NULL;

      if (end == NULL)
        return TRUE;
      p = end + 2;
    }

  return FALSE;
}

static void
check_text (Place *place)
{
  const char *text = place->node->text;
  gboolean is_env = strcmp (place->key, "env") == 0;

  if (loses_braces (text) && (!is_env || sb_template_is_template (text)))
    sb_lint_add (place->lint, place->node, SB_LINT_WARNING, "braces-dropped", NULL, NULL,
                 "Docker's gateway drops the braces that belong to no template; Sandbar keeps them.");

  for (const char *p = strstr (text, "{{"); p != NULL; p = strstr (p, "{{"))
    {
      const char *end = strstr (p, "}}");
      g_autofree char *term = end != NULL ? g_strndup (p + 2, MAX (end - p - 2, 0)) : NULL;

      if (term == NULL)
        break;
      check_term (place, term);
      p = end + 2;
    }
}

typedef struct
{
  SbCatalogServer *server;
  GString         *unknown;
} Variables;

static const char *
variable_cb (const char *name,
             gpointer    user_data)
{
  Variables *variables = user_data;
  const SbCatalogFields *fields = sb_catalog_server_get_fields (variables->server);

  for (guint i = 0; i < fields->secrets->len; i++)
    if (strcmp (((SbCatalogPair *) g_ptr_array_index (fields->secrets, i))->value, name) == 0)
      return NULL;
  for (guint i = 0; i < fields->env->len; i++)
    if (strcmp (((SbCatalogPair *) g_ptr_array_index (fields->env, i))->name, name) == 0)
      return NULL;
  g_string_assign (variables->unknown, name);

  return NULL;
}

static void
check_variables (SbLint          *lint,
                 SbCatalogServer *server,
                 SbYamlNode      *node)
{
  g_autoptr(GString) unknown = g_string_new (NULL);
  Variables variables = { server, unknown };
  g_autofree char *expanded = sb_template_expand_variables (node->text, variable_cb, &variables);

  if (unknown->len > 0)
    sb_lint_add (lint, node, SB_LINT_WARNING, "unknown-variable", NULL, NULL,
                 "“$%.60s” is empty: only secrets and variables of this server are known, and no “$” can stay.",
                 unknown->str);
}

static void
check_list (SbLint          *lint,
            SbCatalogServer *server,
            const char      *key)
{
  SbYamlNode *list = sb_yaml_node_get (sb_catalog_server_get_node (server), key);

  for (guint i = 0; list != NULL && list->kind == SB_YAML_SEQUENCE && i < list->children->len; i++)
    {
      SbYamlNode *item = g_ptr_array_index (list->children, i);
      SbYamlNode *node = strcmp (key, "env") == 0 ? sb_yaml_node_get (item, "value") : item;
      g_autofree char *index = g_strdup_printf ("%u", i);
      Place place = { lint, server, node, key, index };

      if (node == NULL || node->kind != SB_YAML_SCALAR)
        continue;
      check_text (&place);
      if (strcmp (key, "volumes") != 0 && !sb_template_is_template (node->text))
        check_variables (lint, server, node);
    }
}

void
sb_lint_check_templates (SbLint          *lint,
                         SbCatalogServer *server)
{
  check_list (lint, server, "command");
  check_list (lint, server, "volumes");
  check_list (lint, server, "env");
}
