/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is known of a place when a sandbox needs one. */
typedef struct
{
  gboolean is_ready;
  guint    tier;
  guint64  memory_bytes;     /* of the machine; 0: not known */
  double   cpus;             /* 0: not known */
  guint64  promised_memory;  /* to sandboxes that live there */
  double   promised_cpus;
  guint    n_sandboxes;
} SbPlace;

/* Which place has most room: pure. Returns: its index, or -1 when none is ready. */
int sb_placement_choose (const SbPlace *places,
                         guint          n_places);

G_END_DECLS
