/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* An SQLite connection with its prepared statements. Private to store. Errors are SbStoreErrors.
 *
 * types has a letter for each argument: 't' const char * (NULL is SQL's NULL), 'i' gint64. Texts are borrowed until
 * the statement is used again. */
typedef struct _SbDatabase SbDatabase;

SbDatabase   *sb_database_new      (const char    *path,
                                    GError       **error);
void          sb_database_free     (SbDatabase    *self);
/* Any number of statements, without arguments. */
gboolean      sb_database_exec     (SbDatabase    *self,
                                    const char    *sql,
                                    GError       **error);
/* One statement that returns no rows; kept prepared. */
gboolean      sb_database_run      (SbDatabase    *self,
                                    GError       **error,
                                    const char    *sql,
                                    const char    *types,
                                    ...);
/* (transfer none): one statement that returns rows; read them with sb_database_next() to the end, or reset
 * it. */
sqlite3_stmt *sb_database_query    (SbDatabase    *self,
                                    GError       **error,
                                    const char    *sql,
                                    const char    *types,
                                    ...);
gboolean      sb_database_next     (SbDatabase    *self,
                                    sqlite3_stmt  *statement,
                                    GError       **error);
gboolean      sb_database_get_int  (SbDatabase    *self,
                                    const char    *sql,
                                    gint64        *value,
                                    GError       **error);
gint64        sb_database_last_row (SbDatabase    *self);

const char   *sb_database_text     (sqlite3_stmt  *statement,
                                    int            column);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbDatabase, sb_database_free)

G_END_DECLS
