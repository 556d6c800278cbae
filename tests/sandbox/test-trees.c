/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sb-channel-save.h"
#include "sb-channel-search.h"
#include "sb-channel-tree.h"
#include "sb-test-helper.h"

#define MIB (G_GUINT64_CONSTANT (1024) * 1024)

static void
run (SbTestHelper *helper,
     const char   *script)
{
  g_autoptr(SbExecResult) result = sb_test_shell (helper->channel, script);

  g_assert_cmpint (result->outcome, ==, SB_EXEC_EXITED);
  g_assert_cmpint (result->exit_code, ==, 0);
}

static GBytes *
snapshot (SbTestHelper  *helper,
          const char    *path,
          guint64        max_bytes,
          SbTreeSummary *summary,
          GError       **error)
{
  g_autoptr(GOutputStream) sink = g_memory_output_stream_new_resizable ();
  g_autoptr(GAsyncResult) result = NULL;

  sb_channel_snapshot_async (helper->channel, path, max_bytes, sink, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  if (!sb_channel_snapshot_finish (helper->channel, result, summary, error))
    return NULL;

  g_output_stream_close (sink, NULL, NULL);

  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (sink));
}

static gboolean
restore (SbTestHelper *helper,
         const char   *path,
         GBytes       *tree,
         gboolean      replace,
         GError      **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_channel_restore_async (helper->channel, path, tree, replace, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_channel_restore_finish (helper->channel, result, error);
}

/* Everything there is, with its contents, as text. */
static char *
describe (SbTestHelper *helper,
          const char   *folder)
{
  g_autofree char *script = g_strdup_printf ("cd %s && find . -mindepth 1 -printf '%%y %%m %%p %%l\\n' | sort && "
                                             "find . -type f -print0 | sort -z | xargs -0 -r cat | cksum", folder);

  return sb_test_shell_text (helper->channel, script);
}

static void
test_round_trip (void)
{
  SbTestHelper helper;
  SbTreeSummary summary;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) tree = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  sb_test_helper_start (&helper, NULL);
  run (&helper, "mkdir -p t/a/b t/empty u && cd t && echo hello > a/b/f && chmod 755 a/b/f && : > zero && ln -s a/b l"
                " && head -c 700000 /dev/urandom > large && echo x > \"$(printf 'new\\nline\\033[31m\\200')\""
                " && echo y > $(head -c 255 /dev/zero | tr '\\0' n) && chmod 700 empty");
  tree = snapshot (&helper, "t", 16 * MIB, &summary, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (summary.n_files, ==, 5);
  g_assert_cmpuint (summary.n_directories, ==, 3);
  g_assert_cmpuint (summary.n_links, ==, 1);
  g_assert_cmpuint (summary.n_skipped, ==, 0);
  g_assert_true (summary.complete);

  /* The paths of the tree begin at the workspace. */
  before = describe (&helper, "t");
  run (&helper, "mv t gone && mkdir x");
  g_assert_true (restore (&helper, "", tree, FALSE, &error));
  g_assert_no_error (error);
  after = describe (&helper, "t");
  g_assert_cmpstr (before, ==, after);

  /* Again, onto itself, and with all the rest gone. */
  g_assert_true (restore (&helper, "", tree, TRUE, &error));
  run (&helper, "test ! -e gone && test ! -e x && test -f t/zero");
  sb_test_helper_end (&helper);
}

/* What cannot come whole leaves everything as it was; and what goes may have any depth and any permissions. */
static void
test_replace (void)
{
  SbTestHelper helper;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) tree = NULL;
  g_autoptr(GBytes) cut = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  sb_test_helper_start (&helper, NULL);
  run (&helper, "mkdir -p t/a && echo new > t/a/f && echo new > same");
  tree = snapshot (&helper, "", MIB, NULL, &error);
  cut = g_bytes_new_from_bytes (tree, 0, g_bytes_get_size (tree) - 3);
  run (&helper, "rm -r t && echo old > same && mkdir -p old/locked && echo x > old/locked/x && chmod 555 old/locked old"
                " && ln -s / link && mkfifo fifo");
  before = describe (&helper, ".");
  g_assert_false (restore (&helper, "", cut, TRUE, &error));
  g_clear_error (&error);
  after = describe (&helper, ".");
  g_assert_cmpstr (before, ==, after);

  run (&helper, "d=$PWD; mkdir deep && cd deep && for i in $(seq 150); do mkdir dddddddddddddddddddd &&"
                " cd dddddddddddddddddddd || exit 1; done; cd $d && mkdir many && cd many && seq 3000 | xargs touch");
  g_assert_true (restore (&helper, "", tree, TRUE, &error));
  g_assert_no_error (error);
  run (&helper, "test \"$(ls -A | tr '\\n' ' ')\" = 'same t ' && test $(cat same) = new && test $(cat t/a/f) = new");
  sb_test_helper_end (&helper);
}

