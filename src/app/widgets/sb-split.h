/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A list and what is selected in it: side by side, or one above the other where it is narrow. Properties: start-child,
 * end-child. */
#define SB_TYPE_SPLIT (sb_split_get_type ())
G_DECLARE_FINAL_TYPE (SbSplit, sb_split, SB, SPLIT, GtkWidget)

G_END_DECLS
