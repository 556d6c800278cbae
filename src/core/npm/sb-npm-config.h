/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What npm on this machine is set to, as far as it concerns where packages come from. */
typedef struct _SbNpmConfig SbNpmConfig;

SbNpmConfig *sb_npm_config_new              (void);
/* The environment, then the files that npm reads: the user's and the system's. */
SbNpmConfig *sb_npm_config_new_for_user     (void);
void         sb_npm_config_free             (SbNpmConfig *self);
void         sb_npm_config_add_file         (SbNpmConfig *self,
                                             const char  *text);
void         sb_npm_config_set              (SbNpmConfig *self,
                                             const char  *key,
                                             const char  *value);
const char  *sb_npm_config_get_registry     (SbNpmConfig *self,
                                             const char  *package);
char        *sb_npm_config_dup_authorization (SbNpmConfig *self,
                                              const char  *url);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbNpmConfig, sb_npm_config_free)

G_END_DECLS
