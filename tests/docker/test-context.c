/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-build-context.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sb-docker-client.h"
#include "sb-docker-ignore.h"
#include "sb-tar.h"
#include "sb-test.h"

static void
test_ignore (void)
{
  static const struct { const char *patterns; const char *path; gboolean ignored; } rows[] = {
    { "", "a", FALSE },
    { "# a\n\n  \n", "a", FALSE },
    { "a", "a", TRUE },
    { "a", "a/b/c", TRUE },
    { "a", "b/a", FALSE },
    { "a", "ab", FALSE },
    { "/a/ \r", "a/b", TRUE },
    { "./a//b", "a/b", TRUE },
    { "*.o", "x.o", TRUE },
    { "*.o", "d/x.o", FALSE },
    { "*/*.o", "d/x.o", TRUE },
    { "**/*.o", "x.o", TRUE },
    { "**/*.o", "d/e/f/x.o", TRUE },
    { "a/**", "a", FALSE },
    { "a/**", "a/b", TRUE },
    { "a/**/z", "a/z", TRUE },
    { "a/**/z", "a/b/c/z/y", TRUE },
    { "a/**/z", "b/z", FALSE },
    { "**", "anything", TRUE },
    { "?x", "ax", TRUE },
    { "?x", "x", FALSE },
    { "[a-c]x", "bx", TRUE },
    { "[^a-c]x", "bx", FALSE },
    { "[a", "a", FALSE },
    { "[", "[", FALSE },
    { "\\*", "*", TRUE },
    { "\\*", "a", FALSE },
    { "*\n!keep", "keep", FALSE },
    { "*\n!keep", "other", TRUE },
    { "*\n!keep\nkeep/secret", "keep/secret", TRUE },
    { "!a", "a", FALSE },
    { "*a*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", FALSE },
    { "**/**/**/**/**/**/b", "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(SbDockerIgnore) ignore = sb_docker_ignore_parse (rows[i].patterns, strlen (rows[i].patterns));

      if (sb_docker_ignore_matches (ignore, rows[i].path) != rows[i].ignored)
        g_error ("%s: %s", rows[i].patterns, rows[i].path);
    }
}

static void
write_file (const char *folder,
            const char *name,
            const char *contents)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, contents, -1, NULL));
}

static GBytes *
pack (const char  *folder,
      GError     **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_build_context_pack_async (folder, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_build_context_pack_finish (result, error);
}

/* What another program makes of it. */
static char *
list (GBytes *tar)
{
  static const char *const argv[] = { "tar", "-tvf", "-", "--quoting-style=escape", NULL };
  g_autoptr(GSubprocess) process =
    g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL);
  g_autoptr(GBytes) output = NULL;
  gconstpointer data;
  gsize size;

  g_assert_nonnull (process);
  g_assert_true (g_subprocess_communicate (process, tar, NULL, &output, NULL, NULL));
  g_assert_true (g_subprocess_get_successful (process));
  data = g_bytes_get_data (output, &size);

  return g_strndup (data, size);
}

static void
test_pack (void)
{
  g_autofree char *folder = sb_test_make_dir ();
  g_autofree char *run = g_build_filename (folder, "run.sh", NULL);
  g_autofree char *fifo = g_build_filename (folder, "fifo", NULL);
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autofree char *long_link = g_build_filename (folder, "long", NULL);
  g_autofree char *name = g_strnfill (120, 'n');
  g_autofree char *long_name = g_strconcat ("deep/", name, "/", name, NULL);
  g_autoptr(GBytes) tar = NULL;
  g_autoptr(GBytes) again = NULL;
  g_autofree char *text = NULL;
  g_autofree char *needle = NULL;
  g_autoptr(GError) error = NULL;

  write_file (folder, "Dockerfile", "FROM scratch\n");
  write_file (folder, ".dockerignore", "*\n!src\n!run.sh\n!link\n!long\n!deep\n!fifo\nsrc/*.o\n");
  write_file (folder, "secret.txt", "no");
  write_file (folder, "src/a.c", "int a;\n");
  write_file (folder, "src/a.o", "no");
  write_file (folder, "run.sh", "#!/bin/sh\n");
  write_file (folder, long_name, "deep");
  g_assert_cmpint (g_chmod (run, 0755), ==, 0);
  g_assert_cmpint (symlink ("/etc/shadow", link), ==, 0);
  g_assert_cmpint (symlink (long_name, long_link), ==, 0);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);

  tar = pack (folder, &error);
  g_assert_no_error (error);
  again = pack (folder, NULL);
  g_assert_true (g_bytes_equal (tar, again));
  text = list (tar);
  g_test_message ("%s", text);
  g_assert_nonnull (strstr (text, " Dockerfile\n"));
  g_assert_nonnull (strstr (text, " .dockerignore\n"));
  g_assert_nonnull (strstr (text, " src/a.c\n"));
  g_assert_nonnull (strstr (text, " link -> /etc/shadow\n"));
  g_assert_true (g_regex_match_simple ("-rwxr-xr-x (root/root|0/0) +10 .* run.sh\n", text, 0, 0));
  needle = g_strconcat (" ", long_name, "\n", NULL);
  g_assert_nonnull (strstr (text, needle));
  g_free (needle);
  needle = g_strconcat (" long -> ", long_name, "\n", NULL);
  g_assert_nonnull (strstr (text, needle));
  g_assert_null (strstr (text, "secret"));
  g_assert_null (strstr (text, "a.o"));
  g_assert_null (strstr (text, "fifo"));
  sb_test_remove_dir (folder);
}

static void
test_cannot (void)
{
  g_autofree char *folder = sb_test_make_dir ();
  g_autofree char *dockerfile = g_build_filename (folder, "Dockerfile", NULL);
  g_autofree char *huge = g_build_filename (folder, "huge", NULL);
  g_autoptr(GError) missing = NULL;
  g_autoptr(GError) none = NULL;
  g_autoptr(GError) link = NULL;
  g_autoptr(GError) large = NULL;

  g_assert_null (pack ("/nonexistent", &missing));
  g_assert_error (missing, SB_DOCKER_ERROR, SB_DOCKER_ERROR_CONTEXT);
  g_assert_null (pack (folder, &none));
  g_assert_error (none, SB_DOCKER_ERROR, SB_DOCKER_ERROR_CONTEXT);
  g_assert_nonnull (strstr (none->message, "Dockerfile"));
  g_assert_cmpint (symlink ("/etc/passwd", dockerfile), ==, 0);
  g_assert_null (pack (folder, &link));
  g_assert_error (link, SB_DOCKER_ERROR, SB_DOCKER_ERROR_CONTEXT);
  g_assert_cmpint (g_unlink (dockerfile), ==, 0);

  write_file (folder, "Dockerfile", "FROM scratch\n");
  write_file (folder, "huge", "");
  g_assert_cmpint (truncate (huge, G_GINT64_CONSTANT (1) << 40), ==, 0);
  g_assert_null (pack (folder, &large));
  g_assert_error (large, SB_DOCKER_ERROR, SB_DOCKER_ERROR_CONTEXT);
  g_assert_nonnull (strstr (large->message, ".dockerignore"));
  sb_test_remove_dir (folder);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/docker/context/ignore", test_ignore);
  g_test_add_func ("/docker/context/pack", test_pack);
  g_test_add_func ("/docker/context/cannot", test_cannot);

  return g_test_run ();
}
