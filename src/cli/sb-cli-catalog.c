/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli-catalog.h"

#include "sb-catalog-state.h"
#include "sb-text.h"

#include <stdio.h>
#include <string.h>

static void
options_clear (SbCliCatalog *options)
{
  g_free (options->engine);
  g_free (options->form);
  g_free (options->name);
  g_strfreev (options->words);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SbCliCatalog, options_clear)

int
sb_cli_catalog_print_error (const GError *error)
{
  g_autofree char *clean = sb_text_clean (error->message, -1, NULL);

  fprintf (stderr, "Error: %s\n", clean);

  return SB_CLI_EXIT_FAILED;
}

void
sb_cli_catalog_print_clean (const char *text)
{
  g_autofree char *clean = sb_text_clean (text, -1, NULL);

  fputs (clean, stdout);
}

SbCatalog *
sb_cli_catalog_open (SbCliCatalog  *options,
                     GError       **error)
{
  return sb_catalog_new_from_file (options->words[0], error);
}

SbCatalog *
sb_cli_catalog_open_for (SbCliCatalog *options)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = sb_cli_catalog_open (options, &error);

  if (catalog != NULL && sb_catalog_lookup (catalog, options->words[1]) == NULL)
    g_set_error (&error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_NOT_FOUND, "There is no server “%s” in %s.",
                 options->words[1], options->words[0]);
  if (error == NULL)
    return g_steal_pointer (&catalog);
  sb_cli_catalog_print_error (error);

  return NULL;
}

int
sb_cli_catalog_finish (SbCliCatalog *options,
                       char         *text,
                       const GError *error)
{
  g_autofree char *owned = text;
  g_autoptr(GError) failure = NULL;

  if (owned == NULL)
    return sb_cli_catalog_print_error (error);
  if (options->print)
    fputs (owned, stdout);
  else if (!sb_catalog_save (options->words[0], owned, &failure))
    return sb_cli_catalog_print_error (failure);

  return 0;
}

int
sb_cli_catalog_switch (const char *server,
                       gboolean    enabled)
{
  g_autofree char *path = sb_catalog_state_default_path ();
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalogState) state = sb_catalog_state_new (path, &error);

  if (state == NULL)
    return sb_cli_catalog_print_error (error);
  sb_catalog_state_set_enabled (state, server, enabled);

  return sb_catalog_state_save (state, &error) ? 0 : sb_cli_catalog_print_error (error);
}

static const struct
{
  const char *name;
  guint       n_words; /* at least */
  guint       n_most;
  int       (*run) (SbCliCatalog *options);
} verbs[] = {
  { "show", 1, 1, sb_cli_catalog_show },
  { "lint", 1, 1, sb_cli_catalog_lint },
  { "fix", 1, 1, sb_cli_catalog_fix },
  { "add", 3, 3, sb_cli_catalog_add },
  { "build", 1, 2, sb_cli_catalog_build },
  { "pin", 2, 3, sb_cli_catalog_pin },
  { "remove", 2, 2, sb_cli_catalog_remove },
  { "enable", 2, 2, sb_cli_catalog_enable },
  { "disable", 2, 2, sb_cli_catalog_disable },
  { "config", 2, G_MAXUINT, sb_cli_catalog_config },
  { "import", 2, 2, sb_cli_catalog_import },
  { "export", 1, 1, sb_cli_catalog_export },
  { "compose", 1, 1, sb_cli_catalog_compose },
  { "template", 2, 2, sb_cli_catalog_template },
};

#define SUMMARY \
  "Looks after catalogs of MCP servers.\n\n" \
  "  show FILE                 its servers, and which are on\n" \
  "  lint FILE                 what is wrong with it; 1 unless there are only hints\n" \
  "  fix FILE                  mends what can be mended\n" \
  "  add FILE NAME IMAGE|URL   one more server\n" \
  "  build [FILE] FOLDER       an own server: builds its image, adds it pinned by its digest, switches it on;\n" \
  "                            without FILE to your own catalog, the one of the window\n" \
  "  pin FILE NAME [DIGEST]    runs exactly this image (sha256:…), or the one that has its name now\n" \
  "  remove FILE NAME\n" \
  "  enable FILE NAME          for the window and the gateway alike\n" \
  "  disable FILE NAME\n" \
  "  config FILE NAME [KEY=VALUE…]   what the server is told; without a value: shows it, KEY= forgets it\n" \
  "  import FILE SETTINGS      servers of Claude Desktop, VS Code or Zed; secrets of a .env file\n" \
  "  export FILE               the same way out, for the servers that are on; --form says as what\n" \
  "  compose FILE              a docker-compose.yml with the servers that are on\n" \
  "  template FILE NAME        how the server would be run\n\n" \
  "Exit status: 0 done, 1 failed or something is wrong, 2 wrong use."

static gboolean
parse_options (SbCliCatalog   *options,
               int       *argc,
               char    ***argv)
{
  const GOptionEntry entries[] = {
    { "docker", 0, 0, G_OPTION_ARG_NONE, &options->docker, "lint: also whether Docker's gateway reads it from there",
      NULL },
    { "engine", 0, 0, G_OPTION_ARG_STRING, &options->engine, "build, pin: where: unix://, tcp://, ssh://, context://",
      "ADDRESS" },
    { "form", 'f', 0, G_OPTION_ARG_STRING, &options->form,
      "export: mcpServers, servers, context_servers, env, compose, compose-env",
      "FORM" },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &options->json, "show, lint: one JSON object per line", NULL },
    { "name", 'n', 0, G_OPTION_ARG_STRING, &options->name, "build: what the server is called", "NAME" },
    { "network", 0, 0, G_OPTION_ARG_NONE, &options->network, "build: the Dockerfile may use the network", NULL },
    { "secrets", 0, 0, G_OPTION_ARG_NONE, &options->secrets, "export as compose-env: with the secrets, in clear",
      NULL },
    { "print", 'p', 0, G_OPTION_ARG_NONE, &options->print, "Print the new catalog and change nothing", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->words, NULL, "VERB FILE…" },
    { NULL }
  };
  g_autoptr(GOptionContext) context = g_option_context_new (NULL);
  g_autoptr(GError) error = NULL;

  g_set_prgname ("sandbar-cli catalog");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (context, SUMMARY);
  if (g_option_context_parse (context, argc, argv, &error))
    return TRUE;

  fprintf (stderr, "sandbar-cli catalog: %s\n", error->message);

  return FALSE;
}

int
sb_cli_catalog (int    argc,
                char **argv)
{
  g_auto(SbCliCatalog) options = { FALSE };
  g_autofree char *verb = NULL;
  guint n = 0;

  if (!parse_options (&options, &argc, &argv))
    return SB_CLI_EXIT_USAGE;

  if (options.words != NULL)
    {
      verb = options.words[0];
      n = g_strv_length (options.words + 1);
      memmove (options.words, options.words + 1, (n + 1) * sizeof (char *));
    }
  for (guint i = 0; verb != NULL && i < G_N_ELEMENTS (verbs); i++)
    if (strcmp (verbs[i].name, verb) == 0 && n >= verbs[i].n_words && n <= verbs[i].n_most)
      return verbs[i].run (&options);

  fputs ("Usage: sandbar-cli catalog VERB FILE…; --help tells more\n", stderr);

  return SB_CLI_EXIT_USAGE;
}
