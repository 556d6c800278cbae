/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-message-rows.h"

#include "sb-enum.h"

/* In the order of the columns read. */
enum
{
  COLUMN_ID,
  COLUMN_ROLE,
  COLUMN_TURN_ID,
  COLUMN_CREATED,
  COLUMN_STATE,
  COLUMN_DURATION,
  COLUMN_TEXT,
  COLUMN_REASONING,
  COLUMN_AGENT,
  COLUMN_MODEL,
  COLUMN_TRACE_ID,
  COLUMN_PROMPT_TOKENS,
  COLUMN_COMPLETION_TOKENS,
  COLUMN_FIRST_TOKEN_US,
  COLUMN_CALL_ID,
  COLUMN_TOOL_NAME,
  COLUMN_ARGUMENTS,
  COLUMN_RESULT,
  COLUMN_STRUCTURED,
  COLUMN_IS_ERROR,
  COLUMN_BADGE,
  COLUMN_NOTICE_KIND,
  COLUMN_HINT,
  COLUMN_CAN_RETRY,
};

#define COLUMNS \
  "id, role, turn_id, created, state, duration, text, reasoning, agent, model, trace_id, prompt_tokens," \
  " completion_tokens, first_token_us, call_id, tool_name, arguments, result, structured, is_error, badge," \
  " notice_kind, hint, can_retry"

static void
read_answer (SbMessage    *message,
             sqlite3_stmt *row)
{
  sb_message_set_agent (message, sb_database_text (row, COLUMN_AGENT));
  sb_message_set_model (message, sb_database_text (row, COLUMN_MODEL));
  sb_message_set_trace_id (message, sb_database_text (row, COLUMN_TRACE_ID));
  sb_message_set_usage (message,
                        sqlite3_column_int64 (row, COLUMN_PROMPT_TOKENS),
                        sqlite3_column_int64 (row, COLUMN_COMPLETION_TOKENS),
                        sqlite3_column_int64 (row, COLUMN_FIRST_TOKEN_US));
}

static void
read_tool_call (SbMessage    *message,
                sqlite3_stmt *row)
{
  sb_message_set_tool_call (message,
                            sb_database_text (row, COLUMN_CALL_ID),
                            sb_database_text (row, COLUMN_TOOL_NAME),
                            sb_database_text (row, COLUMN_ARGUMENTS));
  sb_message_set_result (message,
                         sb_database_text (row, COLUMN_RESULT),
                         sb_database_text (row, COLUMN_STRUCTURED),
                         sqlite3_column_int (row, COLUMN_IS_ERROR));
  sb_message_set_badge (message, sb_database_text (row, COLUMN_BADGE));
}

static void
read_notice (SbMessage    *message,
             sqlite3_stmt *row)
{
  const char *kind = sb_database_text (row, COLUMN_NOTICE_KIND);

  sb_message_set_notice_kind (message, sb_enum_from_nick (SB_TYPE_NOTICE_KIND, kind, SB_NOTICE_KIND_NONE));
  sb_message_set_hint (message, sb_database_text (row, COLUMN_HINT));
  sb_message_set_can_retry (message, sqlite3_column_int (row, COLUMN_CAN_RETRY));
}

static SbMessage *
read_message (sqlite3_stmt *row)
{
  SbMessage *message =
    g_object_new (SB_TYPE_MESSAGE,
                  "id", sb_database_text (row, COLUMN_ID),
                  "role", sb_enum_from_nick (SB_TYPE_MESSAGE_ROLE, sb_database_text (row, COLUMN_ROLE),
                                             SB_MESSAGE_ROLE_NOTICE),
                  "turn-id", sb_database_text (row, COLUMN_TURN_ID),
                  "created", MAX (sqlite3_column_int64 (row, COLUMN_CREATED), 1),
                  NULL);
  const char *reasoning = sb_database_text (row, COLUMN_REASONING);
  const char *state = sb_database_text (row, COLUMN_STATE);

  sb_message_set_text (message, sb_database_text (row, COLUMN_TEXT));
  if (reasoning != NULL)
    sb_message_append_reasoning (message, reasoning, -1);
  read_answer (message, row);
  read_tool_call (message, row);
  read_notice (message, row);
  sb_message_set_duration (message, sqlite3_column_int64 (row, COLUMN_DURATION));
  sb_message_set_state (message, sb_enum_from_nick (SB_TYPE_MESSAGE_STATE, state, SB_MESSAGE_STATE_DONE));

  return message;
}

/* Only messages that another process is still streaming have any. */
static gboolean
read_chunks (SbDatabase  *database,
             SbMessage   *message,
             GError     **error)
{
  g_autoptr(GError) local = NULL;
  sqlite3_stmt *rows = sb_database_query (database, &local,
                                          "SELECT reasoning, text FROM chunk WHERE message_id = ? ORDER BY row", "t",
                                          sb_message_get_id (message));

  while (sb_database_next (database, rows, &local))
    {
      if (sqlite3_column_int (rows, 0))
        sb_message_append_reasoning (message, sb_database_text (rows, 1), -1);
      else
        sb_message_append_text (message, sb_database_text (rows, 1), -1);
    }

  if (local == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local));

  return FALSE;
}

