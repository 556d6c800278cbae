/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sb-test-helper.h"

static void
assert_read (SbTestHelper *helper,
             const char   *path,
             const char   *expected)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = sb_test_read (helper->channel, path, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

static void
assert_refused (SbTestHelper   *helper,
                const char     *path,
                SbChannelError  code)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (sb_test_read (helper->channel, path, &error));
  g_assert_error (error, SB_CHANNEL_ERROR, (int) code);
}

static void
assert_not_written (SbTestHelper   *helper,
                    const char     *path,
                    SbChannelError  code)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (sb_test_write (helper->channel, path, "x", &error));
  g_assert_error (error, SB_CHANNEL_ERROR, (int) code);
}

static gboolean
write_with (SbTestHelper *helper,
            const char   *path,
            GBytes       *bytes,
            guint32       mode,
            gboolean      append)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  gboolean written = FALSE;

  sb_channel_write_file_async (helper->channel, path, bytes, mode, append, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  written = sb_channel_write_file_finish (helper->channel, result, &error);
  g_assert_no_error (error);

  return written;
}

static guint
mode_of (SbTestHelper *helper,
         const char   *name)
{
  g_autofree char *path = sb_test_helper_path (helper, name);
  struct stat info;

  g_assert_cmpint (lstat (path, &info), ==, 0);

  return info.st_mode & 07777;
}

static void
check_paths (SbTestHelper *helper)
{
  g_autofree char *absolute = sb_test_helper_path (helper, "abs");

  g_assert_true (sb_test_write (helper->channel, "a/b//./c.txt", "deep", NULL));
  assert_read (helper, "a/b/c.txt", "deep");
  assert_read (helper, "/workspace/a/b/c.txt", "deep");
  g_assert_true (sb_test_write (helper->channel, absolute, "absolute", NULL));
  assert_read (helper, "abs", "absolute");
  assert_refused (helper, "../abs", SB_CHANNEL_ERROR_DENIED);
  assert_refused (helper, "/etc/passwd", SB_CHANNEL_ERROR_DENIED);
  assert_refused (helper, "/workspacex/abs", SB_CHANNEL_ERROR_DENIED);
  assert_refused (helper, "none", SB_CHANNEL_ERROR_NOT_FOUND);
  assert_refused (helper, "abs/none", SB_CHANNEL_ERROR_NOT_FOUND);
  assert_refused (helper, "a", SB_CHANNEL_ERROR_NOT_FILE);
  assert_refused (helper, "", SB_CHANNEL_ERROR_NOT_FILE);
  assert_not_written (helper, "../up", SB_CHANNEL_ERROR_DENIED);
  assert_not_written (helper, "a", SB_CHANNEL_ERROR_NOT_FILE);
  assert_not_written (helper, "abs/under", SB_CHANNEL_ERROR_NOT_FOUND);
  assert_not_written (helper, ".", SB_CHANNEL_ERROR_NOT_FILE);
}

static void
check_links (SbTestHelper *helper)
{
  g_free (sb_test_shell_text (helper->channel,
                              "ln -s /etc/passwd out; ln -s /etc outdir; ln -s ../../../etc/passwd up; "
                              "ln -s self self; mkfifo fifo; ln -s /proc/self/fd magic"));
  assert_refused (helper, "out", SB_CHANNEL_ERROR_DENIED);
  assert_refused (helper, "up", SB_CHANNEL_ERROR_DENIED);
  assert_refused (helper, "self", SB_CHANNEL_ERROR_DENIED);
  assert_refused (helper, "fifo", SB_CHANNEL_ERROR_NOT_FILE);
  assert_not_written (helper, "out", SB_CHANNEL_ERROR_DENIED);
  assert_not_written (helper, "fifo", SB_CHANNEL_ERROR_NOT_FILE);
}

static void
test_paths (void)
{
  SbTestHelper helper = { 0 };

  sb_test_helper_start (&helper, NULL);
  g_assert_true (sb_channel_get_greeting (helper.channel)->has_openat2);
  check_paths (&helper);
  check_links (&helper);
  assert_refused (&helper, "outdir/passwd", SB_CHANNEL_ERROR_DENIED);
  assert_refused (&helper, "magic/1", SB_CHANNEL_ERROR_DENIED);
  g_free (sb_test_shell_text (helper.channel, "ln -s a/b inside"));
  assert_read (&helper, "inside/c.txt", "deep");
  assert_read (&helper, "a/../abs", "absolute");
  g_assert_true (sb_test_write (helper.channel, "a/../fresh", "ok", NULL));
  sb_test_helper_end (&helper);
}

