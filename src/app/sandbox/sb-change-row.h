/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-change.h"

G_BEGIN_DECLS

/* A changed file: what became of it, its path, lines added and removed. */
#define SB_TYPE_CHANGE_ROW (sb_change_row_get_type ())
G_DECLARE_FINAL_TYPE (SbChangeRow, sb_change_row, SB, CHANGE_ROW, GtkWidget)

GtkWidget *sb_change_row_new        (void);
void       sb_change_row_set_change (SbChangeRow *self,
                                     SbChange    *change);
/* (transfer full): fit to show, in one line */
char      *sb_change_row_dup_path   (SbChange    *change);

G_END_DECLS
