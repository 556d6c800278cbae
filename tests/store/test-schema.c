/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <glib/gstdio.h>

#include "sb-store-schema.h"
#include "sb-store.h"
#include "sb-test.h"

static const char * const steps[] = {
  "CREATE TABLE t (a); INSERT INTO t VALUES (1)",
  "ALTER TABLE t ADD COLUMN b; UPDATE t SET b = a + 1",
  "CREATE TABLE broken (",
};

static void
assert_value (SbDatabase *database,
              const char *sql,
              gint64      expected)
{
  g_autoptr(GError) error = NULL;
  gint64 value;

  g_assert_true (sb_database_get_int (database, sql, &value, &error));
  g_assert_no_error (error);
  g_assert_cmpint (value, ==, expected);
}

static void
migrate (SbDatabase *database,
         const char *path,
         guint       n_steps)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (sb_store_schema_migrate (database, path, steps, n_steps, &error));
  g_assert_no_error (error);
}

static void
test_steps (void)
{
  g_autofree char *folder = sb_test_make_dir ();
  g_autofree char *path = g_build_filename (folder, "h.db", NULL);
  g_autofree char *backup = g_strconcat (path, ".version-1", NULL);
  g_autoptr(SbDatabase) database = sb_database_new (path, NULL);
  g_autoptr(SbDatabase) copy = NULL;

  migrate (database, path, 1);
  g_assert_false (g_file_test (backup, G_FILE_TEST_EXISTS));
  migrate (database, path, 2);
  assert_value (database, "SELECT b FROM t", 2);
  assert_value (database, "PRAGMA user_version", 2);
  migrate (database, path, 2);

  copy = sb_database_new (backup, NULL);
  assert_value (copy, "PRAGMA user_version", 1);
  assert_value (copy, "SELECT a FROM t", 1);
}

/* A step that fails leaves everything as it was. */
static void
test_broken_step (void)
{
  g_autoptr(SbDatabase) database = sb_database_new (":memory:", NULL);
  g_autoptr(GError) error = NULL;

  migrate (database, NULL, 1);
  g_assert_false (sb_store_schema_migrate (database, NULL, steps, 3, &error));
  g_assert_error (error, SB_STORE_ERROR, SB_STORE_ERROR_OPEN);
  assert_value (database, "PRAGMA user_version", 1);
  assert_value (database, "SELECT count(*) FROM pragma_table_info ('t')", 1);
}

static void
test_too_new (void)
{
  g_autoptr(SbDatabase) database = sb_database_new (":memory:", NULL);
  g_autoptr(GError) error = NULL;

  migrate (database, NULL, 2);
  g_assert_false (sb_store_schema_migrate (database, NULL, steps, 1, &error));
  g_assert_error (error, SB_STORE_ERROR, SB_STORE_ERROR_TOO_NEW);
}

static void
test_not_ours (void)
{
  g_autoptr(SbDatabase) database = sb_database_new (":memory:", NULL);
  g_autoptr(GError) error = NULL;

  g_assert_true (sb_database_exec (database, "CREATE TABLE theirs (a)", NULL));
  g_assert_false (sb_store_schema_migrate (database, NULL, steps, 1, &error));
  g_assert_error (error, SB_STORE_ERROR, SB_STORE_ERROR_OPEN);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/store/schema/steps", test_steps);
  g_test_add_func ("/store/schema/broken-step", test_broken_step);
  g_test_add_func ("/store/schema/too-new", test_too_new);
  g_test_add_func ("/store/schema/not-ours", test_not_ours);

  return g_test_run ();
}
