/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-agent.h"
#include "sb-trace-event.h"

G_BEGIN_DECLS

/* Colours and small pictures of the trace. */
GdkRGBA sb_trace_paint_named     (GtkWidget      *widget,
                                  const char     *name);
/* By the state, else the agent (agents nullable), else the kind. */
GdkRGBA sb_trace_paint_color     (GtkWidget      *widget,
                                  SbTraceEvent   *event,
                                  SbAgentCatalog *agents);
void    sb_trace_paint_icon      (GtkWidget      *widget,
                                  GtkSnapshot    *snapshot,
                                  const char     *icon_name,
                                  int             x,
                                  int             y,
                                  int             size,
                                  const GdkRGBA  *color);
/* The roundest step (1, 2 or 5 times a power of ten) that gives at most that many lines. */
gint64  sb_trace_paint_grid_step (gint64          span,
                                  guint           max_lines);

G_END_DECLS
