/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SB_NPM_ERROR (sb_npm_error_quark ())

typedef enum
{
  SB_NPM_ERROR_REFUSED,   /* by the rules, or by the user */
  SB_NPM_ERROR_NOT_FOUND, /* the registry has no such package or version */
  SB_NPM_ERROR_REGISTRY,  /* it does not answer, or not as a registry does */
  SB_NPM_ERROR_INTEGRITY, /* the bytes are not those that the registry's document names */
  SB_NPM_ERROR_LIMIT,     /* too large */
  SB_NPM_ERROR_OFFLINE,   /* not in the cache, and only that may be asked */
} SbNpmError;

GQuark sb_npm_error_quark (void);

typedef struct
{
  char *version;
  char *url;       /* at the registry */
  char *integrity; /* "sha512-…" */
} SbNpmTarball;

/* A package's document as the sandbox is to see it; does not change after it was made. */
typedef struct
{
  GBytes     *json;
  GHashTable *tarballs;     /* file name → SbNpmTarball */
  GHashTable *dependencies; /* set of names that its versions ask for */
  guint       n_young;      /* versions left out for their age */
} SbNpmPackument;

SbNpmPackument     *sb_npm_packument_new    (GBytes          *document,
                                             const char      *name,
                                             const char      *base_url,
                                             gint64           newest,
                                             GError         **error);
SbNpmPackument     *sb_npm_packument_ref    (SbNpmPackument  *self);
void                sb_npm_packument_unref  (SbNpmPackument  *self);
const SbNpmTarball *sb_npm_packument_lookup (SbNpmPackument  *self,
                                             const char      *file);
GBytes             *sb_npm_packument_dup_version (SbNpmPackument *self,
                                                  const char     *version);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbNpmPackument, sb_npm_packument_unref)

G_END_DECLS
