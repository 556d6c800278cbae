/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-test-tree.h"
#include "sb-tree-codec.h"

/* What the reader makes of it, fed in pieces of random or given size. */
static char *
read_tree (const guint8 *data,
           gsize         length,
           GRand        *rand,
           guint         piece,
           guint64       max_entries,
           guint64       max_bytes)
{
  g_autofree SbTreeReader *reader = g_new0 (SbTreeReader, 1);
  g_autoptr(GString) out = g_string_new (NULL);
  SbTreeEvent event = SB_TREE_MORE;

  sb_tree_reader_init (reader, max_entries, max_bytes);
  while (length > 0 && event != SB_TREE_BROKEN)
    {
      guint most = rand != NULL ? (guint) g_rand_int_range (rand, 1, 20) : piece;
      size_t left = MIN (length, most);

      length -= left;
      while ((event = sb_tree_reader_feed (reader, &data, &left)) > SB_TREE_MORE)
        {
          if (event == SB_TREE_DATA)
            g_string_append_len (out, (const char *) reader->data, (gssize) reader->data_length);
          else if (event == SB_TREE_FILE_END)
            g_string_append_c (out, ';');
          else if (event == SB_TREE_END)
            g_string_append (out, "E");
          else
            g_string_append_printf (out, "%c %s%s%s", " DF__LS"[event], reader->path,
                                    event == SB_TREE_FILE || event == SB_TREE_LINK ? "|" : ";",
                                    event == SB_TREE_LINK ? reader->target : "");
          if (event == SB_TREE_LINK)
            g_string_append_c (out, ';');
        }
    }
  if (event == SB_TREE_BROKEN)
    g_string_append_c (out, '!');

  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
test_records (void)
{
  static const char * const records[] = { "D src", "F src/a.txt|hello", "F empty|", "L l|../../etc/passwd", "S fifo",
                                          "F new\nline\x1b[31m|x", "E", NULL };
  const char *expected = "D src;F src/a.txt|hello;F empty|;L l|../../etc/passwd;S fifo;F new\nline\x1b[31m|x;E";
  g_autoptr(GByteArray) tree = sb_test_tree_new (records);
  g_autoptr(GRand) rand = g_rand_new_with_seed (3);

  for (guint piece = 1; piece < 64; piece++)
    {
      g_autofree char *bytewise = read_tree (tree->data, tree->len, NULL, piece, 100, 1000);
      g_autofree char *split = read_tree (tree->data, tree->len, rand, 0, 100, 1000);

      g_assert_cmpstr (bytewise, ==, expected);
      g_assert_cmpstr (split, ==, expected);
    }
}

/* None of these gives a path, and nothing is given after them. */
static void
test_refused_paths (void)
{
  static const char * const paths[] = { "..", "../x", "a/../b", "a/..", "/etc/passwd", "/", "a//b", "a/", ".", "./a",
                                        "a/./b" };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *record = g_strdup_printf ("F %s|x", paths[i]);
      const char * const records[] = { record, "D after", "E", NULL };
      g_autoptr(GByteArray) tree = sb_test_tree_new (records);
      g_autofree char *read = read_tree (tree->data, tree->len, NULL, 7, 100, 1000);

      g_assert_cmpstr (read, ==, "!");
    }
}

static void
test_limits (void)
{
  static const char * const records[] = { "D a", "F b|12345", "D c", "E", NULL };
  g_autoptr(GByteArray) tree = sb_test_tree_new (records);
  g_autofree char *entries = read_tree (tree->data, tree->len, NULL, 100, 2, 1000);
  g_autofree char *bytes = read_tree (tree->data, tree->len, NULL, 100, 100, 4);
  g_autoptr(GString) deep = g_string_new ("D d");
  g_autofree char *last = NULL;

  g_assert_cmpstr (entries, ==, "D a;F b|12345;!");
  g_assert_cmpstr (bytes, ==, "D a;F b|!");

  for (guint i = 0; i < 10000 && deep->len < 4000; i++)
    g_string_append (deep, "/d");
  {
    const char * const deep_records[] = { deep->str, NULL };
    g_autoptr(GByteArray) deep_tree = sb_test_tree_new (deep_records);

    last = read_tree (deep_tree->data, deep_tree->len, NULL, 100, 100, 100);
  }
  g_assert_cmpstr (last, ==, "!");
}

/* Kinds that cannot be said, pieces that are too large, a mode with more than permissions, bytes after the end. */
static void
test_broken (void)
{
  static const struct
  {
    const char *bytes;
    gsize       length;
  } cases[] = {
    { "SBTREE2\n", 8 },
    { "SBTREE1\nH\0\0\0\0\1\0a", 16 },
    { "SBTREE1\n\0", 9 },
    { "SBTREE1\nEE", 10 },
    { "SBTREE1\nF\0\0\0\0\1\0a\xff\xff\xff\xff", 20 },
    { "SBTREE1\nF\0\0\0\0\1\0a\x01\x80\0\0", 20 },
    { "SBTREE1\nD\0\x20\0\0\1\0a", 16 },
    { "SBTREE1\nD\0\0\0\0\0\0", 15 },
    { "SBTREE1\nD\0\0\0\0\xff\xff", 15 },
    { "SBTREE1\nD\0\0\0\0\2\0a\0", 17 },
    { "SBTREE1\nL\0\0\0\0\1\0a\0\0", 18 },
    { "SBTREE1\nL\0\0\0\0\1\0a\2\0b\0", 20 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *read = read_tree ((const guint8 *) cases[i].bytes, cases[i].length, NULL, 3, 100, G_MAXUINT64);

      g_assert_true (g_str_has_suffix (read, "!"));
    }
}

/* What is cut off anywhere has no end. */
static void
test_cut_off (void)
{
  static const char * const records[] = { "D src", "F src/a.txt|hello", "L l|x", "E", NULL };
  g_autoptr(GByteArray) tree = sb_test_tree_new (records);

  for (guint length = 0; length < tree->len; length++)
    {
      g_autofree char *read = read_tree (tree->data, length, NULL, 100, 100, 1000);

      g_assert_null (strchr (read, 'E'));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sandbox/tree-codec/records", test_records);
  g_test_add_func ("/sandbox/tree-codec/refused-paths", test_refused_paths);
  g_test_add_func ("/sandbox/tree-codec/limits", test_limits);
  g_test_add_func ("/sandbox/tree-codec/broken", test_broken);
  g_test_add_func ("/sandbox/tree-codec/cut-off", test_cut_off);

  return g_test_run ();
}
