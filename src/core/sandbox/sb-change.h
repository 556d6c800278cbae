/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-change-log.h"
#include "sb-diff.h"

G_BEGIN_DECLS

typedef enum
{
  SB_CHANGE_ADDED,
  SB_CHANGE_MODIFIED,
  SB_CHANGE_DELETED,
} SbChangeKind;

#define SB_TYPE_CHANGE_KIND (sb_change_kind_get_type ())
GType sb_change_kind_get_type (void);

/* One changed file. Immutable: when the file changes again, another one takes its place. Properties: path, kind,
 * trace-id. */
#define SB_TYPE_CHANGE (sb_change_get_type ())
G_DECLARE_FINAL_TYPE (SbChange, sb_change, SB, CHANGE, GObject)

SbChange     *sb_change_new          (const char           *path,
                                      const SbLoggedChange *logged);
/* Relative to the workspace, any bytes: clean it before it is shown. */
const char   *sb_change_get_path     (SbChange             *self);
SbChangeKind  sb_change_get_kind     (SbChange             *self);
/* The tool call that changed it last; NULL: none, e.g. a background process. */
const char   *sb_change_get_trace_id (SbChange             *self);
/* (transfer none) (nullable): the contents before and after, raw and hostile. NULL: there was no such file, or its
 * contents were not kept; has_… tells these apart. */
GBytes       *sb_change_get_old      (SbChange             *self);
GBytes       *sb_change_get_new      (SbChange             *self);
/* FALSE: there was (is) a file, but its contents are not kept: too large, or given up for newer ones. */
gboolean      sb_change_has_old      (SbChange             *self);
gboolean      sb_change_has_new      (SbChange             *self);
guint64       sb_change_get_old_size (SbChange             *self);
guint64       sb_change_get_new_size (SbChange             *self);
/* (transfer full) (nullable): NULL when a version is not kept. A file that is not there counts as empty. */
SbDiff       *sb_change_diff         (SbChange             *self,
                                      guint                 context);

G_END_DECLS
