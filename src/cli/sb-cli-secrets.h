/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @secrets: of SbCatalogPair. FALSE, with the reason on stderr, when they cannot be kept. Blocks. */
gboolean sb_cli_store_secrets (GPtrArray *secrets);

G_END_DECLS
