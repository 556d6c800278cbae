/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-selection.h"

G_BEGIN_DECLS

/* The list of conversations with its search, and below it what the sandboxes run on. Property: searching. */
#define SB_TYPE_SIDEBAR (sb_sidebar_get_type ())
G_DECLARE_FINAL_TYPE (SbSidebar, sb_sidebar, SB, SIDEBAR, GtkWidget)

void sb_sidebar_set_selection (SbSidebar   *self,
                               SbSelection *selection);
void sb_sidebar_set_searching (SbSidebar   *self,
                               gboolean     searching);
/* The row at that place of what is listed now, if there is one. */
void sb_sidebar_select_nth    (SbSidebar   *self,
                               guint        n);

G_END_DECLS
