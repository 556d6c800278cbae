/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli-catalog.h"

#include "sb-catalog-export.h"
#include "sb-catalog-state.h"
#include "sb-cli-secrets.h"
#include "sb-compose-export.h"
#include "sb-id.h"
#include "sb-official-plan.h"

#include <stdio.h>
#include <string.h>

static GStrv
dup_enabled (SbCatalog       *catalog,
             SbCatalogState  *state)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (catalog)); i++)
    {
      g_autoptr(SbCatalogServer) server = g_list_model_get_item (G_LIST_MODEL (catalog), i);

      if (sb_catalog_state_get_enabled (state, sb_catalog_server_get_name (server)))
        g_strv_builder_add (builder, sb_catalog_server_get_name (server));
    }

  return g_strv_builder_end (builder);
}

static char *
make_env (SbCliCatalog         *options,
          SbCatalog            *catalog,
          const SbComposeInput *input)
{
  g_autoptr(GHashTable) secrets = options->secrets ? sb_cli_lookup_secrets (catalog) : NULL;
  g_autofree char *token = options->secrets ? sb_id_new ("sandbar") : NULL;

  return sb_compose_export_env (input, catalog, secrets, token);
}

/* With the servers that are on. */
static int
print_compose (SbCliCatalog *options,
               gboolean      env)
{
  g_autofree char *path = sb_catalog_state_default_path ();
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = sb_cli_catalog_open (options, &error);
  g_autoptr(SbCatalogState) state = catalog != NULL ? sb_catalog_state_new (path, &error) : NULL;
  g_auto(GStrv) servers = NULL;
  g_autofree char *text = NULL;
  SbComposeInput input = {
    SB_OFFICIAL_IMAGE, options->words[0], NULL, SB_COMPOSE_MODEL, SB_COMPOSE_CONTEXT_SIZE, SB_COMPOSE_PORT,
  };

  if (state == NULL)
    return sb_cli_catalog_print_error (error);

  servers = dup_enabled (catalog, state);
  input.servers = (const char * const *) servers;
  text = env ? make_env (options, catalog, &input) : sb_compose_export (&input);
  fputs (text, stdout);

  return 0;
}

static int
print_json (SbCliCatalog *options,
            SbExportForm  form)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = sb_cli_catalog_open (options, &error);
  g_autofree char *json = catalog != NULL ? sb_catalog_export_json (catalog, form) : NULL;

  if (json == NULL)
    return sb_cli_catalog_print_error (error);
  puts (json);

  return 0;
}

static int
print_env (SbCliCatalog *options)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = sb_cli_catalog_open (options, &error);
  g_autofree char *env = catalog != NULL ? sb_catalog_export_env (catalog) : NULL;

  if (env == NULL)
    return sb_cli_catalog_print_error (error);
  fputs (env, stdout);

  return 0;
}

int
sb_cli_catalog_export (SbCliCatalog *options)
{
  static const char * const forms[] = { "mcpServers", "servers", "context_servers" };
  const char *form = options->form != NULL ? options->form : forms[0];

  if (strcmp (form, "env") == 0)
    return print_env (options);
  if (strcmp (form, "compose") == 0 || strcmp (form, "compose-env") == 0)
    return print_compose (options, strcmp (form, "compose-env") == 0);
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    if (strcmp (form, forms[i]) == 0)
      return print_json (options, (SbExportForm) i);
  fprintf (stderr, "Error: There is no form “%s”.\n", form);

  return SB_CLI_EXIT_USAGE;
}

int
sb_cli_catalog_compose (SbCliCatalog *options)
{
  return print_compose (options, FALSE);
}
