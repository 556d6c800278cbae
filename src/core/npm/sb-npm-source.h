/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-npm-cache.h"
#include "sb-npm-config.h"
#include "sb-npm-packument.h"

G_BEGIN_DECLS

/* Documents and tarballs from the registry that npm is set to, through a cache. Nothing that comes out has not been
 * checked. */
#define SB_TYPE_NPM_SOURCE (sb_npm_source_get_type ())
G_DECLARE_FINAL_TYPE (SbNpmSource, sb_npm_source, SB, NPM_SOURCE, GObject)

SbNpmSource    *sb_npm_source_new            (SbNpmConfig          *config,
                                              SbNpmCache           *cache,
                                              const char           *base_url);
/* Versions published within that time are left out: most malicious ones are found in their first days. */
void            sb_npm_source_set_min_age    (SbNpmSource          *self,
                                              guint                 days);
/* Only what is in the cache; no byte leaves this machine. */
void            sb_npm_source_set_offline    (SbNpmSource          *self,
                                              gboolean              offline);
void            sb_npm_source_load_async     (SbNpmSource          *self,
                                              const char           *package,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
SbNpmPackument *sb_npm_source_load_finish    (SbNpmSource          *self,
                                              GAsyncResult         *result,
                                              GError              **error);
void            sb_npm_source_fetch_async    (SbNpmSource          *self,
                                              const char           *package,
                                              const SbNpmTarball   *tarball,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
GBytes         *sb_npm_source_fetch_finish   (SbNpmSource          *self,
                                              GAsyncResult         *result,
                                              GError              **error);

G_END_DECLS
