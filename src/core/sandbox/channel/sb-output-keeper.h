/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The head and the tail of a stream of any length, in memory of a fixed size. */
typedef struct
{
  GByteArray *head;
  GByteArray *tail; /* a ring once it is full */
  gsize       keep;
  gsize       tail_start;
  guint64     total;
} SbOutputKeeper;

void    sb_output_keeper_init        (SbOutputKeeper *self,
                                      gsize           keep);
void    sb_output_keeper_clear       (SbOutputKeeper *self);
void    sb_output_keeper_feed        (SbOutputKeeper *self,
                                      const guint8   *data,
                                      gsize           length);
guint64 sb_output_keeper_get_dropped (const SbOutputKeeper *self);
GBytes *sb_output_keeper_to_bytes    (const SbOutputKeeper *self);

G_END_DECLS
