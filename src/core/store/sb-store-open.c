/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-store-open.h"

#include <glib/gstdio.h>

#include "sb-store-schema.h"
#include "sb-store.h"

/* 64 MiB */
#define MAX_PAGES_CHECKED (16 * 1024)

static gboolean
is_memory (const char *path)
{
  return g_str_equal (path, ":memory:");
}

/* What a dead instance will not finish. Its last sign of life is the last write of the conversation. */
static gboolean
interrupt (SbDatabase  *database,
           gint64       instance,
           GError     **error)
{
  static const char * const steps[] = {
    "UPDATE message SET"
    "  text = text || coalesce ((SELECT group_concat (text, '') FROM"
    "    (SELECT text FROM chunk WHERE message_id = message.id AND reasoning = 0 ORDER BY row)), '')"
    "  WHERE owner = ?",
    "UPDATE message SET"
    "  reasoning = coalesce (reasoning, '') || (SELECT group_concat (text, '') FROM"
    "    (SELECT text FROM chunk WHERE message_id = message.id AND reasoning = 1 ORDER BY row))"
    "  WHERE owner = ? AND id IN (SELECT message_id FROM chunk WHERE reasoning = 1)",
    "DELETE FROM chunk WHERE message_id IN (SELECT id FROM message WHERE owner = ?)",
    "UPDATE message SET owner = NULL,"
    "  state = CASE WHEN role IN ('assistant', 'tool') THEN 'interrupted' ELSE 'done' END,"
    "  duration = CASE WHEN duration >= 0 THEN duration ELSE max (0,"
    "    (SELECT touched FROM conversation WHERE id = message.conversation_id) - created) END"
    "  WHERE owner = ?",
    "UPDATE trace_event SET owner = NULL, state = 'cancelled', duration = max (0,"
    "    (SELECT touched FROM conversation WHERE id = trace_event.conversation_id) - wall_start)"
    "  WHERE owner = ?",
    "DELETE FROM conversation WHERE deleted_by = ?",
  };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (!sb_database_run (database, error, steps[i], "i", instance))
      return FALSE;

  return TRUE;
}

static GArray *
list_owners (SbDatabase  *database,
             GError     **error)
{
  g_autoptr(GArray) owners = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr(GError) local = NULL;
  sqlite3_stmt *rows = sb_database_query (database, &local,
                                          "SELECT owner FROM message WHERE owner IS NOT NULL"
                                          " UNION SELECT owner FROM trace_event WHERE owner IS NOT NULL"
                                          " UNION SELECT deleted_by FROM conversation WHERE deleted_by IS NOT NULL",
                                          "");

  while (sb_database_next (database, rows, &local))
    {
      gint64 owner = sqlite3_column_int64 (rows, 0);

      g_array_append_val (owners, owner);
    }

  if (local == NULL)
    return g_steal_pointer (&owners);

  g_propagate_error (error, g_steal_pointer (&local));

  return NULL;
}

/* After a crash or a power failure. A large file would keep the window waiting; a small one takes no time. */
static gboolean
check_pages (SbDatabase  *database,
             GError     **error)
{
  g_autoptr(GError) local = NULL;
  gint64 n_pages;
  sqlite3_stmt *rows;
  gboolean ok;

  if (!sb_database_get_int (database, "PRAGMA page_count", &n_pages, error))
    return FALSE;
  if (n_pages > MAX_PAGES_CHECKED)
    return TRUE;

  rows = sb_database_query (database, &local, "PRAGMA quick_check (1)", "");
  ok = sb_database_next (database, rows, &local) && g_strcmp0 (sb_database_text (rows, 0), "ok") == 0;
  if (rows != NULL)
    sqlite3_reset (rows);
  if (!ok)
    g_set_error_literal (error, SB_STORE_ERROR, SB_STORE_ERROR_CORRUPT, "The history file is damaged.");

  return ok;
}

