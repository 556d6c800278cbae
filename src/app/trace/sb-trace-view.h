/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-selection.h"

G_BEGIN_DECLS

/* The Trace tab: the events of the selected conversation as a tree or waterfall, and the selected one in
 * detail. Property: selection. Actions: trace.layout ("tree", "waterfall"), trace.follow, trace.filter,
 * trace.expand-all, trace.collapse-all. */
#define SB_TYPE_TRACE_VIEW (sb_trace_view_get_type ())
G_DECLARE_FINAL_TYPE (SbTraceView, sb_trace_view, SB, TRACE_VIEW, GtkWidget)

void sb_trace_view_set_selection (SbTraceView *self,
                                  SbSelection *selection);

G_END_DECLS
