/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef void (*SbUndoFunc) (GtkWidget *widget,
                            gpointer   user_data);

/* Says over the widget that something was done (title: any text), and undoes it when the user wants that. user_data
 * lives until nobody can want it any more. */
void sb_undo_offer (GtkWidget      *widget,
                    const char     *title,
                    SbUndoFunc      undo,
                    gpointer        user_data,
                    GDestroyNotify  destroy);

G_END_DECLS