static gboolean
is_open (SbMessage *message)
{
  return sb_message_get_state (message) == SB_MESSAGE_STATE_STREAMING ||
         sb_message_get_state (message) == SB_MESSAGE_STATE_PENDING;
}

/* A duration that is still growing is not written. */
static gint64
settled_duration (SbMessage *message)
{
  return sb_message_get_state (message) == SB_MESSAGE_STATE_STREAMING ? -1 : sb_message_get_duration (message);
}

gboolean
sb_message_rows_write (SbDatabase  *database,
                       const char  *conversation_id,
                       const char  *parent_id,
                       gint64       owner,
                       SbMessage   *message,
                       GError     **error)
{
  return sb_database_run (
    database, error,
    "INSERT INTO message (conversation_id, parent_id, owner, " COLUMNS ")"
    " VALUES (?, ?, nullif (?, 0), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, state = excluded.state, duration = excluded.duration,"
    " agent = excluded.agent, model = excluded.model, trace_id = excluded.trace_id,"
    " prompt_tokens = excluded.prompt_tokens, completion_tokens = excluded.completion_tokens,"
    " first_token_us = excluded.first_token_us, call_id = excluded.call_id, tool_name = excluded.tool_name,"
    " arguments = excluded.arguments, result = excluded.result, structured = excluded.structured,"
    " is_error = excluded.is_error, badge = excluded.badge, notice_kind = excluded.notice_kind,"
    " hint = excluded.hint, can_retry = excluded.can_retry",
    "tti" "ttt" "i" "t" "i" "ttttt" "iii" "ttttt" "i" "ttt" "i",
    conversation_id, parent_id, owner,
    sb_message_get_id (message),
    sb_enum_to_nick (SB_TYPE_MESSAGE_ROLE, sb_message_get_role (message)),
    sb_message_get_turn_id (message),
    sb_message_get_created (message),
    sb_enum_to_nick (SB_TYPE_MESSAGE_STATE, sb_message_get_state (message)),
    settled_duration (message),
    sb_message_get_text (message),
    sb_message_get_reasoning (message),
    sb_message_get_agent (message),
    sb_message_get_model (message),
    sb_message_get_trace_id (message),
    sb_message_get_prompt_tokens (message),
    sb_message_get_completion_tokens (message),
    sb_message_get_first_token_us (message),
    sb_message_get_call_id (message),
    sb_message_get_tool_name (message),
    sb_message_get_arguments (message),
    sb_message_get_result (message),
    sb_message_get_structured (message),
    (gint64) sb_message_get_is_error (message),
    sb_message_get_badge (message),
    sb_enum_to_nick (SB_TYPE_NOTICE_KIND, sb_message_get_notice_kind (message)),
    sb_message_get_hint (message),
    (gint64) sb_message_get_can_retry (message));
}

gboolean
sb_message_rows_set_text (SbDatabase  *database,
                          SbMessage   *message,
                          GError     **error)
{
  return sb_database_run (database, error, "UPDATE message SET text = ?, reasoning = ? WHERE id = ?", "ttt",
                          sb_message_get_text (message), sb_message_get_reasoning (message),
                          sb_message_get_id (message)) &&
         sb_database_run (database, error, "DELETE FROM chunk WHERE message_id = ?", "t",
                          sb_message_get_id (message));
}

gboolean
sb_message_rows_append (SbDatabase  *database,
                        SbMessage   *message,
                        gboolean     reasoning,
                        const char  *text,
                        GError     **error)
{
  return sb_database_run (database, error, "INSERT INTO chunk (message_id, reasoning, text) VALUES (?, ?, ?)", "tit",
                          sb_message_get_id (message), (gint64) reasoning, text);
}

gboolean
sb_message_rows_retire (SbDatabase  *database,
                        SbMessage   *message,
                        GError     **error)
{
  return sb_database_run (database, error, "UPDATE message SET active = 0 WHERE id = ?", "t",
                          sb_message_get_id (message));
}

/* (transfer full): the SbMessages of the branch shown, in order */
GPtrArray *
sb_message_rows_load (SbDatabase  *database,
                      const char  *conversation_id,
                      GError     **error)
{
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GError) local = NULL;
  sqlite3_stmt *rows = sb_database_query (database, &local,
                                          "SELECT " COLUMNS " FROM message"
                                          " WHERE conversation_id = ? AND active = 1 ORDER BY row", "t",
                                          conversation_id);

  while (sb_database_next (database, rows, &local))
    g_ptr_array_add (messages, read_message (rows));

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }

  for (guint i = 0; i < messages->len; i++)
    if (is_open (messages->pdata[i]) && !read_chunks (database, messages->pdata[i], error))
      return NULL;

  return g_steal_pointer (&messages);
}
