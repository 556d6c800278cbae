/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-trace-event.h"

G_BEGIN_DECLS

/* The append-only list of a conversation's events: a GListModel of SbTraceEvent in order of their start.
 * Signal "event-changed" (SbTraceEvent*): begun, changed or finished; the store listens to it. */
#define SB_TYPE_TRACE (sb_trace_get_type ())
G_DECLARE_FINAL_TYPE (SbTrace, sb_trace, SB, TRACE, GObject)

SbTrace      *sb_trace_new    (SbRedactor   *redactor);
/* (transfer none). parent NULL: a new turn. */
SbTraceEvent *sb_trace_begin  (SbTrace      *self,
                               SbTraceEvent *parent,
                               SbTraceKind   kind,
                               const char   *title);
SbTraceEvent *sb_trace_lookup (SbTrace      *self,
                               const char   *id);
/* For the store: put back an event read from disk. */
void          sb_trace_restore (SbTrace      *self,
                                SbTraceEvent *event);

G_END_DECLS
