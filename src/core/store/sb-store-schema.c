/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-store-schema.h"

#include <glib/gstdio.h>

#include "sb-store.h"

/* "SBar": in the file's header, so that no other program's database is taken for ours. */
#define APPLICATION_ID 0x53426172

/* Messages are a tree: parent_id is what was said before, active is the branch shown. Text that still streams
 * is appended to chunk, not to the growing row, and folded into message when it is complete. owner is the
 * running instance that will finish a row; when that is dead, nobody will. The trigram index finds parts of
 * words, and words in scripts without spaces. */
const char * const sb_store_schema_steps[] = {
  "CREATE TABLE instance (id INTEGER PRIMARY KEY AUTOINCREMENT);"

  "CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"

  "CREATE TABLE conversation ("
  "  id TEXT PRIMARY KEY, title TEXT, agent TEXT, agent_label TEXT,"
  "  updated INTEGER NOT NULL, touched INTEGER NOT NULL, deleted_by INTEGER) WITHOUT ROWID;"

  "CREATE TABLE message ("
  "  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
  "  conversation_id TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,"
  "  parent_id TEXT, active INTEGER NOT NULL DEFAULT 1, owner INTEGER,"
  "  role TEXT NOT NULL, turn_id TEXT, created INTEGER NOT NULL, state TEXT NOT NULL, duration INTEGER NOT NULL,"
  "  text TEXT NOT NULL, reasoning TEXT, agent TEXT, model TEXT, trace_id TEXT,"
  "  prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL, first_token_us INTEGER NOT NULL,"
  "  call_id TEXT, tool_name TEXT, arguments TEXT, result TEXT, structured TEXT, is_error INTEGER NOT NULL,"
  "  badge TEXT, notice_kind TEXT NOT NULL, hint TEXT, can_retry INTEGER NOT NULL);"
  "CREATE INDEX message_conversation ON message (conversation_id);"
  "CREATE INDEX message_owner ON message (owner) WHERE owner IS NOT NULL;"

  "CREATE TABLE chunk ("
  "  row INTEGER PRIMARY KEY, message_id TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,"
  "  reasoning INTEGER NOT NULL, text TEXT NOT NULL);"
  "CREATE INDEX chunk_message ON chunk (message_id);"

  "CREATE TABLE trace_event ("
  "  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
  "  conversation_id TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,"
  "  parent_id TEXT, turn_id TEXT NOT NULL, owner INTEGER, kind TEXT NOT NULL, state TEXT NOT NULL,"
  "  depth INTEGER NOT NULL, title TEXT, subtitle TEXT, agent TEXT, wall_start INTEGER NOT NULL,"
  "  duration INTEGER NOT NULL, prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL,"
  "  first_token_us INTEGER NOT NULL);"
  "CREATE INDEX trace_event_conversation ON trace_event (conversation_id);"
  "CREATE INDEX trace_event_owner ON trace_event (owner) WHERE owner IS NOT NULL;"

  "CREATE TABLE trace_payload ("
  "  event_id TEXT NOT NULL REFERENCES trace_event (id) ON DELETE CASCADE, part INTEGER NOT NULL, text TEXT,"
  "  PRIMARY KEY (event_id, part));"

  "CREATE VIRTUAL TABLE message_text USING fts5 (text, content = 'message', content_rowid = 'row',"
  "  tokenize = 'trigram');"
  "CREATE TRIGGER message_text_insert AFTER INSERT ON message"
  "  WHEN new.role IN ('user', 'assistant') AND new.text <> '' BEGIN"
  "  INSERT INTO message_text (rowid, text) VALUES (new.row, new.text);"
  " END;"
  "CREATE TRIGGER message_text_update AFTER UPDATE OF text ON message"
  "  WHEN new.role IN ('user', 'assistant') BEGIN"
  "  INSERT INTO message_text (message_text, rowid, text) SELECT 'delete', old.row, old.text WHERE old.text <> '';"
  "  INSERT INTO message_text (rowid, text) SELECT new.row, new.text WHERE new.text <> '';"
  " END;"
  "CREATE TRIGGER message_text_delete AFTER DELETE ON message"
  "  WHEN old.role IN ('user', 'assistant') AND old.text <> '' BEGIN"
  "  INSERT INTO message_text (message_text, rowid, text) VALUES ('delete', old.row, old.text);"
  " END;",
};

const guint sb_store_schema_version = G_N_ELEMENTS (sb_store_schema_steps);

static gboolean
check_owner (SbDatabase  *database,
             gint64       version,
             GError     **error)
{
  gint64 application_id;
  gint64 n_tables;

  if (!sb_database_get_int (database, "PRAGMA application_id", &application_id, error) ||
      !sb_database_get_int (database, "SELECT count(*) FROM sqlite_master", &n_tables, error))
    return FALSE;

  if (application_id == APPLICATION_ID || (application_id == 0 && version == 0 && n_tables == 0))
    return TRUE;

  g_set_error_literal (error, SB_STORE_ERROR, SB_STORE_ERROR_OPEN,
                       "The history file belongs to another program. Move it away and start again.");

  return FALSE;
}

static gboolean
back_up (SbDatabase  *database,
         const char  *backup_base,
         gint64       version,
         GError     **error)
{
  g_autofree char *path = g_strdup_printf ("%s.version-%" G_GINT64_FORMAT, backup_base, version);

  g_unlink (path);

  return sb_database_run (database, error, "VACUUM INTO ?", "t", path);
}

/* Looks at the version again: another process may have been faster. */
static gboolean
run_steps (SbDatabase          *database,
           const char * const  *steps,
           guint                n_steps,
           GError             **error)
{
  g_autofree char *done = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %u",
                                           APPLICATION_ID, n_steps);
  gint64 version;

  if (!sb_database_get_int (database, "PRAGMA user_version", &version, error))
    return FALSE;

  for (gint64 i = version; i < n_steps; i++)
    if (!sb_database_exec (database, steps[i], error))
      return FALSE;

  return sb_database_exec (database, done, error);
}

/**
 * sb_store_schema_migrate:
 * @backup_base: (nullable): where a copy of the file goes before it is changed, without the ".version-N"
 * @steps: SQL that leads from each version to the next; version 0 is an empty file
 *
 * Brings the file to version @n_steps in one transaction, after a copy of it.
 *
 * Returns: FALSE with SB_STORE_ERROR_TOO_NEW if the file is ahead, SB_STORE_ERROR_OPEN if it is not ours
 */
gboolean
sb_store_schema_migrate (SbDatabase          *database,
                         const char          *backup_base,
                         const char * const  *steps,
                         guint                n_steps,
                         GError             **error)
{
  gint64 version;

  if (!sb_database_get_int (database, "PRAGMA user_version", &version, error) ||
      !check_owner (database, version, error))
    return FALSE;

  if (version > n_steps)
    {
      g_set_error_literal (error, SB_STORE_ERROR, SB_STORE_ERROR_TOO_NEW,
                           "The history was written by a newer version of Sandbar. Update Sandbar to open it.");
      return FALSE;
    }

  if (version == n_steps)
    return TRUE;

  if (version > 0 && backup_base != NULL && !back_up (database, backup_base, version, error))
    return FALSE;

  if (!sb_database_exec (database, "BEGIN IMMEDIATE", error))
    return FALSE;

  if (run_steps (database, steps, n_steps, error) && sb_database_exec (database, "COMMIT", error))
    return TRUE;

  sb_database_exec (database, "ROLLBACK", NULL);

  return FALSE;
}
