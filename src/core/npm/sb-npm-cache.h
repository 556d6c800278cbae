/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Packages that were fetched once, in a folder: documents by name, tarballs by their digest, which is checked again
 * when one is read. Small files on the local disk, so its functions do not go through a thread; call them from one
 * for anything large. */
typedef struct _SbNpmCache SbNpmCache;

SbNpmCache *sb_npm_cache_new           (const char  *path);
SbNpmCache *sb_npm_cache_ref           (SbNpmCache  *self);
void        sb_npm_cache_unref         (SbNpmCache  *self);

/* The registry's document as it came, and when, in seconds since 1970. */
GBytes     *sb_npm_cache_load_document (SbNpmCache  *self,
                                        const char  *package,
                                        gint64      *fetched);
gboolean    sb_npm_cache_save_document (SbNpmCache  *self,
                                        const char  *package,
                                        GBytes      *document,
                                        GError     **error);
GBytes     *sb_npm_cache_load_tarball  (SbNpmCache  *self,
                                        const char  *integrity);
gboolean    sb_npm_cache_save_tarball  (SbNpmCache  *self,
                                        const char  *integrity,
                                        GBytes      *tarball,
                                        GError     **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbNpmCache, sb_npm_cache_unref)

G_END_DECLS
