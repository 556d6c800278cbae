/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What became of one figure over the last two minutes, with its limit as a line. */
#define SB_TYPE_GRAPH (sb_graph_get_type ())
G_DECLARE_FINAL_TYPE (SbGraph, sb_graph, SB, GRAPH, GtkWidget)

/* time_us: monotonic; limit: 0: none */
void sb_graph_add   (SbGraph *self,
                     gint64   time_us,
                     double   value,
                     double   limit);
void sb_graph_clear (SbGraph *self);

G_END_DECLS
