/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "sb-file-export.h"
#include "sb-file-import.h"
#include "sb-file-loan.h"
#include "sb-test-helper.h"

typedef struct
{
  SbTestHelper helper;

  char *dir; /* owned: outside of the sandbox */
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  sb_test_helper_start (&fixture->helper, NULL);
  fixture->dir = sb_test_make_dir ();
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  sb_test_helper_end (&fixture->helper);
  g_free (fixture->dir);
}

/* Several pieces, byte for byte. */
static void
test_export (Fixture       *fixture,
             gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "out", NULL);
  g_autofree char *inside = sb_test_helper_path (&fixture->helper, "big");
  g_autoptr(GFile) target = g_file_new_for_path (path);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *got = NULL;
  gsize expected_length = 0;
  gsize length = 0;

  g_free (sb_test_shell_text (fixture->helper.channel, "seq 500000 > big"));
  sb_file_export_async (fixture->helper.channel, "big", target, 0, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_file_export_finish (result, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (inside, &expected, &expected_length, NULL));
  g_assert_true (g_file_get_contents (path, &got, &length, NULL));
  g_assert_cmpmem (got, length, expected, expected_length);
}

static GFile *
fetch (SbFileLoan  *loan,
       GError     **error)
{
  g_autoptr(GAsyncResult) first = NULL;
  g_autoptr(GAsyncResult) second = NULL;
  GFile *file;

  sb_file_loan_fetch_async (loan, NULL, sb_test_keep_result, &first);
  sb_file_loan_fetch_async (loan, NULL, sb_test_keep_result, &second);
  sb_test_wait_until (first != NULL && second != NULL);
  file = sb_file_loan_fetch_finish (loan, second, NULL);
  g_assert_true (file == sb_file_loan_fetch_finish (loan, first, error));

  return file;
}

/* One copy however often it is asked for, that nobody else can read or run, and that goes. */
static void
test_loan (Fixture       *fixture,
           gconstpointer  data)
{
  SbFileLoan *loan = sb_file_loan_new (fixture->helper.channel, "dir/run.sh");
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  GStatBuf status;
  GFile *file;

  g_free (sb_test_shell_text (fixture->helper.channel, "mkdir dir; echo hi > dir/run.sh; chmod 777 dir/run.sh"));
  file = fetch (loan, NULL);
  g_assert_true (file == fetch (loan, NULL));
  path = g_file_get_path (file);
  folder = g_path_get_dirname (path);
  g_assert_true (g_str_has_suffix (path, "/run.sh"));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "hi\n");
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0111, ==, 0);
  g_assert_cmpint (g_stat (folder, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 077, ==, 0);

  g_assert_finalize_object (loan);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
}

static void
test_loan_too_large (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autoptr(SbFileLoan) loan = sb_file_loan_new (fixture->helper.channel, "large");
  g_autoptr(SbFileLoan) missing = sb_file_loan_new (fixture->helper.channel, "nothing");
  g_autoptr(GError) error = NULL;

  g_free (sb_test_shell_text (fixture->helper.channel, "truncate -s 65M large"));
  g_assert_null (fetch (loan, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE);
  g_clear_error (&error);
  g_assert_null (fetch (missing, &error));
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NOT_FOUND);
}

static void
test_loan_names (void)
{
  const char *long_name = "x/\343\201\202\343\201\202\343\201\202\343\201\202";
  const struct
  {
    const char *path;
    const char *name;
  } cases[] = {
    { "a/b.txt", "b.txt" },
    { ".bashrc", "_bashrc" },
    { "-rf", "_rf" },
    { "a/x\ny\tz", "x_y_z" },
    { "back\\slash", "back_slash" },
    { "a/", "file" },
    { "..", "_." },
  };
  g_autoptr(GString) longer = g_string_new (long_name);
  g_autofree char *name = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = sb_file_loan_dup_name (cases[i].path);

      g_assert_cmpstr (got, ==, cases[i].name);
    }

  for (guint i = 0; i < 40; i++)
    g_string_append (longer, long_name + 2);
  name = sb_file_loan_dup_name (longer->str);
  g_assert_cmpuint (strlen (name), <=, 200);
  g_assert_true (g_utf8_validate (name, -1, NULL));
}

static gboolean
import (Fixture     *fixture,
        const char  *path,
        GError     **error)
{
  g_autoptr(GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(GAsyncResult) result = NULL;

  g_list_store_append (files, file);
  sb_file_import_async (fixture->helper.channel, G_LIST_MODEL (files), "", NULL, NULL, NULL, sb_test_keep_result,
                        &result);
  sb_test_wait_until (result != NULL);

  return sb_file_import_finish (result, error);
}

/* A folder with what is in it, but no links; and nothing that is there is overwritten. */
static void
test_import (Fixture       *fixture,
             gconstpointer  data)
{
  g_autofree char *folder = g_build_filename (fixture->dir, "folder", NULL);
  g_autofree char *deep = g_build_filename (folder, "deep", NULL);
  g_autofree char *file = g_build_filename (deep, "big", NULL);
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autofree char *contents = g_strnfill (700000, 'x');
  g_autofree char *listing = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (deep, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, contents, 700000, NULL));
  g_assert_cmpint (symlink ("/etc/passwd", link), ==, 0);
  g_assert_true (import (fixture, folder, &error));
  g_assert_no_error (error);
  listing = sb_test_shell_text (fixture->helper.channel, "find folder | sort; wc -c < folder/deep/big");
  g_assert_cmpstr (listing, ==, "folder\nfolder/deep\nfolder/deep/big\n700000\n");

  g_free (sb_test_shell_text (fixture->helper.channel, "echo theirs > folder/deep/big"));
  g_assert_false (import (fixture, folder, &error));
  g_clear_pointer (&listing, g_free);
  listing = sb_test_shell_text (fixture->helper.channel, "cat folder/deep/big");
  g_assert_cmpstr (listing, ==, "theirs\n");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/file-transfer/export", Fixture, NULL, set_up, test_export, tear_down);
  g_test_add ("/file-transfer/loan", Fixture, NULL, set_up, test_loan, tear_down);
  g_test_add ("/file-transfer/loan-too-large", Fixture, NULL, set_up, test_loan_too_large, tear_down);
  g_test_add_func ("/file-transfer/loan-names", test_loan_names);
  g_test_add ("/file-transfer/import", Fixture, NULL, set_up, test_import, tear_down);

  return g_test_run ();
}
