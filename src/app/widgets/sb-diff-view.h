/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-diff.h"

G_BEGIN_DECLS

/* A unified diff: signs in front of the lines, their numbers before and after, colours that follow light and dark.
 * Alt+Down and Alt+Up lead from one hunk to the next. Actions: diff.next, diff.previous. */
#define SB_TYPE_DIFF_VIEW (sb_diff_view_get_type ())
G_DECLARE_FINAL_TYPE (SbDiffView, sb_diff_view, SB, DIFF_VIEW, GtkWidget)

/* keep_place: the same file in a newer version. */
void  sb_diff_view_set_diff (SbDiffView   *self,
                             const SbDiff *diff,
                             gboolean      keep_place);
char *sb_diff_view_dup_text (SbDiffView   *self);

G_END_DECLS
