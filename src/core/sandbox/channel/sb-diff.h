/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  SB_DIFF_CONTEXT, /* in both */
  SB_DIFF_REMOVED, /* only in the old text */
  SB_DIFF_ADDED,   /* only in the new one */
} SbDiffKind;

typedef struct
{
  SbDiffKind  kind;
  guint       old_line;   /* counted from 1; 0: not in the old text */
  guint       new_line;   /* counted from 1; 0: not in the new text */
  const char *text;       /* borrowed, raw bytes, without the newline, not terminated: hostile */
  gsize       length;
  gboolean    no_newline; /* the last line of its text, which does not end with one */
} SbDiffLine;

/* Changed lines that lie together, with unchanged ones around them. */
typedef struct
{
  guint old_start; /* as unified diffs count: from 1; the line before when the count is 0 */
  guint old_count;
  guint new_start;
  guint new_count;
  guint first;     /* index of its first line */
  guint n_lines;
} SbDiffHunk;

/* What is different between two texts, line by line. */
typedef struct _SbDiff SbDiff;

SbDiff           *sb_diff_new           (GBytes       *old_text,
                                         GBytes       *new_text,
                                         guint         context);
void              sb_diff_free          (SbDiff       *self);
guint             sb_diff_get_n_hunks   (const SbDiff *self);
const SbDiffHunk *sb_diff_get_hunk      (const SbDiff *self,
                                         guint         index);
guint             sb_diff_get_n_lines   (const SbDiff *self); /* of all hunks */
const SbDiffLine *sb_diff_get_line      (const SbDiff *self,
                                         guint         index);
guint             sb_diff_get_n_added   (const SbDiff *self);
guint             sb_diff_get_n_removed (const SbDiff *self);
/* Too different, or too large, to be compared closely: all that lies between the first and the last difference is shown
 * as replaced. */
gboolean          sb_diff_is_coarse     (const SbDiff *self);
/* One of them is no text: there are no hunks. */
gboolean          sb_diff_is_binary     (const SbDiff *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbDiff, sb_diff_free)

G_END_DECLS
