/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-diff.h"
#include "sb-test.h"

static SbDiff *
diff (const char *old_text,
      const char *new_text,
      guint       context)
{
  g_autoptr(GBytes) old_bytes = g_bytes_new (old_text, strlen (old_text));
  g_autoptr(GBytes) new_bytes = g_bytes_new (new_text, strlen (new_text));

  return sb_diff_new (old_bytes, new_bytes, context);
}

/* As a unified diff without its file names. */
static char *
print_diff (const SbDiff *self)
{
  g_autoptr(GString) out = g_string_new (NULL);

  for (guint i = 0; i < sb_diff_get_n_hunks (self); i++)
    {
      const SbDiffHunk *hunk = sb_diff_get_hunk (self, i);

      g_string_append_printf (out, "@@ -%u,%u +%u,%u @@\n", hunk->old_start, hunk->old_count, hunk->new_start,
                              hunk->new_count);
      for (guint k = 0; k < hunk->n_lines; k++)
        {
          const SbDiffLine *line = sb_diff_get_line (self, hunk->first + k);

          g_string_append_c (out, " -+"[line->kind]);
          g_string_append_len (out, line->text, (gssize) line->length);
          g_string_append (out, line->no_newline ? "\\\n" : "\n");
        }
    }

  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
test_table (void)
{
  static const struct
  {
    const char *old_text;
    const char *new_text;
    guint       context;
    const char *expected;
  } cases[] = {
    { "", "", 3, "" },
    { "a\n", "a\n", 3, "" },
    { "", "a\nb\n", 3, "@@ -0,0 +1,2 @@\n+a\n+b\n" },
    { "a\nb\n", "", 3, "@@ -1,2 +0,0 @@\n-a\n-b\n" },
    { "a\nb\nc\n", "a\nB\nc\n", 3, "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n" },
    { "a\nb\nc\n", "a\nB\nc\n", 0, "@@ -2,1 +2,1 @@\n-b\n+B\n" },
    { "a\n", "a", 3, "@@ -1,1 +1,1 @@\n-a\n+a\\\n" },
    { "1\n2\n3\n4\n5\n6\n", "1\nx\n3\n4\ny\n6\n", 1,
      "@@ -1,6 +1,6 @@\n 1\n-2\n+x\n 3\n 4\n-5\n+y\n 6\n" },
    { "1\n2\n3\n4\n5\n6\n7\n", "x\n2\n3\n4\n5\n6\ny\n", 1,
      "@@ -1,2 +1,2 @@\n-1\n+x\n 2\n@@ -6,2 +6,2 @@\n 6\n-7\n+y\n" },
    { "a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n", 0, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbDiff) self = diff (cases[i].old_text, cases[i].new_text, cases[i].context);
      g_autofree char *printed = print_diff (self);

      if (cases[i].expected != NULL)
        g_assert_cmpstr (printed, ==, cases[i].expected);
      else /* The example of the paper: five differences, whichever. */
        g_assert_cmpuint (sb_diff_get_n_added (self) + sb_diff_get_n_removed (self), ==, 5);
      g_assert_false (sb_diff_is_coarse (self));
    }
}

/* By dynamic programming: what the fewest differences are. */
static guint
count_fewest (const char *a,
              const char *b)
{
  gsize n = strlen (a) / 2;
  gsize m = strlen (b) / 2;
  g_autofree guint *common = g_new0 (guint, (n + 1) * (m + 1));

  for (gsize i = 1; i <= n; i++)
    for (gsize j = 1; j <= m; j++)
      common[i * (m + 1) + j] = a[2 * i - 2] == b[2 * j - 2] ? common[(i - 1) * (m + 1) + j - 1] + 1
                                                               : MAX (common[(i - 1) * (m + 1) + j],
                                                                      common[i * (m + 1) + j - 1]);

  return (guint) (n + m - 2 * common[n * (m + 1) + m]);
}

static char *
make_text (GRand *rand)
{
  guint n = (guint) g_rand_int_range (rand, 0, 30);
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%c\n", g_rand_int_range (rand, 'a', 'e'));

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* With all lines as context both texts can be read out of the one hunk again. */
static void
test_random (void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (7);

  for (guint round = 0; round < 2000; round++)
    {
      g_autofree char *a = make_text (rand);
      g_autofree char *b = make_text (rand);
      g_autoptr(SbDiff) self = diff (a, b, 100);
      g_autoptr(GString) old_text = g_string_new (NULL);
      g_autoptr(GString) new_text = g_string_new (NULL);

      for (guint i = 0; i < sb_diff_get_n_lines (self); i++)
        {
          const SbDiffLine *line = sb_diff_get_line (self, i);

          if (line->kind != SB_DIFF_ADDED)
            g_string_append_printf (old_text, "%.*s\n", (int) line->length, line->text);
          if (line->kind != SB_DIFF_REMOVED)
            g_string_append_printf (new_text, "%.*s\n", (int) line->length, line->text);
        }
      g_assert_cmpuint (sb_diff_get_n_added (self) + sb_diff_get_n_removed (self), ==, count_fewest (a, b));
      if (g_str_equal (a, b))
        continue;
      g_assert_cmpuint (sb_diff_get_n_hunks (self), ==, 1);
      g_assert_cmpstr (old_text->str, ==, a);
      g_assert_cmpstr (new_text->str, ==, b);
    }
}

/* Nothing in common, and more than is looked at closely. */
static void
test_limits (void)
{
  g_autoptr(GString) old_text = g_string_new ("first\n");
  g_autoptr(GString) new_text = g_string_new ("first\n");
  g_autoptr(SbDiff) self = NULL;

  for (guint i = 0; i < 3000; i++)
    {
      g_string_append_printf (old_text, "old %u\n", i);
      g_string_append_printf (new_text, "new %u\n", i);
    }
  g_string_append (old_text, "last\n");
  g_string_append (new_text, "last\n");
  self = diff (old_text->str, new_text->str, 3);

  g_assert_true (sb_diff_is_coarse (self));
  g_assert_cmpuint (sb_diff_get_n_hunks (self), ==, 1);
  g_assert_cmpuint (sb_diff_get_n_lines (self), ==, 6002);
  g_assert_cmpuint (sb_diff_get_n_added (self), ==, 3000);
}

static void
test_binary (void)
{
  g_autoptr(GBytes) text = g_bytes_new_static ("a\n", 2);
  g_autoptr(GBytes) binary = g_bytes_new_static ("\0\1\2\3\0\0", 6);
  g_autoptr(SbDiff) self = sb_diff_new (text, binary, 3);

  g_assert_true (sb_diff_is_binary (self));
  g_assert_cmpuint (sb_diff_get_n_hunks (self), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sandbox/diff/table", test_table);
  g_test_add_func ("/sandbox/diff/random", test_random);
  g_test_add_func ("/sandbox/diff/limits", test_limits);
  g_test_add_func ("/sandbox/diff/binary", test_binary);

  return g_test_run ();
}
