/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-database.h"

#include <string.h>

#include "sb-store.h"

/* How long another process may keep the file from us. */
#define BUSY_TIMEOUT_MS 1000

struct _SbDatabase
{
  /* owned */
  sqlite3    *connection;
  GHashTable *statements; /* SQL text -> sqlite3_stmt */
};

static void
set_error (SbDatabase  *self,
           GError     **error)
{
  const char *detail = self->connection != NULL ? sqlite3_errmsg (self->connection) : "out of memory";
  int code = self->connection != NULL ? sqlite3_errcode (self->connection) : SQLITE_NOMEM;

  switch (code & 0xff)
    {
    case SQLITE_FULL:
      g_set_error_literal (error, SB_STORE_ERROR, SB_STORE_ERROR_FULL,
                           "The history cannot be written because the disk is full. Free some space; "
                           "what is on the screen is kept until then.");
      break;

    case SQLITE_READONLY:
    case SQLITE_PERM:
      g_set_error_literal (error, SB_STORE_ERROR, SB_STORE_ERROR_READ_ONLY,
                           "The history cannot be written because its file is read-only. "
                           "Check the permissions of the file and its folder.");
      break;

    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      g_set_error (error, SB_STORE_ERROR, SB_STORE_ERROR_CORRUPT, "The history file is damaged: %s.", detail);
      break;

    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      g_set_error_literal (error, SB_STORE_ERROR, SB_STORE_ERROR_BUSY,
                           "The history cannot be written because another program holds its file.");
      break;

    case SQLITE_CANTOPEN:
      g_set_error_literal (error, SB_STORE_ERROR, SB_STORE_ERROR_OPEN,
                           "The history file cannot be opened. Check that its folder can be written to.");
      break;

    default:
      g_set_error (error, SB_STORE_ERROR, SB_STORE_ERROR_OPEN, "The history file cannot be used: %s.", detail);
    }
}

static sqlite3_stmt *
prepare (SbDatabase  *self,
         const char  *sql,
         GError     **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, sql);

  if (statement != NULL)
    {
      sqlite3_reset (statement);
      sqlite3_clear_bindings (statement);
      return statement;
    }

  if (sqlite3_prepare_v3 (self->connection, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
    {
      set_error (self, error);
      return NULL;
    }

  g_hash_table_insert (self->statements, g_strdup (sql), statement);

  return statement;
}

static sqlite3_stmt *
prepare_and_bind (SbDatabase  *self,
                  GError     **error,
                  const char  *sql,
                  const char  *types,
                  va_list      arguments)
{
  sqlite3_stmt *statement = prepare (self, sql, error);
  int ok = SQLITE_OK;

  if (statement == NULL)
    return NULL;

  g_assert (sqlite3_bind_parameter_count (statement) == (int) strlen (types));

  for (int i = 0; types[i] != '\0' && ok == SQLITE_OK; i++)
    {
      if (types[i] == 'i')
        {
          ok = sqlite3_bind_int64 (statement, i + 1, va_arg (arguments, gint64));
        }
      else
        {
          ok = sqlite3_bind_text (statement, i + 1, va_arg (arguments, const char *), -1, SQLITE_STATIC);
        }
    }

  if (ok == SQLITE_OK)
    return statement;

  set_error (self, error);

  return NULL;
}

/* NORMAL in WAL mode: nothing is lost when the program dies, the last transactions may be when the power
 * fails. */
SbDatabase *
sb_database_new (const char  *path,
                 GError     **error)
{
  g_autoptr(SbDatabase) self = g_new0 (SbDatabase, 1);
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;

  self->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) sqlite3_finalize);
  if (sqlite3_open_v2 (path, &self->connection, flags, NULL) != SQLITE_OK)
    {
      set_error (self, error);
      return NULL;
    }

  sqlite3_busy_timeout (self->connection, BUSY_TIMEOUT_MS);
  if (!sb_database_exec (self,
                         "PRAGMA foreign_keys = ON;"
                         "PRAGMA journal_mode = WAL;"
                         "PRAGMA synchronous = NORMAL;", error))
    return NULL;

  return g_steal_pointer (&self);
}

void
sb_database_free (SbDatabase *self)
{
  g_hash_table_unref (self->statements);
  sqlite3_close (self->connection);
  g_free (self);
}

gboolean
sb_database_exec (SbDatabase  *self,
                  const char  *sql,
                  GError     **error)
{
  if (sqlite3_exec (self->connection, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;

  set_error (self, error);

  return FALSE;
}

gboolean
sb_database_run (SbDatabase  *self,
                 GError     **error,
                 const char  *sql,
                 const char  *types,
                 ...)
{
  sqlite3_stmt *statement;
  gboolean ok;
  va_list arguments;

  va_start (arguments, types);
  statement = prepare_and_bind (self, error, sql, types, arguments);
  va_end (arguments);
  if (statement == NULL)
    return FALSE;

  ok = sqlite3_step (statement) == SQLITE_DONE;
  if (!ok)
    set_error (self, error);
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);

  return ok;
}

sqlite3_stmt *
sb_database_query (SbDatabase  *self,
                   GError     **error,
                   const char  *sql,
                   const char  *types,
                   ...)
{
  sqlite3_stmt *statement;
  va_list arguments;

  va_start (arguments, types);
  statement = prepare_and_bind (self, error, sql, types, arguments);
  va_end (arguments);

  return statement;
}

/**
 * sb_database_next:
 * @statement: (nullable): from sb_database_query(); NULL, after an error, has no rows
 *
 * Returns: TRUE at a row; FALSE at the end, with the statement reset, or with an error
 */
gboolean
sb_database_next (SbDatabase    *self,
                  sqlite3_stmt  *statement,
                  GError       **error)
{
  int code;

  if (statement == NULL)
    return FALSE;

  code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    return TRUE;

  if (code != SQLITE_DONE)
    set_error (self, error);
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);

  return FALSE;
}

/* The first column of the first row; 0 if there is none. */
gboolean
sb_database_get_int (SbDatabase  *self,
                     const char  *sql,
                     gint64      *value,
                     GError     **error)
{
  g_autoptr(GError) local = NULL;
  sqlite3_stmt *statement = sb_database_query (self, &local, sql, "");

  *value = 0;
  if (sb_database_next (self, statement, &local))
    {
      *value = sqlite3_column_int64 (statement, 0);
      sqlite3_reset (statement);
    }

  if (local == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local));

  return FALSE;
}

gint64
sb_database_last_row (SbDatabase *self)
{
  return sqlite3_last_insert_rowid (self->connection);
}

/* (transfer none) (nullable): valid until the next step */
const char *
sb_database_text (sqlite3_stmt *statement,
                  int           column)
{
  return (const char *) sqlite3_column_text (statement, column);
}
