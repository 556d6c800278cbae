/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-compose-export.h"

#include <string.h>

#include "sb-yaml-node.h"

#define HEAD \
  "# The tools of Sandbar without its window. Set MCP_GATEWAY_AUTH_TOKEN in .env, then: docker compose up\n"
/* The only folder that the gateway reads catalogs from. */
#define CATALOG_TARGET "/root/.docker/mcp/catalogs/sandbar.yaml"
#define SECRET "mcp_secret"

static SbYamlNode *
add_mapping (SbYamlNode *parent,
             const char *key)
{
  return sb_yaml_node_add (parent, key, sb_yaml_node_new_mapping ());
}

static SbYamlNode *
add_list (SbYamlNode *parent,
          const char *key)
{
  return sb_yaml_node_add (parent, key, sb_yaml_node_new_sequence ());
}

static void
add_text (SbYamlNode *parent,
          const char *key,
          const char *text)
{
  sb_yaml_node_add (parent, key, sb_yaml_node_new_text (text));
}

/* "$" is Compose's own and has to be doubled to stay. */
static char *
escape (const char *text)
{
  g_auto(GStrv) parts = g_strsplit (text, "$", -1);

  return g_strjoinv ("$$", parts);
}

static void
append_option (SbYamlNode *list,
               const char *name,
               const char *value)
{
  g_autofree char *escaped = escape (value);
  g_autofree char *option = g_strconcat (name, "=", escaped, NULL);

  sb_yaml_node_append (list, sb_yaml_node_new_text (option));
}

static void
add_command (SbYamlNode           *gateway,
             const SbComposeInput *input)
{
  g_autofree char *servers = g_strjoinv (",", (char **) input->servers);
  SbYamlNode *command = add_list (gateway, "command");

  append_option (command, "--transport", "streaming");
  append_option (command, "--port", "8811");
  append_option (command, "--catalog", "sandbar.yaml");
  append_option (command, "--servers", servers);
  append_option (command, "--secrets", "/run/secrets/" SECRET);
}

static void
add_gateway (SbYamlNode           *services,
             const SbComposeInput *input)
{
  SbYamlNode *gateway = add_mapping (services, "gateway");
  g_autofree char *image = escape (input->gateway_image);
  g_autofree char *port = g_strdup_printf ("127.0.0.1:%u:8811", input->port);
  SbYamlNode *config, *model;

  add_text (gateway, "image", image);
  sb_yaml_node_add (gateway, "use_api_socket", sb_yaml_node_new_word ("true"));
  sb_yaml_node_add (gateway, "init", sb_yaml_node_new_word ("true"));
  add_command (gateway, input);
  add_text (add_mapping (gateway, "environment"), "MCP_GATEWAY_AUTH_TOKEN",
            "${MCP_GATEWAY_AUTH_TOKEN:?set a token of your own in .env}");
  sb_yaml_node_append (add_list (gateway, "ports"), sb_yaml_node_new_text (port));
  config = sb_yaml_node_append (add_list (gateway, "configs"), sb_yaml_node_new_mapping ());
  add_text (config, "source", "catalog");
  add_text (config, "target", CATALOG_TARGET);
  sb_yaml_node_append (add_list (gateway, "secrets"), sb_yaml_node_new_text (SECRET));
  add_text (gateway, "stop_grace_period", "45s");
  if (input->model == NULL)
    return;

  model = add_mapping (add_mapping (gateway, "models"), "local");
  add_text (model, "endpoint_var", "SANDBAR_BASE_URL");
  add_text (model, "model_var", "SANDBAR_MODEL");
}

static void
add_model (SbYamlNode           *root,
           const SbComposeInput *input)
{
  SbYamlNode *model = add_mapping (add_mapping (root, "models"), "local");
  g_autofree char *name = escape (input->model);
  g_autofree char *size = g_strdup_printf ("%u", input->context_size);

  add_text (model, "model", name);
  if (input->context_size > 0)
    sb_yaml_node_add (model, "context_size", sb_yaml_node_new_word (size));
}