static gboolean
tidy_up (SbDatabase   *database,
         SbStoreLock  *lock,
         GError      **error)
{
  g_autoptr(GArray) owners = list_owners (database, error);
  gboolean checked = FALSE;

  if (owners == NULL)
    return FALSE;

  for (guint i = 0; i < owners->len; i++)
    {
      gint64 owner = g_array_index (owners, gint64, i);

      if (sb_store_lock_is_held (lock, owner))
        continue;

      if (!checked && !check_pages (database, error))
        return FALSE;
      checked = TRUE;

      if (!interrupt (database, owner, error))
        return FALSE;
    }

  return TRUE;
}

/* Numbers are never given twice, and the lock is taken before any row bears the number. */
static gboolean
enter (SbDatabase   *database,
       SbStoreLock  *lock,
       gint64       *instance,
       GError      **error)
{
  gint64 probe;

  /* What the list on the left needs is read once, so that damage shows while the file can still be moved aside. */
  if (!sb_database_get_int (database, "SELECT count (title || updated) FROM conversation", &probe, error) ||
      !sb_database_run (database, error, "INSERT INTO instance DEFAULT VALUES", ""))
    return FALSE;

  *instance = sb_database_last_row (database);
  sb_store_lock_hold (lock, *instance);

  return sb_database_run (database, error, "DELETE FROM instance WHERE id < ?", "i", *instance) &&
         tidy_up (database, lock, error);
}

static SbDatabase *
open_once (const char   *path,
           SbStoreLock  *lock,
           gint64       *instance,
           GError      **error)
{
  g_autoptr(SbDatabase) database = sb_database_new (path, error);
  const char *backup_base = is_memory (path) ? NULL : path;

  if (database == NULL ||
      !sb_store_schema_migrate (database, backup_base, sb_store_schema_steps, sb_store_schema_version, error) ||
      !sb_database_exec (database, "BEGIN IMMEDIATE", error))
    return NULL;

  if (enter (database, lock, instance, error) && sb_database_exec (database, "COMMIT", error))
    return g_steal_pointer (&database);

  sb_database_exec (database, "ROLLBACK", NULL);

  return NULL;
}

/* With its log, so that what is in there may still be read from it. */
static gboolean
move_aside (const char  *path,
            char       **moved_to,
            GError     **error)
{
  static const char * const suffixes[] = { "", "-wal", "-shm" };
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *date = g_date_time_format (now, "%Y%m%d-%H%M%S");
  g_autofree char *base = g_strdup_printf ("%s.broken-%s", path, date);

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *from = g_strconcat (path, suffixes[i], NULL);
      g_autofree char *to = g_strconcat (base, suffixes[i], NULL);

      if (g_rename (from, to) != 0 && i == 0)
        {
          g_set_error (error, SB_STORE_ERROR, SB_STORE_ERROR_CORRUPT,
                       "The history file %s is damaged and cannot be moved out of the way. Move it yourself.", path);
          return FALSE;
        }
    }

  *moved_to = g_steal_pointer (&base);

  return TRUE;
}

/**
 * sb_store_open_database:
 * @instance: (out): the number under which this process is known in the file
 * @moved_aside: (out): set if the file was damaged, lies elsewhere now, and a new one was begun
 *
 * Opens the history, brings it to today's version, marks what dead processes left unfinished and purges what
 * they deleted. A damaged file is moved aside unless another process still uses it.
 */
SbDatabase *
sb_store_open_database (const char   *path,
                        SbStoreLock  *lock,
                        gint64       *instance,
                        GError      **moved_aside,
                        GError      **error)
{
  g_autoptr(GError) local = NULL;
  g_autofree char *moved_to = NULL;
  SbDatabase *database = open_once (path, lock, instance, &local);

  if (database != NULL)
    return database;

  if (!g_error_matches (local, SB_STORE_ERROR, SB_STORE_ERROR_CORRUPT) || sb_store_lock_is_anyone_here (lock))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }

  if (!move_aside (path, &moved_to, error))
    return NULL;

  database = open_once (path, lock, instance, error);
  if (database != NULL)
    g_set_error (moved_aside, SB_STORE_ERROR, SB_STORE_ERROR_CORRUPT,
                 "The history file was damaged. It is kept as %s, and a new history was begun.", moved_to);

  return database;
}
