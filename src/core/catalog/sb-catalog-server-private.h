/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-catalog-server.h"

G_BEGIN_DECLS

/* Only SbCatalog makes servers. @node: (transfer none), outlives the server through @owner */
SbCatalogServer *sb_catalog_server_new (const char *name,
                                        SbYamlNode *key,
                                        SbYamlNode *node,
                                        GObject    *owner);

G_END_DECLS
