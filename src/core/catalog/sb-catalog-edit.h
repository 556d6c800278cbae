/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-catalog.h"

G_BEGIN_DECLS

/* Changes of a catalog, each as the new text: what they do not touch keeps its comments, its order and its style. */
char *sb_catalog_edit_add       (SbCatalog   *catalog,
                                 const char  *server,
                                 const char  *target,
                                 GError     **error);
char *sb_catalog_edit_set_image (SbCatalog   *catalog,
                                 const char  *server,
                                 const char  *image,
                                 GError     **error);
char *sb_catalog_edit_remove    (SbCatalog   *catalog,
                                 const char  *server,
                                 GError     **error);

G_END_DECLS
