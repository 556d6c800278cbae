/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-trace-event.h"

G_BEGIN_DECLS

/* Everything about the selected event: what went in, what came out, how long, and the whole of it as JSON. */
#define SB_TYPE_TRACE_DETAIL (sb_trace_detail_get_type ())
G_DECLARE_FINAL_TYPE (SbTraceDetail, sb_trace_detail, SB, TRACE_DETAIL, GtkWidget)

void sb_trace_detail_set_event (SbTraceDetail *self,
                                SbTraceEvent  *event);

G_END_DECLS
