/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  SB_NPM_PATH_REFUSED,  /* nothing that a registry is asked for to install a package */
  SB_NPM_PATH_PING,
  SB_NPM_PATH_PACKAGE,  /* what versions there are */
  SB_NPM_PATH_VERSION,  /* one of them, by number or tag */
  SB_NPM_PATH_TARBALL,
} SbNpmPathKind;

/* What a request to a registry asks for. */
typedef struct
{
  SbNpmPathKind  kind;
  char          *name; /* of the package, with its scope; nullable */
  char          *rest; /* version, tag or the tarball's file name; nullable */
} SbNpmPath;

SbNpmPath *sb_npm_path_parse     (const char      *target);
void       sb_npm_path_free      (SbNpmPath       *self);
gboolean   sb_npm_name_is_valid  (const char      *name);
char      *sb_npm_name_to_path   (const char      *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbNpmPath, sb_npm_path_free)

G_END_DECLS
