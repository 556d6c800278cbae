/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-store.h"

G_BEGIN_DECLS

/* How the calls of a tool went. */
typedef struct
{
  guint  n_calls;
  guint  n_failed;
  gint64 p50;      /* µs; 0 without calls */
  gint64 p95;
} SbToolTimes;

void sb_store_get_tool_times (SbStore     *self,
                              const char  *tool,
                              SbToolTimes *times);

G_END_DECLS
