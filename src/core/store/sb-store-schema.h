/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-database.h"

G_BEGIN_DECLS

/* Private to store: the tables, and the way from an older version of them to today's. */
extern const char * const sb_store_schema_steps[];
extern const guint sb_store_schema_version;

gboolean sb_store_schema_migrate (SbDatabase         *database,
                                  const char         *backup_base,
                                  const char * const *steps,
                                  guint               n_steps,
                                  GError            **error);

G_END_DECLS