/* The far end takes a third one: none of those that were stopped is still waited for there. */
static void
test_restore_stopped (void)
{
  SbTestHelper helper;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) tree = NULL;

  sb_test_helper_start (&helper, NULL);
  run (&helper, "for i in $(seq 30); do head -c 1000000 /dev/zero > f$i; done");
  tree = snapshot (&helper, "", 64 * MIB, NULL, &error);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      g_autoptr(GAsyncResult) result = NULL;

      sb_channel_restore_async (helper.channel, "", tree, TRUE, cancellable, sb_test_keep_result, &result);
      g_cancellable_cancel (cancellable);
      sb_test_wait_until (result != NULL);
      g_assert_false (sb_channel_restore_finish (helper.channel, result, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
    }
  run (&helper, "test $(ls -A | wc -l) = 30");
  g_assert_true (restore (&helper, "", tree, TRUE, &error));
  g_assert_no_error (error);
  sb_test_helper_end (&helper);
}

static void
count_cb (const SbTreeUnpacked *unpacked,
          gpointer              user_data)
{
  guint *n_calls = user_data;

  (*n_calls)++;
}

/* Out of the sandbox, under its own name. */
static void
test_save (void)
{
  SbTestHelper helper;
  SbTreeUnpacked unpacked;
  g_autofree char *path = sb_test_make_dir ();
  g_autoptr(GFile) folder = g_file_new_for_path (path);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) left_out = NULL;
  g_autofree char *saved = g_build_filename (path, "b", "f", NULL);
  g_autofree char *text = NULL;
  guint n_calls = 0;

  sb_test_helper_start (&helper, NULL);
  run (&helper, "mkdir -p a/b/c other && echo hello > a/b/f && ln -s /etc/passwd a/b/l && mkfifo a/b/fifo"
                " && head -c 3000000 /dev/urandom > a/b/c/large && echo x > other/x");
  sb_channel_save_tree_async (helper.channel, "a/b", folder, count_cb, &n_calls, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_channel_save_tree_finish (helper.channel, result, &unpacked, &left_out, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (unpacked.n_files, ==, 2);
  g_assert_cmpuint (unpacked.n_links, ==, 1);
  g_assert_cmpuint (unpacked.n_skipped, ==, 1);
  g_assert_cmpuint (unpacked.bytes, ==, 3000006);
  g_assert_cmpuint (g_strv_length (left_out), ==, 2);
  g_assert_true (g_file_get_contents (saved, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "hello\n");
  g_clear_object (&result);
  sb_test_helper_end (&helper);
}

static void
stop_cb (const SbTreeUnpacked *unpacked,
         gpointer              user_data)
{
  g_cancellable_cancel (user_data);
}

/* A folder that goes away ends it with its own reason, and so does the user; the channel goes on. */
static void
test_save_stopped (void)
{
  SbTestHelper helper;
  g_autofree char *path = sb_test_make_dir ();
  g_autofree char *missing = g_build_filename (path, "missing", NULL);
  g_autoptr(GFile) folder = g_file_new_for_path (path);
  g_autoptr(GFile) nowhere = g_file_new_for_path (missing);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_test_helper_start (&helper, NULL);
  run (&helper, "for i in $(seq 300); do head -c 1000000 /dev/zero > f$i; done");
  sb_channel_save_tree_async (helper.channel, "", nowhere, NULL, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_false (sb_channel_save_tree_finish (helper.channel, result, NULL, NULL, &error));
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_IO);

  g_clear_object (&result);
  g_clear_error (&error);
  sb_channel_save_tree_async (helper.channel, "", folder, stop_cb, cancellable, cancellable, sb_test_keep_result,
                              &result);
  sb_test_wait_until (result != NULL);
  if (!sb_channel_save_tree_finish (helper.channel, result, NULL, NULL, &error))
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_object (&result);
  run (&helper, "true");
  /* A piece that was being written when it was stopped still comes to its end. */
  sb_test_wait_until (G_OBJECT (helper.channel)->ref_count == 1);
  sb_test_helper_end (&helper);
}

/* What is no file is told, not waited for; what is too large is left out. */
static void
test_odd_files (void)
{
  SbTestHelper helper;
  SbTreeSummary summary;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) tree = NULL;

  sb_test_helper_start (&helper, NULL);
  run (&helper, "mkfifo fifo && truncate -s 1G sparse && ln -s /dev/zero zero && ln -s sparse/.. loop && echo a > a");
  tree = snapshot (&helper, "", MIB, &summary, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (summary.n_files, ==, 1);
  g_assert_cmpuint (summary.n_links, ==, 2);
  g_assert_cmpuint (summary.n_skipped, ==, 2);
  g_assert_cmpuint (g_bytes_get_size (tree), <, 1024);
  sb_test_helper_end (&helper);
}

static void
test_deep (void)
{
  SbTestHelper helper;
  SbTreeSummary summary;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) tree = NULL;
  const SbSearchSpec spec = { .name = "d" };
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GPtrArray) matches = NULL;
  gboolean truncated = FALSE;

  sb_test_helper_start (&helper, NULL);
  run (&helper, "i=0; while [ $i -lt 1000 ]; do mkdir d && cd -P d || exit 1; i=$((i+1)); done");
  tree = snapshot (&helper, "", MIB, &summary, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (summary.n_directories, ==, 64);
  g_assert_cmpuint (summary.n_skipped, ==, 1);
  g_assert_false (summary.complete);

  sb_channel_search_async (helper.channel, &spec, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  matches = sb_channel_search_finish (helper.channel, result, &truncated, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (matches->len, ==, 64);
  g_assert_true (truncated);
  run (&helper, "rm -r d");
  g_clear_object (&result);
  sb_test_helper_end (&helper);
}

/* A tree that was made by somebody else. */
static void
test_hostile_trees (void)
{
  static const struct
  {
    const char *bytes;
    gsize       length;
    gboolean    taken;
  } cases[] = {
    { "SBTREE1\nF\xa4\1\0\0\4\0../x\0\0\0\0E", 24, FALSE },
    { "SBTREE1\nF\xa4\1\0\0\6\0/tmp/x\0\0\0\0E", 26, FALSE },
    { "SBTREE1\nH\0\0\0\0\1\0aE", 17, FALSE },
    { "SBTREE1\n", 8, FALSE },
    { "", 0, FALSE },
    { "SBTREE1\nE", 9, TRUE },
    { "SBTREE1\nF\xa4\1\0\0\1\0a\0\0\0\0F\xa4\1\0\0\1\0a\0\0\0\0E", 33, TRUE }, /* the same twice */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SbTestHelper helper;
      g_autoptr(GBytes) tree = g_bytes_new_static (cases[i].bytes, cases[i].length);
      g_autoptr(GError) error = NULL;

      sb_test_helper_start (&helper, NULL);
      g_assert_true (restore (&helper, "", tree, FALSE, &error) == cases[i].taken);
      g_assert_true ((error == NULL) == cases[i].taken);
      run (&helper, "test ! -e ../x");
      sb_test_helper_end (&helper);
    }
}

/* A link in the tree, then a file through it: the kernel refuses what leaves the workspace. */
static void
test_through_link (void)
{
  SbTestHelper helper;
  g_autofree char *outside = sb_test_make_dir ();
  g_autofree char *target = g_build_filename (outside, "x", NULL);
  g_autoptr(GByteArray) bytes = g_byte_array_new ();
  g_autoptr(GBytes) tree = NULL;
  g_autoptr(GError) error = NULL;
  guint8 link[7] = { 'L', 0, 0, 0, 0, 1, 0 };
  guint8 length[2] = { (guint8) strlen (outside), 0 };

  g_byte_array_append (bytes, (const guint8 *) "SBTREE1\n", 8);
  g_byte_array_append (bytes, link, sizeof link);
  g_byte_array_append (bytes, (const guint8 *) "l", 1);
  g_byte_array_append (bytes, length, sizeof length);
  g_byte_array_append (bytes, (const guint8 *) outside, (guint) strlen (outside));
  g_byte_array_append (bytes, (const guint8 *) "F\xa4\1\0\0\3\0l/x\0\0\0\0E", 15);
  tree = g_byte_array_free_to_bytes (g_steal_pointer (&bytes));

  sb_test_helper_start (&helper, NULL);
  g_assert_false (restore (&helper, "", tree, FALSE, &error));
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_DENIED);
  g_assert_false (g_file_test (target, G_FILE_TEST_EXISTS));
  sb_test_helper_end (&helper);
}

/* While a program swaps a directory for a link to the outside again and again, nothing of the outside is seen. */
static void
test_swap_race (void)
{
  SbTestHelper helper;
  g_autofree char *outside = sb_test_make_dir ();
  g_autofree char *secret = g_build_filename (outside, "secret", NULL);
  g_autofree char *script = NULL;
  const SbSearchSpec spec = { .text = "outside only" };
  g_autoptr(SbExecResult) started = NULL;

  g_assert_true (g_file_set_contents (secret, "outside only\n", -1, NULL));
  script = g_strdup_printf ("mkdir real && echo inside > real/f && ln -s '%s' link && cp -r real d && "
                            "(while :; do mv -T d away; ln -s '%s' d; rm d; mv -T away d; done) >/dev/null 2>&1 &",
                            outside, outside);
  sb_test_helper_start (&helper, NULL);
  started = sb_test_shell (helper.channel, script);

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GBytes) tree = snapshot (&helper, "", MIB, NULL, &error);
      g_autoptr(GAsyncResult) result = NULL;
      g_autoptr(GPtrArray) matches = NULL;

      g_assert_no_error (error);
      g_assert_null (memmem (g_bytes_get_data (tree, NULL), g_bytes_get_size (tree), "outside only", 12));
      sb_channel_search_async (helper.channel, &spec, NULL, sb_test_keep_result, &result);
      sb_test_wait_until (result != NULL);
      matches = sb_channel_search_finish (helper.channel, result, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (matches->len, ==, 0);
    }
  sb_test_helper_end (&helper);
}

/* "path:line:text" of each match, and "+" for more. */
static char *
search (SbTestHelper       *helper,
        const SbSearchSpec *spec)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GPtrArray) matches = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) out = g_string_new (NULL);
  gboolean truncated = FALSE;

  sb_channel_search_async (helper->channel, spec, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  matches = sb_channel_search_finish (helper->channel, result, &truncated, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < matches->len; i++)
    {
      SbMatch *match = g_ptr_array_index (matches, i);

      g_string_append_printf (out, "%s:%u:%s\n", match->path, match->line, match->text);
    }
  g_string_append (out, truncated ? "+" : "");

  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
test_search (void)
{
  static const struct
  {
    SbSearchSpec spec;
    const char  *expected;
  } cases[] = {
    { { .text = "needle" }, "a.txt:2:a needle\na.txt:4:needle needle\nsrc/b.c:1:needle\n" },
    { { .text = "NEEDLE" }, "" },
    { { .text = "NEEDLE", .ignore_case = TRUE, .name = "*.c" }, "src/b.c:1:needle\n" },
    { { .text = "needle", .path = "src" }, "src/b.c:1:needle\n" },
    { { .text = "needle", .max = 1, .name = "a.*" }, "a.txt:2:a needle\n+" },
    { { .name = "*.c" }, "src/b.c:0:\n" },
    { { .name = "src/*" }, "src/b.c:0:\n" },
    { { .name = "?.txt" }, "a.txt:0:\n" },
    { { .name = "*t*x*t*" }, "a.txt:0:\n" },
    { { .text = "last, without an end" }, "long:2:last, without an end\n" },
    { { .text = "in the middle" }, NULL },
    { { .text = "nowhere" }, "" },
  };
  SbTestHelper helper;

  sb_test_helper_start (&helper, NULL);
  run (&helper, "mkdir src && printf 'one\\na needle\\nthree\\nneedle needle\\n' > a.txt && printf needle > src/b.c && "
                "printf 'needle\\0' > binary && ln -s src link && mkfifo fifo && "
                "(head -c 300000 /dev/zero | tr '\\0' x; printf 'in the middle'; head -c 50000 /dev/zero | tr '\\0' y; "
                "printf '\\nlast, without an end') > long");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *found = search (&helper, &cases[i].spec);

      if (cases[i].expected != NULL)
        g_assert_cmpstr (found, ==, cases[i].expected);
      else
        g_assert_true (g_str_has_prefix (found, "long:1:xxxx") && strstr (found, "in the middle") != NULL);
    }
  sb_test_helper_end (&helper);
}

