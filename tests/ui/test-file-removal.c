/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-removal.h"
#include "sb-test-helper.h"

typedef void (*StartFunc) (SbFileRemoval       *removal,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data);
typedef gboolean (*FinishFunc) (SbFileRemoval  *removal,
                                GAsyncResult   *result,
                                GError        **error);

static gboolean
run (SbFileRemoval *removal,
     StartFunc      start,
     FinishFunc     finish)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  gboolean ok;

  start (removal, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  ok = finish (removal, result, &error);
  g_assert_no_error (error);

  return ok;
}

static gboolean
prepare (SbFileRemoval *removal)
{
  return run (removal, sb_file_removal_prepare_async, sb_file_removal_prepare_finish);
}

/* With all that was in it, as it was. */
static void
test_undo (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(SbFileRemoval) removal = NULL;
  g_autofree char *before = NULL;
  g_autofree char *gone = NULL;
  g_autofree char *after = NULL;
  const char *script = "test -e lib && find lib | sort | while read f; do stat -c '%n %a %s' \"$f\"; done; "
                       "cat lib/deep/x 2>/dev/null";

  sb_test_helper_start (&helper, NULL);
  g_free (sb_test_shell_text (helper.channel,
                              "mkdir -p lib/deep lib/empty; printf '\\0binary' > lib/deep/x; chmod 755 lib/deep/x; "
                              ": > \"lib/a name\""));
  before = sb_test_shell_text (helper.channel, script);
  removal = sb_file_removal_new (helper.channel, "lib");
  g_assert_true (prepare (removal));
  g_assert_true (run (removal, sb_file_removal_run_async, sb_file_removal_run_finish));
  gone = sb_test_shell_text (helper.channel, script);
  g_assert_cmpstr (gone, ==, "");
  g_assert_true (run (removal, sb_file_removal_restore_async, sb_file_removal_restore_finish));
  after = sb_test_shell_text (helper.channel, script);
  g_assert_cmpstr (after, ==, before);
  g_clear_object (&removal);
  sb_test_helper_end (&helper);
}

/* What memory does not hold, or what is no file, is not promised to come back. */
static void
test_limits (void)
{
  static const char * const paths[] = { "large", "many", "links" };
  SbTestHelper helper = { 0 };

  sb_test_helper_start (&helper, NULL);
  g_free (sb_test_shell_text (helper.channel,
                              "truncate -s 17M large; mkdir many links; seq -f 'many/%g' 501 | xargs touch; "
                              "ln -s ../large links/l"));
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr(SbFileRemoval) removal = sb_file_removal_new (helper.channel, paths[i]);

      g_assert_false (prepare (removal));
    }
  sb_test_helper_end (&helper);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/file-removal/undo", test_undo);
  g_test_add_func ("/file-removal/limits", test_limits);

  return g_test_run ();
}
