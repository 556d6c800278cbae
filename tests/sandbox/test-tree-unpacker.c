/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tree-unpacker.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sb-channel.h"
#include "sb-test-tree.h"
#include "sb-tree-codec.h"

/* A folder that was chosen, and beside it what must stay as it is. */
typedef struct
{
  char          *outside;
  char          *path;
  GOutputStream *stream;
} Fixture;

static void
fixture_begin (Fixture    *self,
               const char *base,
               guint64     max_entries,
               guint64     max_bytes)
{
  g_autofree char *secret = NULL;
  g_autoptr(GFile) folder = NULL;

  self->outside = sb_test_make_dir ();
  self->path = g_build_filename (self->outside, "chosen", NULL);
  g_assert_cmpint (g_mkdir (self->path, 0755), ==, 0);
  secret = g_build_filename (self->outside, "secret", NULL);
  g_assert_true (g_file_set_contents (secret, "secret", -1, NULL));
  folder = g_file_new_for_path (self->path);
  self->stream = sb_tree_unpacker_new (folder, base, max_entries, max_bytes);
}

static void
fixture_end (Fixture *self)
{
  g_autofree char *secret = g_build_filename (self->outside, "secret", NULL);
  g_autofree char *contents = NULL;
  g_autoptr(GDir) dir = g_dir_open (self->outside, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  g_assert_cmpuint (n, ==, 2);
  g_assert_true (g_file_get_contents (secret, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "secret");

  g_clear_object (&self->stream);
  sb_test_remove_dir (self->outside);
  g_free (self->outside);
  g_free (self->path);
}

static char *
fixture_read (Fixture    *self,
              const char *name)
{
  g_autofree char *path = g_build_filename (self->path, name, NULL);
  char *contents = NULL;

  g_file_get_contents (path, &contents, NULL, NULL);

  return contents;
}

static gboolean
feed (Fixture             *self,
      const char * const  *records,
      gsize                piece,
      GError             **error)
{
  g_autoptr(GByteArray) tree = sb_test_tree_new (records);

  for (gsize offset = 0; offset < tree->len; offset += piece)
    if (!g_output_stream_write_all (self->stream, tree->data + offset, MIN (piece, tree->len - offset), NULL, NULL,
                                    error))
      return FALSE;

  return TRUE;
}

static SbTreeUnpacked
get (Fixture *self)
{
  return sb_tree_unpacker_get_unpacked (SB_TREE_UNPACKER (self->stream));
}

static void
test_files (void)
{
  static const char * const records[] = { "D src", "D src/empty", "F src/a.txt|hello", "X src/run.sh|#!", "F zero|",
                                          "F not/told/of|x", "E", NULL };

  for (gsize piece = 1; piece < 40; piece += 3)
    {
      Fixture fixture;
      g_autoptr(GError) error = NULL;
      g_autofree char *text = NULL;
      g_autofree char *other = NULL;
      g_autofree char *program = NULL;
      struct stat info;

      fixture_begin (&fixture, "", 100, 1000);
      g_assert_true (feed (&fixture, records, piece, &error));
      g_assert_no_error (error);
      g_assert_true (sb_tree_unpacker_is_complete (SB_TREE_UNPACKER (fixture.stream)));
      g_assert_cmpuint (get (&fixture).n_files, ==, 4);
      g_assert_cmpuint (get (&fixture).n_directories, ==, 2);
      g_assert_cmpuint (get (&fixture).bytes, ==, 8);
      text = fixture_read (&fixture, "src/a.txt");
      g_assert_cmpstr (text, ==, "hello");
      other = fixture_read (&fixture, "not/told/of");
      g_assert_cmpstr (other, ==, "x");
      program = g_build_filename (fixture.path, "src", "run.sh", NULL);
      g_assert_cmpint (g_stat (program, &info), ==, 0);
      g_assert_cmpint (info.st_mode & 0100, ==, 0100);
      fixture_end (&fixture);
    }
}

/* A directory keeps its name; what is not in it cannot be in its tree. */
static void
test_base (void)
{
  static const char * const records[] = { "D a/b", "D a/b/c", "F a/b/c/f|x", NULL };
  static const char * const wrong[] = { "F a/bad|x", NULL };
  Fixture fixture;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;

  fixture_begin (&fixture, "a/b", 100, 1000);
  g_assert_true (feed (&fixture, records, 100, &error));
  text = fixture_read (&fixture, "b/c/f");
  g_assert_cmpstr (text, ==, "x");
  fixture_end (&fixture);

  fixture_begin (&fixture, "a/b", 100, 1000);
  g_assert_false (feed (&fixture, wrong, 100, &error));
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT);
  fixture_end (&fixture);
}

static void
test_ways_out (void)
{
  static const char * const paths[] = { "../evil", "/tmp/evil", "a/../../evil", "..", "a//evil", "./evil", "." };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *record = g_strdup_printf ("F %s|x", paths[i]);
      const char * const records[] = { "D a", record, "E", NULL };
      Fixture fixture;
      g_autoptr(GError) error = NULL;

      fixture_begin (&fixture, "", 100, 1000);
      g_assert_false (feed (&fixture, records, 100, &error));
      g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT);
      g_assert_cmpuint (get (&fixture).n_files, ==, 0);
      fixture_end (&fixture);
    }
}

