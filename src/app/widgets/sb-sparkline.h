/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The last minute of a value between 0 and 1 as a small line, in the widget's colour. Drawn when a value comes, and
 * never between. */
#define SB_TYPE_SPARKLINE (sb_sparkline_get_type ())
G_DECLARE_FINAL_TYPE (SbSparkline, sb_sparkline, SB, SPARKLINE, GtkWidget)

void sb_sparkline_push  (SbSparkline *self,
                         double       value);
void sb_sparkline_clear (SbSparkline *self);

G_END_DECLS
