/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-database.h"
#include "sb-trace-event.h"

G_BEGIN_DECLS

/* Private to store: a trace event and its rows. */

/* Writes all but request and response. owner 0: finished. */
gboolean   sb_event_rows_write      (SbDatabase       *database,
                                     const char       *conversation_id,
                                     gint64            owner,
                                     SbTraceEvent     *event,
                                     GError          **error);
gboolean   sb_event_rows_write_part (SbDatabase       *database,
                                     SbTraceEvent     *event,
                                     SbTracePart       part,
                                     GError          **error);
/* (transfer full) (nullable) */
char      *sb_event_rows_load_part  (SbDatabase       *database,
                                     SbTraceEvent     *event,
                                     SbTracePart       part);
/* (transfer full): the SbTraceEvents in order; load and source as in sb_trace_event_new_restored() */
GPtrArray *sb_event_rows_load       (SbDatabase       *database,
                                     const char       *conversation_id,
                                     SbTraceLoadFunc   load,
                                     GObject          *source,
                                     GError          **error);

G_END_DECLS
