/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the lines of POST /images/create and POST /build say, sans I/O. The bytes of all layers are added up. */
typedef struct _SbImageProgress SbImageProgress;

SbImageProgress *sb_image_progress_new          (void);
void             sb_image_progress_free         (SbImageProgress *self);
/* A line that is no JSON object is left out. */
void             sb_image_progress_feed         (SbImageProgress *self,
                                                 const char      *line,
                                                 gsize            length);
/* 0 to 1; negative: nobody knows */
double           sb_image_progress_get_fraction (SbImageProgress *self);
const char      *sb_image_progress_get_status   (SbImageProgress *self); /* the last line for people; "" at first */
const char      *sb_image_progress_get_log      (SbImageProgress *self); /* the end of what was printed */
const char      *sb_image_progress_get_error    (SbImageProgress *self); /* nullable: it failed after all */
const char      *sb_image_progress_get_result   (SbImageProgress *self); /* nullable: "sha256:…" */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbImageProgress, sb_image_progress_free)

G_END_DECLS