/* Without openat2 no link is followed at all, and nothing goes up. */
static void
test_paths_walking (void)
{
  SbTestHelper helper = { 0 };

  sb_test_helper_start_without_openat2 (&helper);
  g_assert_false (sb_channel_get_greeting (helper.channel)->has_openat2);
  check_paths (&helper);
  check_links (&helper);
  assert_refused (&helper, "outdir/passwd", SB_CHANNEL_ERROR_NOT_FOUND);
  assert_refused (&helper, "a/../abs", SB_CHANNEL_ERROR_DENIED);
  sb_test_helper_end (&helper);
}

static void
test_modes (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(GBytes) one = g_bytes_new_static ("one\n", 4);
  g_autoptr(GBytes) nothing = g_bytes_new (NULL, 0);

  sb_test_helper_start (&helper, NULL);
  write_with (&helper, "plain", one, 0, FALSE);
  g_assert_cmpuint (mode_of (&helper, "plain"), ==, 0644);
  write_with (&helper, "run", one, 0755, FALSE);
  write_with (&helper, "run", one, 0, FALSE);
  g_assert_cmpuint (mode_of (&helper, "run"), ==, 0755);
  write_with (&helper, "setuid", one, 04755, FALSE);
  g_assert_cmpuint (mode_of (&helper, "setuid"), ==, 0755);

  write_with (&helper, "log", one, 0, TRUE);
  write_with (&helper, "log", one, 0, TRUE);
  assert_read (&helper, "log", "one\none\n");
  write_with (&helper, "log", nothing, 0, FALSE);
  assert_read (&helper, "log", "");
  sb_test_helper_end (&helper);
}

static void
test_large (void)
{
  SbTestHelper helper = { 0 };
  gsize size = 3 * 1024 * 1024 + 17;
  g_autofree guint8 *data = g_malloc (size);
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GBytes) back = NULL;
  g_autoptr(GBytes) part = NULL;
  g_autoptr(GAsyncResult) whole = NULL;
  g_autoptr(GAsyncResult) piece = NULL;
  guint64 total = 0;

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (i ^ i >> 8 ^ i >> 16);
  bytes = g_bytes_new (data, size);

  sb_test_helper_start (&helper, NULL);
  write_with (&helper, "large", bytes, 0, FALSE);
  sb_channel_read_file_async (helper.channel, "large", 0, 64 * 1024 * 1024, NULL, sb_test_keep_result, &whole);
  sb_test_wait_until (whole != NULL);
  back = sb_channel_read_file_finish (helper.channel, whole, &total, NULL);
  g_assert_true (g_bytes_equal (bytes, back));
  g_assert_cmpuint (total, ==, size);

  sb_channel_read_file_async (helper.channel, "large", 100000, 50000, NULL, sb_test_keep_result, &piece);
  sb_test_wait_until (piece != NULL);
  part = sb_channel_read_file_finish (helper.channel, piece, &total, NULL);
  g_assert_cmpmem (g_bytes_get_data (part, NULL), g_bytes_get_size (part), data + 100000, 50000);
  g_assert_cmpuint (total, ==, size);
  g_clear_object (&whole);
  g_clear_object (&piece);
  sb_test_helper_end (&helper);
}

static const SbFileInfo *
find (GPtrArray  *infos,
      const char *name)
{
  for (guint i = 0; i < infos->len; i++)
    {
      const SbFileInfo *info = g_ptr_array_index (infos, i);

      if (strcmp (info->name, name) == 0)
        return info;
    }

  g_error ("not listed: %s", name);
}

