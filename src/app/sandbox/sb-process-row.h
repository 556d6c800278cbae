/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-process-item.h"

G_BEGIN_DECLS

#define SB_TYPE_PROCESS_ROW (sb_process_row_get_type ())
G_DECLARE_FINAL_TYPE (SbProcessRow, sb_process_row, SB, PROCESS_ROW, GtkWidget)

GtkWidget *sb_process_row_new      (void);
void       sb_process_row_set_item (SbProcessRow  *self,
                                    SbProcessItem *item);

G_END_DECLS
