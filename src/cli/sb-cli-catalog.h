/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-catalog.h"
#include "sb-cli.h"

G_BEGIN_DECLS

/* One run of "sandbar-cli catalog". */
typedef struct
{
  gboolean  json;
  gboolean  docker;
  gboolean  print;
  gboolean  network;
  gboolean  secrets;
  char     *engine;
  char     *form;
  char     *name;
  GStrv     words; /* what follows the verb: FILE first, for all but build */
} SbCliCatalog;

/* What the verbs have in common. Errors are printed; numbers are exit statuses. */
int        sb_cli_catalog_print_error (const GError  *error);
/* Catalogs are foreign text. */
void       sb_cli_catalog_print_clean (const char    *text);
SbCatalog *sb_cli_catalog_open        (SbCliCatalog  *options,
                                       GError       **error);
/* NULL when the catalog cannot be read or has no server of that name; the reason is printed. */
SbCatalog *sb_cli_catalog_open_for    (SbCliCatalog  *options);
/* To the file, or with --print to stdout. Takes @text; without one @error is printed. */
int        sb_cli_catalog_finish      (SbCliCatalog  *options,
                                       char          *text,
                                       const GError  *error);
/* For the window and the gateway alike. */
int        sb_cli_catalog_switch      (const char    *server,
                                       gboolean       enabled);

/* The verbs. */
int        sb_cli_catalog_show        (SbCliCatalog  *options);
int        sb_cli_catalog_lint        (SbCliCatalog  *options);
int        sb_cli_catalog_fix         (SbCliCatalog  *options);
int        sb_cli_catalog_add         (SbCliCatalog  *options);
int        sb_cli_catalog_remove      (SbCliCatalog  *options);
int        sb_cli_catalog_enable      (SbCliCatalog  *options);
int        sb_cli_catalog_disable     (SbCliCatalog  *options);
int        sb_cli_catalog_config      (SbCliCatalog  *options);
int        sb_cli_catalog_pin         (SbCliCatalog  *options);
int        sb_cli_catalog_build       (SbCliCatalog  *options);
int        sb_cli_catalog_import      (SbCliCatalog  *options);
int        sb_cli_catalog_export      (SbCliCatalog  *options);
int        sb_cli_catalog_compose     (SbCliCatalog  *options);
int        sb_cli_catalog_template    (SbCliCatalog  *options);

G_END_DECLS
