/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-bench.h"

#include <string.h>
#include <time.h>

struct _SbBenchSeries
{
  GArray *samples; /* of double */
};

static int
compare_samples (gconstpointer a,
                 gconstpointer b)
{
  double left = *(const double *) a;
  double right = *(const double *) b;

  return (left > right) - (left < right);
}

static double
quantile (SbBenchSeries *self,
          double         share)
{
  guint index;

  if (self->samples->len == 0)
    return 0;

  g_array_sort (self->samples, compare_samples);
  index = MIN (self->samples->len - 1, (guint) (share * self->samples->len));

  return g_array_index (self->samples, double, index);
}

SbBenchSeries *
sb_bench_series_new (void)
{
  SbBenchSeries *self = g_new0 (SbBenchSeries, 1);

  self->samples = g_array_new (FALSE, FALSE, sizeof (double));

  return self;
}

void
sb_bench_series_free (SbBenchSeries *self)
{
  g_array_unref (self->samples);
  g_free (self);
}

void
sb_bench_series_add (SbBenchSeries *self,
                     double         sample)
{
  g_array_append_val (self->samples, sample);
}

double
sb_bench_series_median (SbBenchSeries *self)
{
  return quantile (self, 0.5);
}

double
sb_bench_series_p95 (SbBenchSeries *self)
{
  return quantile (self, 0.95);
}

double
sb_bench_series_p99 (SbBenchSeries *self)
{
  return quantile (self, 0.99);
}

void
sb_bench_row (const char    *name,
              const char    *unit,
              SbBenchSeries *ours,
              const char    *peer_name,
              SbBenchSeries *peer)
{
  sb_bench_row_floor (name, unit, ours, peer_name, peer, NULL, NULL);
}

void
sb_bench_row_floor (const char    *name,
                    const char    *unit,
                    SbBenchSeries *ours,
                    const char    *peer_name,
                    SbBenchSeries *peer,
                    const char    *floor_name,
                    SbBenchSeries *floor)
{
  double median = MAX (sb_bench_series_median (ours), 1e-9);
  gboolean has_peer = peer != NULL && peer->samples->len > 0;
  gboolean has_floor = floor != NULL && floor->samples->len > 0;

  g_print ("%s\t%s\t%.3f\t%.3f", name, unit, median, sb_bench_series_p95 (ours));
  if (has_peer)
    g_print ("\t%s\t%.3f\t%.1f", peer_name, sb_bench_series_median (peer), sb_bench_series_median (peer) / median);
  else if (has_floor)
    g_print ("\t\t\t");
  if (has_floor)
    g_print ("\t%s\t%.3f\t%.1f", floor_name, sb_bench_series_median (floor),
             median / MAX (sb_bench_series_median (floor), 1e-9));
  g_print ("\n");
}

void
sb_bench_figure (const char *name,
                 const char *unit,
                 double      value)
{
  g_print ("%s\t%s\t%.3f\n", name, unit, value);
}

static double
run_lane (const SbBenchLane *lane)
{
  double sample = lane->func (lane->user_data);

  if (sample < 0)
    g_error ("What is measured failed.");

  return sample;
}

void
sb_bench_take_turns (const SbBenchLane *lanes,
                     gsize              n_lanes,
                     guint              rounds)
{
  for (gsize i = 0; i < n_lanes; i++)
    if (lanes[i].func != NULL)
      run_lane (&lanes[i]);
  for (guint round = 0; round < rounds; round++)
    for (gsize i = 0; i < n_lanes; i++)
      for (guint time = 0; lanes[i].func != NULL && time < lanes[i].times; time++)
        sb_bench_series_add (lanes[i].series, run_lane (&lanes[i]));
}

double
sb_bench_command (const char * const *argv)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GSubprocess) process = NULL;
  double start = sb_bench_now ();

  process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
  if (process == NULL || !g_subprocess_wait_check (process, NULL, &error))
    return -1;

  return sb_bench_now () - start;
}

double
sb_bench_now (void)
{
  return g_get_monotonic_time () / 1000.0;
}

double
sb_bench_cpu (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);

  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

double
sb_bench_status_megabytes (const char *field)
{
  g_autofree char *status = NULL;
  const char *line = NULL;

  if (!g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
    return 0;
  line = strstr (status, field);

  return line != NULL ? g_ascii_strtod (line + strlen (field) + 1, NULL) / 1024 : 0;
}
