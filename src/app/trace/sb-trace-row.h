/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-agent.h"
#include "sb-trace-rows.h"

G_BEGIN_DECLS

/* One event of the trace, drawn by itself: kind, title, a bar on the time scale of its turn, duration.
 * Always of the same height. */
#define SB_TYPE_TRACE_ROW (sb_trace_row_get_type ())
G_DECLARE_FINAL_TYPE (SbTraceRow, sb_trace_row, SB, TRACE_ROW, GtkWidget)

/* agents: nullable; gives the bars their colours. */
GtkWidget *sb_trace_row_new           (SbTraceRows    *rows,
                                       SbAgentCatalog *agents);
void       sb_trace_row_set_agents    (SbTraceRow     *self,
                                       SbAgentCatalog *agents);
void       sb_trace_row_set_node      (SbTraceRow     *self,
                                       SbOutlineNode  *node);
/* TRUE: bars on a time scale; FALSE: the whole width for words. */
void       sb_trace_row_set_waterfall (SbTraceRow     *self,
                                       gboolean        waterfall);

G_END_DECLS