/* Cancelled here, it ends there: there is room for the next ones. */
static void
test_cancel (void)
{
  SbTestHelper helper;
  const SbSearchSpec spec = { .text = "nowhere" };

  sb_test_helper_start (&helper, NULL);
  run (&helper, "i=0; while [ $i -lt 400 ]; do echo $i > f$i; i=$((i+1)); done");
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      g_autoptr(GAsyncResult) searched = NULL;
      g_autoptr(GAsyncResult) saved = NULL;
      g_autoptr(GOutputStream) sink = g_memory_output_stream_new_resizable ();
      g_autoptr(GError) error = NULL;

      sb_channel_search_async (helper.channel, &spec, cancellable, sb_test_keep_result, &searched);
      sb_channel_snapshot_async (helper.channel, "", MIB, sink, cancellable, sb_test_keep_result, &saved);
      g_cancellable_cancel (cancellable);
      sb_test_wait_until (searched != NULL && saved != NULL);
      g_assert_null (sb_channel_search_finish (helper.channel, searched, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
  sb_test_helper_end (&helper);
}

static void
set_paused (SbTestHelper *helper,
            gboolean      paused)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_channel_pause_async (helper->channel, paused, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_channel_pause_finish (helper->channel, result, &error));
  g_assert_no_error (error);
}

static void
test_pause (void)
{
  static const char * const argv[] = { "sh", "-c", "while :; do echo x >> ticks; sleep 0.01; done", NULL };
  static const char * const nothing[] = { "true", NULL };
  const SbExecSpec spec = { .argv = argv, .timeout_ms = 30000 };
  const SbExecSpec other = { .argv = nothing };
  SbTestHelper helper;
  g_autoptr(GAsyncResult) spawned = NULL;
  g_autoptr(SbExecResult) refused = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  sb_test_helper_start (&helper, NULL);
  sb_channel_spawn_async (helper.channel, &spec, NULL, sb_test_keep_result, &spawned);
  sb_test_wait_until (spawned != NULL);
  g_assert_cmpuint (sb_channel_spawn_finish (helper.channel, spawned, NULL), >, 0);
  g_clear_object (&spawned);

  set_paused (&helper, TRUE);
  refused = sb_test_exec (helper.channel, &other, &error);
  g_assert_null (refused);
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_PAUSED);
  g_assert_true (sb_test_write (helper.channel, "ticks", "", NULL));
  sb_test_spin (100);
  first = sb_test_read (helper.channel, "ticks", NULL);
  g_assert_cmpstr (first, ==, "");

  set_paused (&helper, FALSE);
  do
    {
      g_free (second);
      second = sb_test_read (helper.channel, "ticks", NULL);
    }
  while (second == NULL || second[0] == '\0');
  sb_test_helper_end (&helper);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sandbox/trees/round-trip", test_round_trip);
  g_test_add_func ("/sandbox/trees/replace", test_replace);
  g_test_add_func ("/sandbox/trees/restore-stopped", test_restore_stopped);
  g_test_add_func ("/sandbox/trees/save", test_save);
  g_test_add_func ("/sandbox/trees/save-stopped", test_save_stopped);
  g_test_add_func ("/sandbox/trees/odd-files", test_odd_files);
  g_test_add_func ("/sandbox/trees/deep", test_deep);
  g_test_add_func ("/sandbox/trees/hostile-trees", test_hostile_trees);
  g_test_add_func ("/sandbox/trees/through-link", test_through_link);
  g_test_add_func ("/sandbox/trees/swap-race", test_swap_race);
  g_test_add_func ("/sandbox/trees/search", test_search);
  g_test_add_func ("/sandbox/trees/cancel", test_cancel);
  g_test_add_func ("/sandbox/trees/pause", test_pause);

  return g_test_run ();
}