/**
 * sb_compose_export:
 *
 * The same system without the window: the official gateway with this catalog (which has the sandbox server in it), its
 * token and secrets from the environment, and the local model. Pure.
 *
 * Returns: (transfer full): a docker-compose.yml after the Compose specification
 */
char *
sb_compose_export (const SbComposeInput *input)
{
  g_autoptr(SbYamlNode) root = sb_yaml_node_new_mapping ();
  g_autoptr(GString) out = g_string_new (HEAD);
  g_autofree char *file = NULL;

  g_return_val_if_fail (input->gateway_image != NULL && input->catalog_file != NULL && input->servers != NULL, NULL);

  file = escape (input->catalog_file);
  add_text (root, "name", "sandbar");
  add_gateway (add_mapping (root, "services"), input);
  if (input->model != NULL)
    add_model (root, input);
  add_text (add_mapping (add_mapping (root, "configs"), "catalog"), "file", file);
  add_text (add_mapping (add_mapping (root, "secrets"), SECRET), "environment", "SANDBAR_MCP_SECRETS");
  sb_yaml_node_write (root, 0, out);

  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* Inside double quotes of a .env file, as Compose reads them. */
static void
append_quoted (GString    *out,
               const char *text)
{
  for (const char *at = text; *at != '\0'; at++)
    {
      if (*at == '\n')
        g_string_append (out, "\\n");
      else if (*at == '\r')
        g_string_append (out, "\\r");
      else if (*at == '"' || *at == '\\' || *at == '$')
        g_string_append_printf (out, "\\%c", *at);
      else
        g_string_append_c (out, *at);
    }
}

static void
append_secrets (GString         *lines,
                SbCatalogServer *server,
                GHashTable      *secrets)
{
  GPtrArray *wanted = sb_catalog_server_get_fields (server)->secrets;

  for (guint i = 0; i < wanted->len; i++)
    {
      const char *name = ((SbCatalogPair *) g_ptr_array_index (wanted, i))->name;
      const char *value = secrets != NULL ? g_hash_table_lookup (secrets, name) : NULL;

      /* The gateway reads a line each. */
      if (strpbrk (name, "=\r\n") == NULL && (value == NULL || strpbrk (value, "\r\n") == NULL))
        g_string_append_printf (lines, "%s=%s\n", name, value != NULL ? value : "");
    }
}

/**
 * sb_compose_export_env:
 * @catalog: with the servers of @input
 * @secrets: (nullable): name → secret; without it there are only names to fill in
 * @token: (nullable): of the gateway
 *
 * The .env file that goes beside the docker-compose.yml. Pure.
 *
 * Returns: (transfer full): not for others' eyes when it has secrets
 */
char *
sb_compose_export_env (const SbComposeInput *input,
                       SbCatalog            *catalog,
                       GHashTable           *secrets,
                       const char           *token)
{
  g_autoptr(GString) lines = g_string_new (NULL);
  g_autoptr(GString) out = g_string_new ("# Clients of the gateway send this token.\nMCP_GATEWAY_AUTH_TOKEN=\"");

  g_return_val_if_fail (SB_IS_CATALOG (catalog) && input->servers != NULL, NULL);

  append_quoted (out, token != NULL ? token : "");
  for (guint i = 0; input->servers[i] != NULL; i++)
    {
      SbCatalogServer *server = sb_catalog_lookup (catalog, input->servers[i]);

      if (server != NULL)
        append_secrets (lines, server, secrets);
    }
  g_string_append (out, "\"\n# What its servers want: name=value, a line each.\nSANDBAR_MCP_SECRETS=\"");
  append_quoted (out, lines->str);
  g_string_append (out, "\"\n");

  return g_string_free (g_steal_pointer (&out), FALSE);
}
