/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The patterns of a .dockerignore file, sans I/O. */
typedef struct _SbDockerIgnore SbDockerIgnore;

SbDockerIgnore *sb_docker_ignore_parse       (const char           *text,
                                              gsize                 length);
void            sb_docker_ignore_free        (SbDockerIgnore       *self);
gboolean        sb_docker_ignore_matches     (const SbDockerIgnore *self,
                                              const char           *path);
/* TRUE: something below an ignored folder may be taken back. */
gboolean        sb_docker_ignore_has_exceptions (const SbDockerIgnore *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbDockerIgnore, sb_docker_ignore_free)

G_END_DECLS
