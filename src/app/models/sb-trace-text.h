/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

#include "sb-trace-event.h"

G_BEGIN_DECLS

/* How the window words an event. All (transfer full) but the constant ones. */
const char *sb_trace_text_kind     (SbTraceEvent *event); /* "Tool" */
const char *sb_trace_text_state    (SbTraceState  state); /* "failed" */
/* One sentence for a screen reader and the tooltip. */
char       *sb_trace_text_describe (SbTraceEvent *event);
/* nullable: which file it is about, below the workspace */
char       *sb_trace_text_file     (SbTraceEvent *event);
/* The whole event as indented JSON. */
char       *sb_trace_text_raw      (SbTraceEvent *event);

G_END_DECLS
