/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli-catalog.h"

#include "sb-catalog-edit.h"
#include "sb-catalog-import.h"
#include "sb-catalog-lint.h"
#include "sb-cli-secrets.h"
#include "sb-text.h"

#include <stdio.h>

int
sb_cli_catalog_fix (SbCliCatalog *options)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  g_auto(GStrv) changes = NULL;
  char *fixed;

  if (!g_file_get_contents (options->words[0], &text, NULL, &error))
    return sb_cli_catalog_print_error (error);

  fixed = sb_catalog_lint_fix (text, &changes);
  for (guint i = 0; changes[i] != NULL; i++)
    {
      g_autofree char *clean = sb_text_clean (changes[i], -1, NULL);

      fprintf (stderr, "%s\n", clean);
    }

  return sb_cli_catalog_finish (options, fixed, NULL);
}

int
sb_cli_catalog_add (SbCliCatalog *options)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = sb_cli_catalog_open (options, &error);
  char *text = catalog != NULL ? sb_catalog_edit_add (catalog, options->words[1], options->words[2], &error) : NULL;

  return sb_cli_catalog_finish (options, text, error);
}

int
sb_cli_catalog_remove (SbCliCatalog *options)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = sb_cli_catalog_open (options, &error);
  char *text = catalog != NULL ? sb_catalog_edit_remove (catalog, options->words[1], &error) : NULL;

  return sb_cli_catalog_finish (options, text, error);
}

static int
set_enabled (SbCliCatalog *options,
             gboolean      enabled)
{
  g_autoptr(SbCatalog) catalog = sb_cli_catalog_open_for (options);

  return catalog != NULL ? sb_cli_catalog_switch (options->words[1], enabled) : SB_CLI_EXIT_FAILED;
}

int
sb_cli_catalog_enable (SbCliCatalog *options)
{
  return set_enabled (options, TRUE);
}

int
sb_cli_catalog_disable (SbCliCatalog *options)
{
  return set_enabled (options, FALSE);
}

static SbCatalogImport *
read_import (SbCliCatalog  *options,
             SbCatalog     *catalog,
             GError       **error)
{
  g_autofree char *data = NULL;
  gsize length;

  if (!g_file_get_contents (options->words[1], &data, &length, error))
    return NULL;
  if (g_str_has_suffix (options->words[1], ".env"))
    return sb_catalog_import_env (catalog, data, length);

  return sb_catalog_import_json (data, length, error);
}

int
sb_cli_catalog_import (SbCliCatalog *options)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = sb_cli_catalog_open (options, &error);
  g_autoptr(SbCatalogImport) import = catalog != NULL ? read_import (options, catalog, &error) : NULL;
  g_autofree char *text = NULL;

  if (import != NULL)
    text = sb_catalog_import_apply (import, sb_catalog_get_text (catalog), &error);
  if (text == NULL)
    return sb_cli_catalog_print_error (error);

  for (guint i = 0; i < import->notes->len; i++)
    {
      g_autofree char *clean = sb_text_clean (g_ptr_array_index (import->notes, i), -1, NULL);

      fprintf (stderr, "%s\n", clean);
    }
  if (!options->print && !sb_cli_store_secrets (import->secrets))
    return SB_CLI_EXIT_FAILED;

  return sb_cli_catalog_finish (options, g_steal_pointer (&text), NULL);
}
