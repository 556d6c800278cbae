/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tool-times.h"

#include "sb-store-private.h"
#include "sb-trace-event.h"

/* The latest events only: what this costs must not grow with the history. */
#define QUERY \
  "SELECT duration, state FROM (SELECT kind, title, duration, state FROM trace_event ORDER BY row DESC LIMIT 10000)" \
  " WHERE kind = ? AND title = ? AND state <> ? ORDER BY duration"

/* The nearest rank. */
static gint64
pick (GArray *durations,
      guint   percent)
{
  guint rank = (durations->len * percent + 99) / 100;

  return durations->len > 0 ? g_array_index (durations, gint64, MAX (rank, 1) - 1) : 0;
}

/**
 * sb_store_get_tool_times:
 * @tool: the name under which models call it
 * @times: (out): of the calls among the latest 10,000 events of all conversations that have ended
 */
void
sb_store_get_tool_times (SbStore     *self,
                         const char  *tool,
                         SbToolTimes *times)
{
  g_autoptr(GArray) durations = g_array_new (FALSE, FALSE, sizeof (gint64));
  const char *ok = sb_trace_state_to_string (SB_TRACE_STATE_OK);
  SbDatabase *database;
  sqlite3_stmt *rows;

  g_return_if_fail (SB_IS_STORE (self));
  g_return_if_fail (tool != NULL);

  *times = (SbToolTimes) { 0 };
  database = sb_store_get_database (self);
  rows = sb_database_query (database, NULL, QUERY, "ttt", sb_trace_kind_to_string (SB_TRACE_KIND_TOOL_CALL), tool,
                            sb_trace_state_to_string (SB_TRACE_STATE_RUNNING));
  while (sb_database_next (database, rows, NULL))
    {
      gint64 duration = sqlite3_column_int64 (rows, 0);

      times->n_failed += g_strcmp0 (sb_database_text (rows, 1), ok) != 0;
      g_array_append_val (durations, duration);
    }

  times->n_calls = durations->len;
  times->p50 = pick (durations, 50);
  times->p95 = pick (durations, 95);
}
