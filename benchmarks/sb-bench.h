/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Samples of one figure, in any unit. */
typedef struct _SbBenchSeries SbBenchSeries;

SbBenchSeries *sb_bench_series_new    (void);
void           sb_bench_series_free   (SbBenchSeries       *self);
void           sb_bench_series_add    (SbBenchSeries       *self,
                                       double               sample);
double         sb_bench_series_median (SbBenchSeries       *self);
double         sb_bench_series_p95    (SbBenchSeries       *self);
double         sb_bench_series_p99    (SbBenchSeries       *self);

/* One row for scripts/bench: name, unit, ours, and what a peer took in the same run (nullable). */
void           sb_bench_row           (const char          *name,
                                       const char          *unit,
                                       SbBenchSeries       *ours,
                                       const char          *peer_name,
                                       SbBenchSeries       *peer);
/* Also with the least that this machine takes for anything of the kind (nullable). */
void           sb_bench_row_floor     (const char          *name,
                                       const char          *unit,
                                       SbBenchSeries       *ours,
                                       const char          *peer_name,
                                       SbBenchSeries       *peer,
                                       const char          *floor_name,
                                       SbBenchSeries       *floor);
/* The same for a figure that is taken once. */
void           sb_bench_figure        (const char          *name,
                                       const char          *unit,
                                       double               value);
/* One of several that are measured in turn. */
typedef struct
{
  double        (*func) (gpointer user_data); /* nullable: not there. Milliseconds; negative: it failed */
  gpointer        user_data;
  guint           times;                      /* in each round */
  SbBenchSeries  *series;
} SbBenchLane;

/* Each once to warm up, and then all of them in every round, so that what else the machine does meets all alike. */
void           sb_bench_take_turns    (const SbBenchLane   *lanes,
                                       gsize                n_lanes,
                                       guint                rounds);
/* Milliseconds that a whole command takes; negative when it fails. */
double         sb_bench_command       (const char * const  *argv);
/* Milliseconds since some moment. */
double         sb_bench_now           (void);
/* Milliseconds of CPU that this process has used. */
double         sb_bench_cpu           (void);
/* A field of /proc/self/status that is a size, as VmRSS or VmHWM. */
double         sb_bench_status_megabytes (const char       *field);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbBenchSeries, sb_bench_series_free)

G_END_DECLS