/* Links are told of and not made; so there is none to go through. One that was there is no way, either. */
static void
test_links (void)
{
  static const char * const records[] = { "L l|..", "F l/secret|evil", "L f|../secret", "F f|evil", "F out/secret|evil",
                                          "D out", "F out|evil", "E", NULL };
  Fixture fixture;
  g_autoptr(GError) error = NULL;
  g_autofree char *link = NULL;
  g_autofree char *made = NULL;
  g_auto(GStrv) left_out = NULL;

  fixture_begin (&fixture, "", 100, 1000);
  link = g_build_filename (fixture.path, "out", NULL);
  g_assert_cmpint (symlink ("..", link), ==, 0);
  g_assert_true (feed (&fixture, records, 100, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (get (&fixture).n_links, ==, 2);
  g_assert_cmpuint (get (&fixture).n_refused, ==, 1);
  g_assert_cmpuint (get (&fixture).n_existing, ==, 2);
  g_assert_cmpuint (get (&fixture).n_files, ==, 2);
  made = fixture_read (&fixture, "l/secret");
  g_assert_cmpstr (made, ==, "evil");
  left_out = sb_tree_unpacker_dup_left_out (SB_TREE_UNPACKER (fixture.stream));
  g_assert_cmpstr (left_out[0], ==, "l");
  fixture_end (&fixture);
}

/* What is there stays, whether the user's or the tree's own. */
static void
test_duplicates (void)
{
  static const char * const records[] = { "F mine|evil", "F a|first", "F a|second", "D a", "F a/b|third", "D d", "D d",
                                          "F d|x", "E", NULL };
  Fixture fixture;
  g_autoptr(GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *mine = NULL;
  g_autofree char *first = NULL;

  fixture_begin (&fixture, "", 100, 1000);
  path = g_build_filename (fixture.path, "mine", NULL);
  g_assert_true (g_file_set_contents (path, "mine", -1, NULL));
  g_assert_true (feed (&fixture, records, 100, &error));
  g_assert_no_error (error);
  mine = fixture_read (&fixture, "mine");
  g_assert_cmpstr (mine, ==, "mine");
  first = fixture_read (&fixture, "a");
  g_assert_cmpstr (first, ==, "first");
  g_assert_cmpuint (get (&fixture).n_existing, ==, 4);
  g_assert_cmpuint (get (&fixture).n_refused, ==, 1);
  g_assert_cmpuint (get (&fixture).bytes, ==, 5);
  fixture_end (&fixture);
}

static void
test_names (void)
{
  static const char * const records[] = { "F \x1b]0;title\x07|x", "F new\nline|x", "F \xff\xfe|x", "F sch\xc3\xb6n|x",
                                          "D \x1b[31m", "F \x1b[31m/f|x", "E", NULL };
  Fixture fixture;
  g_autoptr(GError) error = NULL;
  g_autofree char *name = g_strnfill (255, 'n');
  g_autofree char *longer = g_strnfill (256, 'n');
  g_autofree char *fits = g_strdup_printf ("F %s|x", name);
  g_autofree char *too_long = g_strdup_printf ("F %s/f|x", longer);
  const char * const lengths[] = { fits, too_long, NULL };
  g_auto(GStrv) left_out = NULL;

  fixture_begin (&fixture, "", 100, 1000);
  g_assert_true (feed (&fixture, records, 100, &error));
  g_assert_cmpuint (get (&fixture).n_files, ==, 1);
  g_assert_cmpuint (get (&fixture).n_refused, ==, 5);
  left_out = sb_tree_unpacker_dup_left_out (SB_TREE_UNPACKER (fixture.stream));
  g_assert_cmpuint (g_strv_length (left_out), ==, 5);
  for (guint i = 0; i < 5; i++)
    g_assert_true (g_utf8_validate (left_out[i], -1, NULL) && strchr (left_out[i], '\x1b') == NULL);
  fixture_end (&fixture);

  fixture_begin (&fixture, "", 100, 1000);
  g_assert_true (feed (&fixture, lengths, 100, &error));
  g_assert_cmpuint (get (&fixture).n_files, ==, 1);
  g_assert_cmpuint (get (&fixture).n_refused, ==, 1);
  fixture_end (&fixture);
}

/* More than was allowed: bytes, entries, depth; a piece that says it has 4 GiB. */
static void
test_limits (void)
{
  static const char * const bytes[] = { "F a|12345", "F b|12345", "E", NULL };
  static const char claim[] = "SBTREE1\nF\0\0\0\0\1\0a\xff\xff\xff\xff";
  Fixture fixture;
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) deep = g_string_new ("D d");

  fixture_begin (&fixture, "", 100, 9);
  g_assert_false (feed (&fixture, bytes, 100, &error));
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT);
  g_assert_cmpuint (get (&fixture).n_files, ==, 1);
  g_assert_null (fixture_read (&fixture, "b"));
  fixture_end (&fixture);

  g_clear_error (&error);
  fixture_begin (&fixture, "", 100, G_MAXUINT64);
  g_assert_false (g_output_stream_write_all (fixture.stream, claim, sizeof claim - 1, NULL, NULL, &error));
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT);
  g_assert_null (fixture_read (&fixture, "a"));
  fixture_end (&fixture);

  g_clear_error (&error);
  for (guint i = 0; i < SB_TREE_MAX_DEPTH; i++)
    g_string_append (deep, "/d");
  {
    const char * const records[] = { deep->str, NULL };

    fixture_begin (&fixture, "", 100, 1000);
    g_assert_false (feed (&fixture, records, 100, &error));
    g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT);
    fixture_end (&fixture);
  }
}

