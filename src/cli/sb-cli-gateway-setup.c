/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli-gateway-setup.h"

#include <string.h>

#include "sb-yaml-json.h"

/* Where Docker's gateway looks for a name that is no path. */
#define CATALOGS_BELOW_HOME ".docker", "mcp", "catalogs"
#define LEFT_OUT "docker-desktop"

static char *
find_catalog (const char *name)
{
  g_autofree char *below_home = g_build_filename (g_get_home_dir (), CATALOGS_BELOW_HOME, name, NULL);

  if (g_path_is_absolute (name) || g_file_test (name, G_FILE_TEST_EXISTS) ||
      !g_file_test (below_home, G_FILE_TEST_EXISTS))
    return g_strdup (name);

  return g_steal_pointer (&below_home);
}

GPtrArray *
sb_cli_gateway_load_catalogs (const SbCliGatewayOptions  *options,
                              GError                    **error)
{
  g_autoptr(GPtrArray) catalogs = g_ptr_array_new_with_free_func (g_object_unref);

  if (options->catalogs->len == 0)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "There is no catalog; name one with --catalog=FILE.");
      return NULL;
    }

  for (guint i = 0; i < options->catalogs->len; i++)
    {
      g_autofree char *path = find_catalog (g_ptr_array_index (options->catalogs, i));
      SbCatalog *catalog = sb_catalog_new_from_file (path, error);

      if (catalog == NULL)
        {
          g_prefix_error (error, "%s: ", path);
          return NULL;
        }
      g_ptr_array_add (catalogs, catalog);
    }

  return g_steal_pointer (&catalogs);
}

static gboolean
is_in_catalogs (GPtrArray  *catalogs,
                const char *name)
{
  for (guint i = 0; i < catalogs->len; i++)
    if (sb_catalog_lookup (g_ptr_array_index (catalogs, i), name) != NULL)
      return TRUE;

  return FALSE;
}

static void
enable_all (SbCatalogState *state,
            GPtrArray      *catalogs)
{
  for (guint i = 0; i < catalogs->len; i++)
    for (guint j = 0; j < g_list_model_get_n_items (g_ptr_array_index (catalogs, i)); j++)
      {
        g_autoptr(SbCatalogServer) entry = g_list_model_get_item (g_ptr_array_index (catalogs, i), j);

        sb_catalog_state_set_enabled (state, sb_catalog_server_get_name (entry), TRUE);
      }
}

/* "server: {key: value}", as Docker's config.yaml has it. */
static gboolean
read_config (SbCatalogState  *state,
             const char      *path,
             GError         **error)
{
  g_autofree char *text = NULL;
  gsize length;
  g_autoptr(SbYamlNode) root = NULL;

  if (!g_file_get_contents (path, &text, &length, error))
    return FALSE;
  root = sb_yaml_parse (text, length, error);
  if (root == NULL)
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }

  for (guint i = 0; root->kind == SB_YAML_MAPPING && i < root->keys->len; i++)
    {
      g_autoptr(JsonNode) values = sb_yaml_node_to_json (g_ptr_array_index (root->children, i));
      SbYamlNode *key = g_ptr_array_index (root->keys, i);

      if (JSON_NODE_HOLDS_OBJECT (values))
        sb_catalog_state_set_config (state, key->text, json_node_get_object (values));
    }

  return TRUE;
}

SbCatalogState *
sb_cli_gateway_load_state (const SbCliGatewayOptions  *options,
                           GPtrArray                  *catalogs,
                           GPtrArray                  *missing,
                           GError                    **error)
{
  gboolean named = options->servers->len > 0 || options->enable_all;
  g_autofree char *own = sb_catalog_state_default_path ();
  /* What the command line names is all. */
  g_autoptr(SbCatalogState) state = sb_catalog_state_new (named ? NULL : own, error);

  if (state == NULL)
    return NULL;

  if (options->enable_all)
    enable_all (state, catalogs);
  for (guint i = 0; i < options->servers->len; i++)
    {
      const char *name = g_ptr_array_index (options->servers, i);

      if (is_in_catalogs (catalogs, name))
        sb_catalog_state_set_enabled (state, name, TRUE);
      else
        g_ptr_array_add (missing, g_strdup (name));
    }
  for (guint i = 0; i < options->configs->len; i++)
    if (!read_config (state, g_ptr_array_index (options->configs, i), error))
      return NULL;

  return g_steal_pointer (&state);
}

static void
read_secrets (const char *text,
              GHashTable *secrets)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *equals = strchr (lines[i], '=');

      if (lines[i][0] == '#' || equals == NULL)
        continue;
      *equals = '\0';
      g_hash_table_insert (secrets, g_strdup (g_strstrip (lines[i])), g_strdup (g_strchomp (equals + 1)));
    }
}

GHashTable *
sb_cli_gateway_load_secrets (const SbCliGatewayOptions  *options,
                             GError                    **error)
{
  g_autoptr(GHashTable) secrets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto(GStrv) paths = g_strsplit (options->secrets, ":", -1);

  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autofree char *text = NULL;

      if (g_str_equal (paths[i], LEFT_OUT) || !g_file_test (paths[i], G_FILE_TEST_EXISTS))
        continue;
      if (!g_file_get_contents (paths[i], &text, NULL, error))
        return NULL;
      read_secrets (text, secrets);
      break;
    }

  return g_steal_pointer (&secrets);
}

/* "tool", "server:tool", "server:*", "*", "image:tool", without regard to case. */
static gboolean
matches (const char      *wanted,
         SbGatewayServer *server,
         const char      *tool)
{
  const char *image = sb_catalog_server_get_fields (sb_gateway_server_get_entry (server))->image;
  const char *colon = strrchr (wanted, ':');
  const char *name = colon != NULL ? colon + 1 : wanted;
  g_autofree char *whose = colon != NULL ? g_strndup (wanted, colon - wanted) : NULL;

  if (!g_str_equal (name, "*") && g_ascii_strcasecmp (name, tool) != 0)
    return FALSE;

  return whose == NULL || g_ascii_strcasecmp (whose, sb_gateway_server_get_name (server)) == 0 ||
         (image != NULL && g_ascii_strcasecmp (whose, image) == 0);
}

void
sb_cli_gateway_filter_tools (const SbCliGatewayOptions *options,
                             SbCatalogState            *state,
                             SbGatewayServer           *server)
{
  GListModel *tools = sb_gateway_server_get_tools (server);

  for (guint i = 0; options->tools->len > 0 && i < g_list_model_get_n_items (tools); i++)
    {
      g_autoptr(SbGatewayTool) tool = g_list_model_get_item (tools, i);
      const char *name = sb_gateway_tool_get_name (tool);
      gboolean wanted = FALSE;

      for (guint j = 0; !wanted && j < options->tools->len; j++)
        wanted = matches (g_ptr_array_index (options->tools, j), server, name);
      if (sb_gateway_tool_get_enabled (tool) != wanted)
        sb_catalog_state_set_tool_enabled (state, sb_gateway_server_get_name (server), name, wanted);
    }
}
