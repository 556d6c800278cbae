/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-catalog-server.h"

G_BEGIN_DECLS

typedef enum
{
  SB_CATALOG_FORM_REGISTRY, /* name, displayName, registry: {server: entry} */
  SB_CATALOG_FORM_ENTRY,    /* one entry with its name in it */
} SbCatalogForm;

/* A catalog of MCP servers: a GListModel of SbCatalogServer, in the order of the file. It never changes: an edit makes
 * a new text (sb-yaml-edit.h), and a new text a new catalog. */
#define SB_TYPE_CATALOG (sb_catalog_get_type ())
G_DECLARE_FINAL_TYPE (SbCatalog, sb_catalog, SB, CATALOG, GObject)

SbCatalog       *sb_catalog_new_from_data    (const char  *yaml,
                                              gssize       length,
                                              GError     **error);
SbCatalog       *sb_catalog_new_from_file    (const char  *path,
                                              GError     **error);
gboolean         sb_catalog_save             (const char  *path,
                                              const char  *yaml,
                                              GError     **error);
SbCatalogServer *sb_catalog_lookup           (SbCatalog   *self,
                                              const char  *name);
const char      *sb_catalog_get_name         (SbCatalog   *self);
const char      *sb_catalog_get_display_name (SbCatalog   *self);
SbCatalogForm    sb_catalog_get_form         (SbCatalog   *self);
const char      *sb_catalog_get_text         (SbCatalog   *self);
SbYamlNode      *sb_catalog_get_node         (SbCatalog   *self);
GStrv            sb_catalog_dup_path         (SbCatalog   *self,
                                              const char  *server,
                                              const char  *key);

G_END_DECLS