static void
test_million_entries (void)
{
  static const char * const one[] = { "D a", NULL };
  g_autoptr(GByteArray) tree = sb_test_tree_new (one);
  Fixture fixture;
  g_autoptr(GError) error = NULL;
  guint n = 0;

  fixture_begin (&fixture, "", 250000, 1000);
  g_assert_true (g_output_stream_write_all (fixture.stream, tree->data, tree->len, NULL, NULL, &error));
  for (n = 1; n < 1000000; n++)
    if (!g_output_stream_write_all (fixture.stream, tree->data + SB_TREE_MAGIC_LENGTH,
                                    tree->len - SB_TREE_MAGIC_LENGTH, NULL, NULL, &error))
      break;
  g_assert_cmpuint (n, ==, 250000);
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT);
  fixture_end (&fixture);
}

/* Of what was cut off nothing half is left. */
static void
test_cut_off (void)
{
  static const char * const records[] = { "F a|12345", "F b|12345", "E", NULL };
  g_autoptr(GByteArray) tree = sb_test_tree_new (records);

  for (guint length = 0; length < tree->len; length++)
    {
      Fixture fixture;
      g_autofree char *a = NULL;
      g_autofree char *b = NULL;

      fixture_begin (&fixture, "", 100, 1000);
      g_assert_true (g_output_stream_write_all (fixture.stream, tree->data, length, NULL, NULL, NULL));
      g_assert_false (sb_tree_unpacker_is_complete (SB_TREE_UNPACKER (fixture.stream)));
      g_clear_object (&fixture.stream);
      a = fixture_read (&fixture, "a");
      b = fixture_read (&fixture, "b");
      g_assert_true (a == NULL || strlen (a) == 5);
      g_assert_true (b == NULL || strlen (b) == 5);
      fixture_end (&fixture);
    }
}

