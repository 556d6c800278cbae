/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-change-set.h"
#include "sb-trace.h"

G_BEGIN_DECLS

/* From when on changes are shown: since the start, or since one of the newest tool calls that used the sandbox. The
 * choice is kept by the change set, so pickers of the same set agree. */
#define SB_TYPE_SINCE_PICKER (sb_since_picker_get_type ())
G_DECLARE_FINAL_TYPE (SbSincePicker, sb_since_picker, SB, SINCE_PICKER, GtkWidget)

void sb_since_picker_set_changes (SbSincePicker *self,
                                  SbChangeSet   *changes); /* nullable */
/* Where the names of the tool calls come from. */
void sb_since_picker_set_trace   (SbSincePicker *self,
                                  SbTrace       *trace); /* nullable */

G_END_DECLS
