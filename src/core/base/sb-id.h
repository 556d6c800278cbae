/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char   *sb_id_new          (const char *prefix);
char   *sb_id_new_nickname (void);

/* Microseconds throughout: monotonic for durations, wall for dates. */
gint64  sb_clock_monotonic (void);
gint64  sb_clock_wall      (void);
char   *sb_format_duration (gint64      microseconds);
char   *sb_format_size     (guint64     bytes);
char   *sb_format_count    (gint64      count);

G_END_DECLS
