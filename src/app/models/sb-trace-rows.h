/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-outline.h"
#include "sb-trace.h"

G_BEGIN_DECLS

/* The flat trace of a conversation as a tree of rows, with the time scale of each turn.
 * Property: running (something in it has not ended). */
#define SB_TYPE_TRACE_ROWS (sb_trace_rows_get_type ())
G_DECLARE_FINAL_TYPE (SbTraceRows, sb_trace_rows, SB, TRACE_ROWS, GObject)

typedef struct
{
  gint64 start; /* monotonic µs */
  gint64 end;   /* now, while it runs */
} SbTraceSpan;

SbTraceRows   *sb_trace_rows_new         (void);
void           sb_trace_rows_set_trace   (SbTraceRows   *self,
                                          SbTrace       *trace);
SbOutline     *sb_trace_rows_get_outline (SbTraceRows   *self);
gboolean       sb_trace_rows_get_running (SbTraceRows   *self);
/* text NULL or empty: everything. Matches kind, title, subtitle and agent, without regard to case. */
void           sb_trace_rows_set_filter  (SbTraceRows   *self,
                                          const char    *text);
SbOutlineNode *sb_trace_rows_lookup      (SbTraceRows   *self,
                                          const char    *event_id);
/* Of the turn the node is in: what the bars of its rows are measured against. */
SbTraceSpan    sb_trace_rows_get_span    (SbTraceRows   *self,
                                          SbOutlineNode *node);
/* 1 for the first turn. */
guint          sb_trace_rows_get_turn    (SbTraceRows   *self,
                                          SbOutlineNode *node);

G_END_DECLS
