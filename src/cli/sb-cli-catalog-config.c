/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli-catalog.h"

#include "sb-catalog-config.h"
#include "sb-catalog-state.h"
#include "sb-json.h"

#include <stdio.h>
#include <string.h>

/* A new object each time: what the state has is not changed. */
static JsonObject *
copy_values (JsonObject *values)
{
  JsonObject *copy = json_object_new ();
  g_autoptr(GList) names = values != NULL ? json_object_get_members (values) : NULL;

  for (GList *l = names; l != NULL; l = l->next)
    json_object_set_member (copy, l->data, json_node_copy (json_object_get_member (values, l->data)));

  return copy;
}

static int
show (JsonObject *values)
{
  g_autoptr(GList) names = values != NULL ? json_object_get_members (values) : NULL;

  for (GList *l = names; l != NULL; l = l->next)
    {
      g_autofree char *value = sb_json_to_string (json_object_get_member (values, l->data), FALSE);
      g_autofree char *line = g_strdup_printf ("%s=%s\n", (const char *) l->data, value);

      sb_cli_catalog_print_clean (line);
    }

  return 0;
}

/* "KEY=VALUE", or "KEY=" for none. */
static gboolean
set_value (SbCatalogServer  *server,
           JsonObject       *values,
           const char       *word,
           GError          **error)
{
  const char *equals = strchr (word, '=');
  g_autofree char *name = equals != NULL ? g_strndup (word, equals - word) : NULL;
  JsonNode *value;

  if (name == NULL || *name == '\0')
    {
      g_set_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_SERVER, "“%s” is not KEY=VALUE.", word);
      return FALSE;
    }
  if (equals[1] == '\0')
    {
      json_object_remove_member (values, name);
      return TRUE;
    }

  value = sb_catalog_config_parse_value (server, name, equals + 1, error);
  if (value != NULL)
    json_object_set_member (values, name, value);

  return value != NULL;
}

int
sb_cli_catalog_config (SbCliCatalog *options)
{
  g_autofree char *path = sb_catalog_state_default_path ();
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = sb_cli_catalog_open_for (options);
  g_autoptr(SbCatalogState) state = catalog != NULL ? sb_catalog_state_new (path, &error) : NULL;
  const char *name = options->words[1];
  g_autoptr(JsonObject) values = NULL;

  if (catalog == NULL)
    return SB_CLI_EXIT_FAILED;
  if (state == NULL)
    return sb_cli_catalog_print_error (error);
  if (options->words[2] == NULL)
    return show (sb_catalog_state_get_config (state, name));

  values = copy_values (sb_catalog_state_get_config (state, name));
  for (guint i = 2; options->words[i] != NULL; i++)
    if (!set_value (sb_catalog_lookup (catalog, name), values, options->words[i], &error))
      return sb_cli_catalog_print_error (error);
  sb_catalog_state_set_config (state, name, json_object_get_size (values) > 0 ? values : NULL);

  return sb_catalog_state_save (state, &error) ? 0 : sb_cli_catalog_print_error (error);
}