static void
test_list (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(GPtrArray) infos = NULL;
  g_autoptr(GPtrArray) few = NULL;
  g_autoptr(GPtrArray) none = NULL;
  g_autoptr(GError) error = NULL;
  gboolean truncated = TRUE;

  sb_test_helper_start (&helper, NULL);
  g_free (sb_test_shell_text (helper.channel,
                              "mkdir sub; printf hello > file; ln -s target link; mkfifo fifo; "
                              "touch \"$(printf 'a\\nb')\" \"$(printf '\\377')\" -- -rf '<b>'"));
  infos = sb_test_list (helper.channel, "", 100, &truncated, &error);
  g_assert_no_error (error);
  g_assert_false (truncated);
  g_assert_cmpuint (infos->len, ==, 8);
  g_assert_cmpint (find (infos, "sub")->type, ==, SB_FILE_TYPE_DIRECTORY);
  g_assert_cmpint (find (infos, "file")->type, ==, SB_FILE_TYPE_REGULAR);
  g_assert_cmpuint (find (infos, "file")->size, ==, 5);
  g_assert_cmpstr (find (infos, "link")->link_target, ==, "target");
  g_assert_cmpint (find (infos, "fifo")->type, ==, SB_FILE_TYPE_OTHER);
  find (infos, "a\nb");
  find (infos, "\xff");
  find (infos, "-rf");

  few = sb_test_list (helper.channel, "/workspace", 3, &truncated, NULL);
  g_assert_cmpuint (few->len, ==, 3);
  g_assert_true (truncated);
  none = sb_test_list (helper.channel, "file", 3, &truncated, &error);
  g_assert_null (none);
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NOT_FILE);
  sb_test_helper_end (&helper);
}

static void
test_list_many (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(GPtrArray) infos = NULL;
  gboolean truncated = TRUE;

  sb_test_helper_start (&helper, NULL);
  g_free (sb_test_shell_text (helper.channel, "seq -f 'file-with-a-rather-long-name-%05g' 3000 | xargs touch"));
  infos = sb_test_list (helper.channel, "", 20000, &truncated, NULL);
  g_assert_cmpuint (infos->len, ==, 3000);
  g_assert_false (truncated);
  g_assert_cmpstr (((SbFileInfo *) g_ptr_array_index (infos, 2999))->name, ==, "file-with-a-rather-long-name-03000");
  sb_test_helper_end (&helper);
}

static gboolean
finish_change (SbTestHelper  *helper,
               GAsyncResult **result,
               GError       **error)
{
  gboolean changed = FALSE;

  sb_test_wait_until (*result != NULL);
  changed = sb_channel_change_finish (helper->channel, *result, error);
  g_clear_object (result);

  return changed;
}

static void
test_change (void)
{
  SbTestHelper helper = { 0 };
  GAsyncResult *result = NULL;
  g_autoptr(SbFileInfo) info = NULL;
  g_autoptr(GError) error = NULL;

  sb_test_helper_start (&helper, NULL);
  sb_channel_make_dir_async (helper.channel, "x/y/z", NULL, sb_test_keep_result, &result);
  g_assert_true (finish_change (&helper, &result, NULL));
  g_assert_true (sb_test_write (helper.channel, "x/y/z/f", "1", NULL));
  sb_channel_rename_file_async (helper.channel, "x/y/z/f", "new/g", TRUE, NULL, sb_test_keep_result, &result);
  g_assert_true (finish_change (&helper, &result, NULL));
  assert_read (&helper, "new/g", "1");

  sb_channel_stat_async (helper.channel, "new/g", NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  info = sb_channel_stat_finish (helper.channel, result, NULL);
  g_assert_cmpstr (info->name, ==, "g");
  g_assert_cmpuint (info->size, ==, 1);
  g_clear_object (&result);

  sb_channel_remove_file_async (helper.channel, "x", FALSE, NULL, sb_test_keep_result, &result);
  g_assert_false (finish_change (&helper, &result, &error));
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_IO);
  sb_channel_remove_file_async (helper.channel, "x", TRUE, NULL, sb_test_keep_result, &result);
  g_assert_true (finish_change (&helper, &result, NULL));
  assert_refused (&helper, "x/y", SB_CHANNEL_ERROR_NOT_FOUND);
  sb_test_helper_end (&helper);
}

