/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-outline.h"

G_BEGIN_DECLS

/* Left and Right walk a list view over an outline like a tree. Both must live as long as the view. */
void sb_outline_keys_attach (GtkListView        *view,
                             GtkSingleSelection *selection,
                             SbOutline          *outline);
/* Selects the row and brings it into view. */
void sb_outline_keys_select (GtkListView        *view,
                             GtkSingleSelection *selection,
                             guint               position);

G_END_DECLS
