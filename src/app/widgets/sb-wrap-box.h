/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Children in a line at their own widths, going on in the next line where there is no more room. */
#define SB_TYPE_WRAP_BOX (sb_wrap_box_get_type ())
G_DECLARE_FINAL_TYPE (SbWrapBox, sb_wrap_box, SB, WRAP_BOX, GtkWidget)

void sb_wrap_box_append (SbWrapBox *self,
                         GtkWidget *child);
void sb_wrap_box_clear  (SbWrapBox *self);

G_END_DECLS