/* Removing a tree takes a link away, not what it points to. */
static void
test_remove_links (void)
{
  SbTestHelper helper = { 0 };
  GAsyncResult *result = NULL;
  g_autofree char *outside = sb_test_make_dir ();
  g_autofree char *treasure = g_build_filename (outside, "treasure", NULL);
  g_autofree char *script = g_strdup_printf ("mkdir d; ln -s %s d/link", outside);

  g_assert_true (g_file_set_contents (treasure, "gold", -1, NULL));
  sb_test_helper_start (&helper, NULL);
  g_free (sb_test_shell_text (helper.channel, script));
  sb_channel_remove_file_async (helper.channel, "d", TRUE, NULL, sb_test_keep_result, &result);
  g_assert_true (finish_change (&helper, &result, NULL));
  g_assert_true (g_file_test (treasure, G_FILE_TEST_EXISTS));
  sb_test_helper_end (&helper);
  unlink (treasure);
}

typedef struct
{
  GString *text;
} Seen;

static void
changed_cb (SbChannel    *channel,
            const char   *path,
            SbFileChange  change,
            gpointer      user_data)
{
  static const char letters[] = "AMDR";
  Seen *seen = user_data;

  g_string_append_printf (seen->text, "[%c %s]", letters[change], path);
}

static void
wait_for (Seen       *seen,
          const char *expected)
{
  sb_test_wait_until (strstr (seen->text->str, expected) != NULL);
  g_string_truncate (seen->text, 0);
}

static void
test_watch (void)
{
  SbTestHelper helper = { 0 };
  Seen seen = { g_string_new (NULL) };

  sb_test_helper_start (&helper, NULL);
  g_signal_connect (helper.channel, "file-changed", G_CALLBACK (changed_cb), &seen);
  g_free (sb_test_shell_text (helper.channel, "mkdir sub"));
  sb_channel_watch (helper.channel, "/workspace/");
  sb_channel_watch (helper.channel, "./sub/");

  g_assert_true (sb_test_write (helper.channel, "one", "1", NULL));
  wait_for (&seen, "[A one]");
  g_assert_true (sb_test_write (helper.channel, "one", "2", NULL));
  wait_for (&seen, "[M one]");
  g_free (sb_test_shell_text (helper.channel, "echo 3 >> sub/two"));
  wait_for (&seen, "[A sub/two]");
  g_free (sb_test_shell_text (helper.channel, "rm one"));
  wait_for (&seen, "[D one]");

  sb_channel_unwatch (helper.channel, "");
  g_free (sb_test_shell_text (helper.channel, "touch three; touch sub/four"));
  wait_for (&seen, "[A sub/four]");
  g_assert_null (strstr (seen.text->str, "three"));

  g_free (sb_test_shell_text (helper.channel, "rm -r sub"));
  wait_for (&seen, "[R sub]");
  sb_channel_watch (helper.channel, "missing");
  wait_for (&seen, "[R missing]");
  sb_test_helper_end (&helper);
  g_string_free (seen.text, TRUE);
}

static guint
count (const char *text,
       const char *part)
{
  guint n = 0;

  for (const char *at = strstr (text, part); at != NULL; at = strstr (at + 1, part))
    n++;

  return n;
}

/* Two who watch the same directory, and another one in its place. */
static void
test_watch_shared (void)
{
  SbTestHelper helper = { 0 };
  Seen seen = { g_string_new (NULL) };

  sb_test_helper_start (&helper, NULL);
  g_signal_connect (helper.channel, "file-changed", G_CALLBACK (changed_cb), &seen);
  g_free (sb_test_shell_text (helper.channel, "mkdir sub"));
  sb_channel_watch (helper.channel, "sub");
  sb_channel_watch (helper.channel, "/workspace/sub/");
  sb_channel_watch (helper.channel, "");
  sb_channel_unwatch (helper.channel, "sub");
  g_free (sb_test_shell_text (helper.channel, "touch sub/one"));
  wait_for (&seen, "[A sub/one]");

  /* It went, and cannot be watched any more; then it is back, and is. */
  g_free (sb_test_shell_text (helper.channel, "mv sub old"));
  sb_test_wait_until (count (seen.text->str, "[R sub]") == 2);
  g_string_truncate (seen.text, 0);
  g_free (sb_test_shell_text (helper.channel, "mkdir new; mv new sub; rm -r old"));
  wait_for (&seen, "[R sub]");
  g_free (sb_test_shell_text (helper.channel, "touch sub/two"));
  wait_for (&seen, "[A sub/two]");

  sb_channel_unwatch (helper.channel, "sub");
  g_free (sb_test_shell_text (helper.channel, "touch sub/three; touch four"));
  wait_for (&seen, "[A four]");
  g_assert_null (strstr (seen.text->str, "three"));
  sb_test_helper_end (&helper);
  g_string_free (seen.text, TRUE);
}

