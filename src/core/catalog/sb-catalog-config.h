/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-catalog-server.h"

G_BEGIN_DECLS

/* What a user may set of a server, from the "config" of its entry. */
JsonObject *sb_catalog_config_new_schema  (SbCatalogServer  *server,
                                           JsonObject       *values);
JsonNode   *sb_catalog_config_parse_value (SbCatalogServer  *server,
                                           const char       *name,
                                           const char       *text,
                                           GError          **error);

G_END_DECLS
