/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-catalog-lint.h"

G_BEGIN_DECLS

/* A problem of a catalog in a list, with its fix. Signal "fix" (SbCatalogProblem). */
#define SB_TYPE_PROBLEM_ROW (sb_problem_row_get_type ())
G_DECLARE_FINAL_TYPE (SbProblemRow, sb_problem_row, SB, PROBLEM_ROW, GtkWidget)

GtkWidget *sb_problem_row_new         (void);
/* Nullable. */
void       sb_problem_row_set_problem (SbProblemRow     *self,
                                       SbCatalogProblem *problem);

G_END_DECLS