static void
test_watch_burst (void)
{
  SbTestHelper helper = { 0 };
  Seen seen = { g_string_new (NULL) };

  sb_test_helper_start (&helper, NULL);
  g_signal_connect (helper.channel, "file-changed", G_CALLBACK (changed_cb), &seen);
  sb_channel_watch (helper.channel, "");
  g_free (sb_test_shell_text (helper.channel, "seq -f 'f%05g' 30000 | xargs touch"));
  sb_test_wait_until (strstr (seen.text->str, "[R ]") != NULL);
  sb_test_helper_end (&helper);
  g_string_free (seen.text, TRUE);
}

static void
test_counters (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(GAsyncResult) result = NULL;
  SbChannelCounters counters = { 0 };

  sb_test_helper_start (&helper, "--max-memory=1000000000");
  g_free (sb_test_shell_text (helper.channel, "sleep 1000 >/dev/null 2>&1 &"));
  sb_channel_counters_async (helper.channel, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_channel_counters_finish (helper.channel, result, &counters, NULL));
  g_assert_cmpuint (counters.processes, ==, 1);
  g_assert_cmpuint (counters.memory_bytes, >, 0);
  g_assert_cmpuint (counters.memory_limit, ==, 1000000000);
  g_assert_cmpuint (counters.disk_limit, >, counters.disk_bytes);
  g_clear_object (&result);
  sb_test_helper_end (&helper);
}

static gboolean
replace (SbTestHelper  *helper,
         const char    *path,
         const char    *text,
         const char    *expected,
         GError       **error)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GBytes) contents = g_bytes_new (text, strlen (text));
  g_autoptr(GBytes) before = expected != NULL ? g_bytes_new (expected, strlen (expected)) : NULL;

  sb_channel_replace_file_async (helper->channel, path, contents, before, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_channel_write_file_finish (helper->channel, result, error);
}

/* What somebody else wrote meanwhile is never lost. */
static void
test_replace (void)
{
  SbTestHelper helper;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_test_helper_start (&helper, NULL);
  g_assert_true (replace (&helper, "f", "one", NULL, NULL));
  g_assert_true (replace (&helper, "f", "two", "one", NULL));
  g_assert_false (replace (&helper, "f", "three", "one", &error));
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CHANGED);
  assert_read (&helper, "f", "two");
  g_assert_false (replace (&helper, "f", "three", NULL, NULL));
  g_assert_false (replace (&helper, "missing", "three", "one", NULL));
  assert_read (&helper, "f", "two");
  assert_refused (&helper, "missing", SB_CHANNEL_ERROR_NOT_FOUND);

  g_assert_true (replace (&helper, "g", "g", NULL, NULL));
  sb_channel_rename_file_async (helper.channel, "f", "g", FALSE, NULL, sb_test_keep_result, &result);
  g_clear_error (&error);
  g_assert_false (finish_change (&helper, &result, &error));
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CHANGED);
  assert_read (&helper, "g", "g");
  sb_test_helper_end (&helper);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/sandbox/files/paths", test_paths);
  g_test_add_func ("/sandbox/files/paths-walking", test_paths_walking);
  g_test_add_func ("/sandbox/files/modes", test_modes);
  g_test_add_func ("/sandbox/files/large", test_large);
  g_test_add_func ("/sandbox/files/list", test_list);
  g_test_add_func ("/sandbox/files/list-many", test_list_many);
  g_test_add_func ("/sandbox/files/change", test_change);
  g_test_add_func ("/sandbox/files/remove-links", test_remove_links);
  g_test_add_func ("/sandbox/files/watch", test_watch);
  g_test_add_func ("/sandbox/files/watch-shared", test_watch_shared);
  g_test_add_func ("/sandbox/files/watch-burst", test_watch_burst);
  g_test_add_func ("/sandbox/files/counters", test_counters);
  g_test_add_func ("/sandbox/files/replace", test_replace);

  return g_test_run ();
}
