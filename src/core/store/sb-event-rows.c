/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-event-rows.h"

#include "sb-enum.h"

static SbTraceEvent *
read_event (sqlite3_stmt    *row,
            SbTraceLoadFunc  load,
            GObject         *source)
{
  const SbTraceRecord record = {
    .id = sb_database_text (row, 0),
    .parent_id = sb_database_text (row, 1),
    .turn_id = sb_database_text (row, 2),
    .kind = sb_enum_from_nick (SB_TYPE_TRACE_KIND, sb_database_text (row, 3), SB_TRACE_KIND_SANDBOX),
    .state = sb_enum_from_nick (SB_TYPE_TRACE_STATE, sb_database_text (row, 4), SB_TRACE_STATE_CANCELLED),
    .depth = sqlite3_column_int (row, 5),
    .title = sb_database_text (row, 6),
    .subtitle = sb_database_text (row, 7),
    .agent = sb_database_text (row, 8),
    .wall_start = sqlite3_column_int64 (row, 9),
    .duration = sqlite3_column_int64 (row, 10),
    .prompt_tokens = sqlite3_column_int64 (row, 11),
    .completion_tokens = sqlite3_column_int64 (row, 12),
    .first_token_us = sqlite3_column_int64 (row, 13),
  };

  return sb_trace_event_new_restored (&record, load, source);
}

gboolean
sb_event_rows_write (SbDatabase    *database,
                     const char    *conversation_id,
                     gint64         owner,
                     SbTraceEvent  *event,
                     GError       **error)
{
  const SbTraceUsage *usage = sb_trace_event_get_usage (event);
  gboolean running = sb_trace_event_get_state (event) == SB_TRACE_STATE_RUNNING;

  return sb_database_run (
    database, error,
    "INSERT INTO trace_event (conversation_id, owner, id, parent_id, turn_id, kind, state, depth, title, subtitle,"
    " agent, wall_start, duration, prompt_tokens, completion_tokens, first_token_us)"
    " VALUES (?, nullif (?, 0), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, state = excluded.state, title = excluded.title,"
    " subtitle = excluded.subtitle, agent = excluded.agent, wall_start = excluded.wall_start,"
    " duration = excluded.duration, prompt_tokens = excluded.prompt_tokens,"
    " completion_tokens = excluded.completion_tokens, first_token_us = excluded.first_token_us",
    "ti" "ttttt" "i" "ttt" "iiiii",
    conversation_id, owner,
    sb_trace_event_get_id (event),
    sb_trace_event_get_parent_id (event),
    sb_trace_event_get_turn_id (event),
    sb_trace_kind_to_string (sb_trace_event_get_kind (event)),
    sb_trace_state_to_string (sb_trace_event_get_state (event)),
    (gint64) sb_trace_event_get_depth (event),
    sb_trace_event_get_title (event),
    sb_trace_event_get_subtitle (event),
    sb_trace_event_get_agent (event),
    sb_trace_event_get_wall_start (event),
    running ? G_GINT64_CONSTANT (-1) : sb_trace_event_get_duration (event),
    usage->prompt_tokens, usage->completion_tokens, usage->first_token_us);
}

gboolean
sb_event_rows_write_part (SbDatabase    *database,
                          SbTraceEvent  *event,
                          SbTracePart    part,
                          GError       **error)
{
  const char *text = part == SB_TRACE_PART_REQUEST ? sb_trace_event_get_request (event)
                                                   : sb_trace_event_get_response (event);

  return sb_database_run (database, error,
                          "INSERT INTO trace_payload (event_id, part, text) VALUES (?, ?, ?)"
                          " ON CONFLICT (event_id, part) DO UPDATE SET text = excluded.text", "tit",
                          sb_trace_event_get_id (event), (gint64) part, text);
}

char *
sb_event_rows_load_part (SbDatabase   *database,
                         SbTraceEvent *event,
                         SbTracePart   part)
{
  sqlite3_stmt *rows = sb_database_query (database, NULL,
                                          "SELECT text FROM trace_payload WHERE event_id = ? AND part = ?", "ti",
                                          sb_trace_event_get_id (event), (gint64) part);
  char *text = NULL;

  if (sb_database_next (database, rows, NULL))
    {
      text = g_strdup (sb_database_text (rows, 0));
      sqlite3_reset (rows);
    }

  return text;
}

GPtrArray *
sb_event_rows_load (SbDatabase       *database,
                    const char       *conversation_id,
                    SbTraceLoadFunc   load,
                    GObject          *source,
                    GError          **error)
{
  g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GError) local = NULL;
  sqlite3_stmt *rows = sb_database_query (
    database, &local,
    "SELECT id, parent_id, turn_id, kind, state, depth, title, subtitle, agent, wall_start, duration,"
    " prompt_tokens, completion_tokens, first_token_us FROM trace_event WHERE conversation_id = ? ORDER BY row", "t",
    conversation_id);

  while (sb_database_next (database, rows, &local))
    g_ptr_array_add (events, read_event (rows, load, source));

  if (local == NULL)
    return g_steal_pointer (&events);

  g_propagate_error (error, g_steal_pointer (&local));

  return NULL;
}
