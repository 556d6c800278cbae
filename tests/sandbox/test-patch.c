/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-patch.h"
#include "sb-test.h"

#define OLD "one\ntwo\nthree\nfour\nfive\n"
#define HEAD "--- a/f\n+++ b/f\n"

static void
test_apply (void)
{
  static const struct
  {
    const char *before; /* NULL: nothing */
    const char *patch;
    const char *after;  /* NULL: it fails */
    const char *reason;
  } cases[] = {
    { OLD, HEAD "@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n", "one\nTWO\nthree\nfour\nfive\n", NULL },
    { OLD, HEAD "@@ -2 +2 @@\n-two\n+TWO\n", "one\nTWO\nthree\nfour\nfive\n", NULL },
    { OLD, HEAD "@@ -0,0 +1,1 @@\n+zero\n", "zero\n" OLD, NULL },
    { OLD, HEAD "@@ -5,1 +5,2 @@\n five\n+six\n", OLD "six\n", NULL },
    { OLD, HEAD "@@ -1 +1 @@\n-one\n+1\n@@ -5 +5 @@\n-five\n+5\n", "1\ntwo\nthree\nfour\n5\n", NULL },
    /* Moved since: the only place where it fits. */
    { "new\n" OLD, HEAD "@@ -2 +2 @@\n-two\n+TWO\n", "new\none\nTWO\nthree\nfour\nfive\n", NULL },
    { "a\nb\na\n", HEAD "@@ -9 +9 @@\n-a\n+A\n", NULL, "more than one place" },
    { OLD, HEAD "@@ -2 +2 @@\n-Two\n+TWO\n", NULL, "Hunk 1 of “f” (line 2) does not match" },
    { "one", HEAD "@@ -1 +1 @@\n-one\n\\ No newline at end of file\n+one\n", "one\n", NULL },
    { "one\n", HEAD "@@ -1 +1 @@\n-one\n+one\n\\ No newline at end of file\n", "one", NULL },
    { NULL, "--- /dev/null\n+++ b/f\n@@ -0,0 +1,2 @@\n+a\n+b\n", "a\nb\n", NULL },
    { "x\n", "--- /dev/null\n+++ b/f\n@@ -0,0 +1,1 @@\n+a\n", NULL, "already" },
    { "a\n", "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", "", NULL },
    { "a\nb\n", "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", NULL, "holds more" },
    { NULL, HEAD "@@ -1 +1 @@\n-a\n+b\n", NULL, "There is no" },
    { "a\n\nb\n", HEAD "@@ -1,3 +1,3 @@\n a\n\n-b\n+B\n", "a\n\nB\n", NULL },
    { OLD, "diff --git a/f b/f\nindex 123..456 100644\n" HEAD "@@ -1 +1 @@ some function\n-one\n+1\n",
      "1\ntwo\nthree\nfour\nfive\n", NULL },
    { OLD, HEAD "@@ -1 +1 @@\n-one\n+this is much larger than what the limit allows for this little file\n", NULL,
      "too large" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(SbPatch) patch = sb_patch_parse (cases[i].patch, strlen (cases[i].patch), &error);
      g_autoptr(GBytes) before = NULL;
      g_autoptr(GBytes) after = NULL;

      g_assert_no_error (error);
      if (cases[i].before != NULL)
        before = g_bytes_new (cases[i].before, strlen (cases[i].before));
      after = sb_patch_apply (patch, 0, before, 64, &error);
      if (cases[i].after != NULL)
        {
          g_assert_no_error (error);
          g_assert_cmpmem (g_bytes_get_data (after, NULL), g_bytes_get_size (after), cases[i].after,
                           strlen (cases[i].after));
        }
      else
        {
          g_assert_null (after);
          g_assert_nonnull (strstr (error->message, cases[i].reason));
        }
    }
}

static void
test_refused (void)
{
  static const struct
  {
    const char *patch;
    const char *reason;
  } cases[] = {
    { "", "there is no file" },
    { "hello\n", "Line 1" },
    { "--- a/f\n", "Line 2" },
    { HEAD, "no hunk" },
    { HEAD "@@ -x +1 @@\n", "begins with" },
    { HEAD "@@ -1,99999999999999999999 +1 @@\n", "begins with" },
    { HEAD "@@ -1,2 +1,2 @@\n a\n", "fewer" },
    { HEAD "@@ -1,1 +1,1 @@\n-a\n-b\n+c\n", "more lines" },
    { HEAD "@@ -1 +1 @@\n-a\n+b\n+c\n", "is expected here" },
    { HEAD "@@ -1 +1 @@\n-a\n*b\n", "begin with" },
    { "--- a/f\n+++ b/g\n@@ -1 +1 @@\n-a\n+b\n", "moveFile" },
    { "--- a/\n+++ b/\n@@ -1 +1 @@\n-a\n+b\n", "empty" },
    { "rename from a\n", "is expected here" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(SbPatch) patch = sb_patch_parse (cases[i].patch, strlen (cases[i].patch), &error);

      g_assert_null (patch);
      g_assert_error (error, SB_PATCH_ERROR, SB_PATCH_ERROR_SYNTAX);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, cases[i].reason));
    }
}

static void
test_files (void)
{
  const char *text = "--- a/x/one\n+++ b/x/one\n@@ -1 +1 @@\n-a\n+b\n"
                     "--- /dev/null\t2026-01-01\n+++ two\t2026-01-01\n@@ -0,0 +1 @@\n+a\n";
  g_autoptr(SbPatch) patch = sb_patch_parse (text, strlen (text), NULL);

  g_assert_cmpuint (sb_patch_get_n_files (patch), ==, 2);
  g_assert_cmpstr (sb_patch_get_path (patch, 0), ==, "x/one");
  g_assert_cmpstr (sb_patch_get_path (patch, 1), ==, "two");
  g_assert_cmpint (sb_patch_get_kind (patch, 1), ==, SB_PATCH_CREATE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sandbox/patch/apply", test_apply);
  g_test_add_func ("/sandbox/patch/refused", test_refused);
  g_test_add_func ("/sandbox/patch/files", test_files);

  return g_test_run ();
}
