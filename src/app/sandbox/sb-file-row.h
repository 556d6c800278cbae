/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-outline.h"

G_BEGIN_DECLS

/* One file of the tree: arrow, icon, name, who wrote it and when, size, A, M or D. */
#define SB_TYPE_FILE_ROW (sb_file_row_get_type ())
G_DECLARE_FINAL_TYPE (SbFileRow, sb_file_row, SB, FILE_ROW, GtkWidget)

GtkWidget *sb_file_row_new      (SbOutline     *outline);
void       sb_file_row_set_node (SbFileRow     *self,
                                 SbOutlineNode *node);
/* nullable */
SbOutlineNode *sb_file_row_get_node (SbFileRow *self);

G_END_DECLS