typedef struct
{
  char *directory;
  char *link;
  char *aside;
  gint  stop;
} Swapper;

/* A directory that is a link to the outside every other moment. */
static gpointer
swap (gpointer user_data)
{
  Swapper *swapper = user_data;

  while (!g_atomic_int_get (&swapper->stop))
    {
      g_rename (swapper->directory, swapper->aside);
      g_rename (swapper->link, swapper->directory);
      g_rename (swapper->directory, swapper->link);
      g_rename (swapper->aside, swapper->directory);
    }

  return NULL;
}

static void
test_swap_race (void)
{
  Fixture fixture;
  Swapper swapper = { NULL };
  GThread *thread = NULL;

  fixture_begin (&fixture, "", 100000, 1000000);
  swapper.directory = g_build_filename (fixture.path, "d", NULL);
  swapper.link = g_build_filename (fixture.path, "link", NULL);
  swapper.aside = g_build_filename (fixture.path, "aside", NULL);
  g_assert_cmpint (g_mkdir (swapper.directory, 0755), ==, 0);
  g_assert_cmpint (symlink ("..", swapper.link), ==, 0);
  g_assert_true (g_output_stream_write_all (fixture.stream, SB_TREE_MAGIC, SB_TREE_MAGIC_LENGTH, NULL, NULL, NULL));
  thread = g_thread_new ("swap", swap, &swapper);
  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *record = g_strdup_printf ("F d/f%u|x", i);
      g_autofree char *other = g_strdup_printf ("F e%u/f|x", i % 100);
      const char * const records[] = { record, other, NULL };
      g_autoptr(GByteArray) tree = sb_test_tree_new (records);

      g_assert_true (g_output_stream_write_all (fixture.stream, tree->data + SB_TREE_MAGIC_LENGTH,
                                                tree->len - SB_TREE_MAGIC_LENGTH, NULL, NULL, NULL));
    }
  g_atomic_int_set (&swapper.stop, TRUE);
  g_thread_join (thread);
  g_assert_cmpuint (get (&fixture).n_files + get (&fixture).n_refused + get (&fixture).n_existing, ==, 10000);
  g_free (swapper.directory);
  g_free (swapper.link);
  g_free (swapper.aside);
  fixture_end (&fixture);
}

static void
test_no_folder (void)
{
  static const char * const records[] = { "D a", NULL };
  Fixture fixture;
  g_autoptr(GError) error = NULL;

  fixture_begin (&fixture, "", 100, 1000);
  sb_test_remove_dir (fixture.path);
  g_assert_false (feed (&fixture, records, 100, &error));
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_IO);
  g_assert_cmpint (g_mkdir (fixture.path, 0755), ==, 0);
  fixture_end (&fixture);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sandbox/tree-unpacker/files", test_files);
  g_test_add_func ("/sandbox/tree-unpacker/base", test_base);
  g_test_add_func ("/sandbox/tree-unpacker/ways-out", test_ways_out);
  g_test_add_func ("/sandbox/tree-unpacker/links", test_links);
  g_test_add_func ("/sandbox/tree-unpacker/duplicates", test_duplicates);
  g_test_add_func ("/sandbox/tree-unpacker/names", test_names);
  g_test_add_func ("/sandbox/tree-unpacker/limits", test_limits);
  g_test_add_func ("/sandbox/tree-unpacker/million-entries", test_million_entries);
  g_test_add_func ("/sandbox/tree-unpacker/cut-off", test_cut_off);
  g_test_add_func ("/sandbox/tree-unpacker/swap-race", test_swap_race);
  g_test_add_func ("/sandbox/tree-unpacker/no-folder", test_no_folder);

  return g_test_run ();
}
