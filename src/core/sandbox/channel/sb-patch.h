/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SB_PATCH_ERROR (sb_patch_error_quark ())

typedef enum
{
  SB_PATCH_ERROR_SYNTAX,   /* it is not a unified diff */
  SB_PATCH_ERROR_MISMATCH, /* the file is not what the patch was made for */
  SB_PATCH_ERROR_LIMIT,    /* too large */
} SbPatchError;

GQuark sb_patch_error_quark (void);

typedef enum
{
  SB_PATCH_CHANGE,
  SB_PATCH_CREATE,
  SB_PATCH_DELETE,
} SbPatchKind;

/* A unified diff of one or more files. */
typedef struct _SbPatch SbPatch;

SbPatch     *sb_patch_parse       (const char     *text,
                                   gsize           length,
                                   GError        **error);
void         sb_patch_free        (SbPatch        *self);
guint        sb_patch_get_n_files (const SbPatch  *self);
const char  *sb_patch_get_path    (const SbPatch  *self,
                                   guint           file);
SbPatchKind  sb_patch_get_kind    (const SbPatch  *self,
                                   guint           file);
guint        sb_patch_get_n_hunks (const SbPatch  *self,
                                   guint           file);
GBytes      *sb_patch_apply       (const SbPatch  *self,
                                   guint           file,
                                   GBytes         *before,
                                   gsize           max_size,
                                   GError        **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbPatch, sb_patch_free)

G_END_DECLS
