/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli-catalog.h"

#include "sb-catalog-export.h"
#include "sb-catalog-state.h"
#include "sb-compose-export.h"

#include <stdio.h>
#include <string.h>

int
sb_cli_catalog_export (SbCliCatalog *options)
{
  static const char * const forms[] = { "mcpServers", "servers", "context_servers", NULL };
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = sb_cli_catalog_open (options, &error);
  const char *form = options->form != NULL ? options->form : forms[0];

  if (catalog == NULL)
    return sb_cli_catalog_print_error (error);

  if (strcmp (form, "env") == 0)
    {
      g_autofree char *env = sb_catalog_export_env (catalog);

      fputs (env, stdout);
      return 0;
    }
  for (guint i = 0; forms[i] != NULL; i++)
    if (strcmp (form, forms[i]) == 0)
      {
        g_autofree char *json = sb_catalog_export_json (catalog, (SbExportForm) i);

        puts (json);
        return 0;
      }
  fprintf (stderr, "Error: There is no form “%s”.\n", form);

  return SB_CLI_EXIT_USAGE;
}

/* With the servers that are on. */
int
sb_cli_catalog_compose (SbCliCatalog *options)
{
  g_autofree char *path = sb_catalog_state_default_path ();
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = sb_cli_catalog_open (options, &error);
  g_autoptr(SbCatalogState) state = catalog != NULL ? sb_catalog_state_new (path, &error) : NULL;
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) servers = NULL;
  g_autofree char *text = NULL;
  SbComposeInput input = { "docker/mcp-gateway:latest", options->words[0], NULL, "ai/qwen3:latest", 16384, 8811 };

  if (state == NULL)
    return sb_cli_catalog_print_error (error);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (catalog)); i++)
    {
      g_autoptr(SbCatalogServer) server = g_list_model_get_item (G_LIST_MODEL (catalog), i);

      if (sb_catalog_state_get_enabled (state, sb_catalog_server_get_name (server)))
        g_strv_builder_add (builder, sb_catalog_server_get_name (server));
    }
  servers = g_strv_builder_end (builder);
  input.servers = (const char * const *) servers;
  text = sb_compose_export (&input);
  fputs (text, stdout);

  return 0;
}
