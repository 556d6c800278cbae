/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the official gateway's container gets instead of a catalog that it could not run. */
typedef struct
{
  const char *sandbox_server; /* nullable: the entry that becomes an address of ours */
  const char *sandbox_url;    /* the address, as the container reaches it */
  const char *sandbox_secret; /* the name of the secret with its token */
} SbRewriteInput;

char *sb_catalog_rewrite (const char            *text,
                          const SbRewriteInput  *input,
                          GStrv                 *changes,
                          GError               **error);

G_END_DECLS
