/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-placement.h"

/* May be negative: limits are promises that are seldom used up, so more can be promised than there is. */
static double
get_free_memory (const SbPlace *place)
{
  return (double) place->memory_bytes - (double) place->promised_memory;
}

static double
get_free_cpus (const SbPlace *place)
{
  return place->cpus - place->promised_cpus;
}

/* Memory first: what is short of it is killed, what is short of time only waits. */
static gboolean
is_better (const SbPlace *place,
           const SbPlace *best)
{
  if (place->tier != best->tier)
    return place->tier < best->tier;
  if (get_free_memory (place) != get_free_memory (best))
    return get_free_memory (place) > get_free_memory (best);
  if (get_free_cpus (place) != get_free_cpus (best))
    return get_free_cpus (place) > get_free_cpus (best);

  return place->n_sandboxes < best->n_sandboxes;
}

int
sb_placement_choose (const SbPlace *places,
                     guint          n_places)
{
  int best = -1;

  for (guint i = 0; i < n_places; i++)
    {
      if (places[i].is_ready && (best < 0 || is_better (&places[i], &places[best])))
        best = (int) i;
    }

  return best;
}
