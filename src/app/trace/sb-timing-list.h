/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-trace-event.h"

G_BEGIN_DECLS

/* When an event began and ended, its first token and its speed, as label and value in two columns. */
#define SB_TYPE_TIMING_LIST (sb_timing_list_get_type ())
G_DECLARE_FINAL_TYPE (SbTimingList, sb_timing_list, SB, TIMING_LIST, GtkWidget)

void sb_timing_list_set_event (SbTimingList *self,
                               SbTraceEvent *event);

G_END_DECLS
