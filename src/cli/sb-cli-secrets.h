/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-catalog.h"

G_BEGIN_DECLS

/* @secrets: of SbCatalogPair. FALSE, with the reason on stderr, when they cannot be kept. Blocks. */
gboolean sb_cli_store_secrets (GPtrArray *secrets);

/* name → secret (transfer full): what is stored of what the catalog's servers want. Blocks. */
GHashTable *sb_cli_lookup_secrets (SbCatalog *catalog);

G_END_DECLS
