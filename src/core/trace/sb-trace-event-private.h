/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-trace-event.h"

G_BEGIN_DECLS

/* For SbTrace only. Events emit "changed" once for every call that changed something. */
SbTraceEvent *sb_trace_event_new          (SbTraceEvent *parent,
                                           SbTraceKind   kind,
                                           const char   *title,
                                           SbRedactor   *redactor);
void          sb_trace_event_set_redactor (SbTraceEvent *self,
                                           SbRedactor   *redactor);

G_END_DECLS
