/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-catalog.h"
#include "sb-yaml-node.h"

G_BEGIN_DECLS

/* What was found in another program's settings. Secrets are apart: they are stored by name; no catalog holds one. */
typedef struct
{
  GPtrArray *names;    /* of char * */
  GPtrArray *entries;  /* of SbYamlNode: the entry of each name */
  GPtrArray *secrets;  /* of SbCatalogPair: a name, and what is to be stored; "" when the user has to be asked */
  GPtrArray *notes;    /* of char *: sentences about what could not be taken over */
} SbCatalogImport;

SbCatalogImport *sb_catalog_import_json  (const char       *json,
                                          gssize            length,
                                          GError          **error);
SbCatalogImport *sb_catalog_import_env   (SbCatalog        *catalog,
                                          const char       *text,
                                          gsize             length);
char            *sb_catalog_import_apply (SbCatalogImport  *self,
                                          const char       *catalog,
                                          GError          **error);
void             sb_catalog_import_free  (SbCatalogImport  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbCatalogImport, sb_catalog_import_free)

G_END_DECLS
