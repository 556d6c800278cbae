/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Says it to a screen reader; GTK before 4.14 has no way to. */
void sb_announce (GtkWidget  *widget,
                  const char *text);

G_END_DECLS
