/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-entry.h"
#include "sb-file-tree.h"
#include "sb-test-helper.h"

typedef struct
{
  SbTestHelper  helper;

  /* owned */
  SbFileTree   *tree;
  SbTrace      *trace;
  SbChangeLog  *log;
  SbChangeSet  *changes;
  GPtrArray    *changed; /* paths that were announced */
} Fixture;

static void
changed_cb (Fixture    *fixture,
            const char *path,
            SbFileTree *tree)
{
  g_ptr_array_add (fixture->changed, g_strdup (path));
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr(SbRedactor) redactor = sb_redactor_new ();

  sb_test_helper_start (&fixture->helper, NULL);
  fixture->trace = sb_trace_new (redactor);
  fixture->tree = sb_file_tree_new ();
  fixture->log = sb_change_log_new ();
  fixture->changes = sb_change_set_new (fixture->log);
  fixture->changed = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect_swapped (fixture->tree, "changed", G_CALLBACK (changed_cb), fixture);
  g_assert_true (sb_test_write (fixture->helper.channel, "lib/a.js", "a", NULL));
  g_assert_true (sb_test_write (fixture->helper.channel, "zoo.txt", "zoo", NULL));
  sb_file_tree_set_trace (fixture->tree, fixture->trace);
  sb_file_tree_set_changes (fixture->tree, fixture->changes);
  sb_file_tree_set_channel (fixture->tree, fixture->helper.channel);
  g_assert_true (sb_file_tree_get_loading (fixture->tree));
  sb_test_wait_until (!sb_file_tree_get_loading (fixture->tree));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  sb_file_tree_set_channel (fixture->tree, NULL);
  sb_test_spin (20);
  g_assert_finalize_object (fixture->tree);
  g_clear_object (&fixture->trace);
  g_assert_finalize_object (fixture->changes);
  g_clear_object (&fixture->log);
  g_ptr_array_unref (fixture->changed);
  sb_test_helper_end (&fixture->helper);
}

/* text NULL: it was deleted */
static void
log_change (Fixture    *fixture,
            const char *path,
            const char *trace_id,
            const char *text)
{
  g_autoptr(GBytes) bytes = text != NULL ? g_bytes_new (text, strlen (text)) : NULL;
  const SbFileVersion version = { text != NULL, bytes, text != NULL ? strlen (text) : 0 };

  sb_change_log_add (fixture->log, path, trace_id, &version);
}

static char *
describe (Fixture *fixture)
{
  GListModel *rows = G_LIST_MODEL (sb_file_tree_get_outline (fixture->tree));
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr(SbOutlineNode) node = g_list_model_get_item (rows, i);

      SbFileEntry *entry = sb_outline_node_get_item (node);

      g_string_append (text, sb_file_entry_get_mark (entry) == SB_FILE_MARK_DELETED ? "-" : "");
      g_string_append_printf (text, "%s ", sb_file_entry_get_path (entry));
    }

  return g_string_free (text, FALSE);
}

static gboolean
rows_are (Fixture    *fixture,
          const char *expected)
{
  g_autofree char *text = describe (fixture);

  return g_str_equal (text, expected);
}

static SbFileEntry *
get_entry (Fixture    *fixture,
           const char *path)
{
  SbOutlineNode *node = sb_file_tree_lookup (fixture->tree, path);

  return node != NULL ? sb_outline_node_get_item (node) : NULL;
}

/* Directories first; their files only when they are expanded. */
static void
test_lazy (Fixture       *fixture,
           gconstpointer  data)
{
  SbOutlineNode *lib = sb_file_tree_lookup (fixture->tree, "lib");

  g_assert_true (rows_are (fixture, "lib zoo.txt "));
  g_assert_nonnull (lib);
  g_assert_true (sb_outline_node_get_expandable (lib));
  g_assert_null (sb_file_tree_lookup (fixture->tree, "lib/a.js"));

  sb_outline_set_expanded (sb_file_tree_get_outline (fixture->tree), lib, TRUE);
  sb_test_wait_until (rows_are (fixture, "lib lib/a.js zoo.txt "));
  g_assert_cmpuint (sb_file_entry_get_size (get_entry (fixture, "lib/a.js")), ==, 1);
  g_assert_cmpint (sb_file_entry_get_mark (get_entry (fixture, "lib/a.js")), ==, SB_FILE_MARK_NONE);
}

/* What comes, changes and goes is merged in; nodes that stay are the same objects, so a view stays where it is. */
static void
test_live (Fixture       *fixture,
           gconstpointer  data)
{
  SbOutlineNode *zoo = sb_file_tree_lookup (fixture->tree, "zoo.txt");
  SbOutlineNode *lib = sb_file_tree_lookup (fixture->tree, "lib");

  sb_outline_set_expanded (sb_file_tree_get_outline (fixture->tree), lib, TRUE);
  sb_test_wait_until (rows_are (fixture, "lib lib/a.js zoo.txt "));

  g_assert_true (sb_test_write (fixture->helper.channel, "lib/b.js", "b", NULL));
  g_assert_true (sb_test_write (fixture->helper.channel, "apple", "x", NULL));
  sb_test_wait_until (rows_are (fixture, "lib lib/a.js lib/b.js apple zoo.txt "));
  g_assert_true (zoo == sb_file_tree_lookup (fixture->tree, "zoo.txt"));
  g_assert_true (sb_outline_node_get_expanded (lib));

  g_assert_true (sb_test_write (fixture->helper.channel, "zoo.txt", "zoo and more", NULL));
  sb_test_wait_until (sb_file_entry_get_size (get_entry (fixture, "zoo.txt")) == 12);
  g_assert_true (g_ptr_array_find_with_equal_func (fixture->changed, "zoo.txt", g_str_equal, NULL));

  sb_exec_result_free (sb_test_shell (fixture->helper.channel, "rm -r lib"));
  sb_test_wait_until (rows_are (fixture, "apple zoo.txt "));
  g_assert_null (sb_file_tree_lookup (fixture->tree, "lib/a.js"));
}

/* A directory that changed while it was collapsed is right when it is expanded again. */
static void
test_collapsed (Fixture       *fixture,
                gconstpointer  data)
{
  SbOutline *outline = sb_file_tree_get_outline (fixture->tree);
  SbOutlineNode *lib = sb_file_tree_lookup (fixture->tree, "lib");

  sb_outline_set_expanded (outline, lib, TRUE);
  sb_test_wait_until (rows_are (fixture, "lib lib/a.js zoo.txt "));
  sb_outline_set_expanded (outline, lib, FALSE);
  g_assert_true (sb_test_write (fixture->helper.channel, "lib/c.js", "c", NULL));
  g_assert_true (rows_are (fixture, "lib zoo.txt "));
  sb_outline_set_expanded (outline, lib, TRUE);
  sb_test_wait_until (rows_are (fixture, "lib lib/a.js lib/c.js zoo.txt "));
}

static void
test_credit (Fixture       *fixture,
             gconstpointer  data)
{
  SbTraceEvent *turn = sb_trace_begin (fixture->trace, NULL, SB_TRACE_KIND_TURN, "turn");
  SbTraceEvent *call = sb_trace_begin (fixture->trace, turn, SB_TRACE_KIND_TOOL_CALL, "writeFile new.js");

  g_assert_true (sb_test_write (fixture->helper.channel, "new.js", "1", NULL));
  sb_test_wait_until (get_entry (fixture, "new.js") != NULL);
  g_assert_null (sb_file_entry_get_credit (get_entry (fixture, "new.js")));
  sb_trace_event_finish (sb_trace_begin (fixture->trace, call, SB_TRACE_KIND_FILE, "+ new.js"),
                         SB_TRACE_STATE_OK);
  g_assert_cmpstr (sb_file_entry_get_credit (get_entry (fixture, "new.js"))->tool, ==, "writeFile");

  call = sb_trace_begin (fixture->trace, turn, SB_TRACE_KIND_TOOL_CALL, "editFile new.js");
  sb_trace_event_finish (sb_trace_begin (fixture->trace, call, SB_TRACE_KIND_FILE, "~ new.js"),
                         SB_TRACE_STATE_OK);
  g_assert_cmpstr (sb_file_entry_get_credit (get_entry (fixture, "new.js"))->tool, ==, "editFile");

  /* A terminal, say. */
  log_change (fixture, "new.js", NULL, "2");
  g_assert_null (sb_file_entry_get_credit (get_entry (fixture, "new.js")));
  log_change (fixture, "new.js", sb_trace_event_get_id (call), "3");
  g_assert_nonnull (sb_file_entry_get_credit (get_entry (fixture, "new.js")));
}

static gboolean
has_mark (Fixture    *fixture,
          const char *path,
          SbFileMark  mark)
{
  return get_entry (fixture, path) != NULL && sb_file_entry_get_mark (get_entry (fixture, path)) == mark;
}

/* Since the start, or since a call; the rows stay. */
static void
test_marks (Fixture       *fixture,
            gconstpointer  data)
{
  SbOutlineNode *lib = sb_file_tree_lookup (fixture->tree, "lib");
  const SbFileVersion was = { TRUE, NULL, 3 };

  sb_outline_set_expanded (sb_file_tree_get_outline (fixture->tree), lib, TRUE);
  sb_test_wait_until (rows_are (fixture, "lib lib/a.js zoo.txt "));
  sb_change_log_set_baseline (fixture->log, "zoo.txt", &was);
  sb_change_log_begin_call (fixture->log, "t1");
  log_change (fixture, "lib/a.js", "t1", "a");
  sb_change_log_begin_call (fixture->log, "t2");
  log_change (fixture, "zoo.txt", "t2", "zoo");
  g_assert_true (has_mark (fixture, "lib", SB_FILE_MARK_INSIDE));
  g_assert_true (has_mark (fixture, "lib/a.js", SB_FILE_MARK_ADDED));
  g_assert_true (has_mark (fixture, "zoo.txt", SB_FILE_MARK_MODIFIED));

  sb_change_set_set_since (fixture->changes, "t2");
  g_assert_true (has_mark (fixture, "lib", SB_FILE_MARK_NONE));
  g_assert_true (has_mark (fixture, "lib/a.js", SB_FILE_MARK_NONE));
  g_assert_true (has_mark (fixture, "zoo.txt", SB_FILE_MARK_MODIFIED));
  g_assert_true (rows_are (fixture, "lib lib/a.js zoo.txt "));
  g_assert_true (lib == sb_file_tree_lookup (fixture->tree, "lib"));

  sb_file_tree_set_changes (fixture->tree, NULL);
  g_assert_true (has_mark (fixture, "zoo.txt", SB_FILE_MARK_NONE));
}

/* What was deleted stays in its place, expanded as it was, until it is there again or nobody asks any more. */
static void
test_deleted (Fixture       *fixture,
              gconstpointer  data)
{
  SbOutline *outline = sb_file_tree_get_outline (fixture->tree);
  SbOutlineNode *lib = sb_file_tree_lookup (fixture->tree, "lib");
  const SbFileVersion was = { TRUE, NULL, 1 };

  sb_outline_set_expanded (outline, lib, TRUE);
  sb_test_wait_until (rows_are (fixture, "lib lib/a.js zoo.txt "));
  sb_change_log_set_baseline (fixture->log, "lib/a.js", &was);
  sb_change_log_set_baseline (fixture->log, "gone/deep/x", &was);
  sb_change_log_set_baseline (fixture->log, "gone.txt", &was);
  log_change (fixture, "lib/a.js", NULL, NULL);
  sb_exec_result_free (sb_test_shell (fixture->helper.channel, "rm -r lib"));
  sb_test_wait_until (rows_are (fixture, "-lib -lib/a.js zoo.txt "));
  g_assert_true (lib == sb_file_tree_lookup (fixture->tree, "lib"));

  /* Of directories that were never looked into. */
  sb_change_log_begin_call (fixture->log, "t1");
  sb_change_log_delete (fixture->log, "gone", "t1");
  sb_change_log_delete (fixture->log, "gone.txt", "t1");
  sb_test_wait_until (rows_are (fixture, "-gone -lib -lib/a.js -gone.txt zoo.txt "));
  sb_outline_set_expanded (outline, sb_file_tree_lookup (fixture->tree, "gone"), TRUE);
  sb_outline_set_expanded (outline, sb_file_tree_lookup (fixture->tree, "gone/deep"), TRUE);
  g_assert_true (rows_are (fixture, "-gone -gone/deep -gone/deep/x -lib -lib/a.js -gone.txt zoo.txt "));

  sb_change_set_set_since (fixture->changes, "t1");
  sb_test_wait_until (rows_are (fixture, "-gone -gone/deep -gone/deep/x -gone.txt zoo.txt "));
  sb_change_set_set_since (fixture->changes, NULL);
  sb_test_wait_until (rows_are (fixture, "-gone -gone/deep -gone/deep/x -lib -gone.txt zoo.txt "));

  /* There again, with more in it. */
  lib = sb_file_tree_lookup (fixture->tree, "lib");
  sb_outline_set_expanded (outline, lib, TRUE);
  g_assert_true (sb_test_write (fixture->helper.channel, "lib/b.js", "b", NULL));
  log_change (fixture, "lib/b.js", NULL, "b");
  sb_test_wait_until (rows_are (fixture, "-gone -gone/deep -gone/deep/x lib -lib/a.js lib/b.js -gone.txt zoo.txt "));
  g_assert_true (lib == sb_file_tree_lookup (fixture->tree, "lib"));
  g_assert_true (sb_test_write (fixture->helper.channel, "lib/a.js", "a", NULL));
  log_change (fixture, "lib/a.js", NULL, "a");
  sb_test_wait_until (has_mark (fixture, "lib/a.js", SB_FILE_MARK_MODIFIED));
}

/* Ten thousand at once, told one by one: the tree shows as many as it shows of what is there. */
static void
test_many_deleted (Fixture       *fixture,
                   gconstpointer  data)
{
  GListModel *rows = G_LIST_MODEL (sb_file_tree_get_outline (fixture->tree));
  const SbFileVersion was = { TRUE, NULL, 1 };

  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s%u", i % 2 == 0 ? "f" : "sub/f", i);

      sb_change_log_set_baseline (fixture->log, path, &was);
      sb_change_log_delete (fixture->log, path, NULL);
    }
  sb_test_wait_until (g_list_model_get_n_items (rows) == 2 + 2000);
  g_assert_false (sb_change_set_is_complete (fixture->changes));
}

/* The sandbox dies while a listing is under way: what is known stays, and nothing more is asked for. */
static void
test_lost (Fixture       *fixture,
           gconstpointer  data)
{
  SbOutline *outline = sb_file_tree_get_outline (fixture->tree);
  SbOutlineNode *lib = sb_file_tree_lookup (fixture->tree, "lib");

  sb_outline_set_expanded (outline, lib, TRUE);
  g_subprocess_force_exit (fixture->helper.process);
  sb_test_wait_until (!sb_channel_is_open (fixture->helper.channel));
  sb_outline_set_expanded (outline, lib, FALSE);
  g_assert_true (rows_are (fixture, "lib zoo.txt "));
  sb_outline_set_expanded (outline, lib, TRUE);
  /* The answer may have been faster than the end. */
  g_assert_true (rows_are (fixture, "lib zoo.txt ") || rows_are (fixture, "lib lib/a.js zoo.txt "));
}

static void
test_many (Fixture       *fixture,
           gconstpointer  data)
{
  GListModel *rows = G_LIST_MODEL (sb_file_tree_get_outline (fixture->tree));

  sb_exec_result_free (sb_test_shell (fixture->helper.channel,
                                      "i=0; while [ $i -lt 2300 ]; do : > f$i; i=$((i+1)); done"));
  sb_test_wait_until (g_list_model_get_n_items (rows) >= 2000);
  sb_test_wait_until (sb_file_tree_get_truncated (fixture->tree, ""));
}

/* Names are hostile: any bytes but NUL and '/'. */
static void
test_names (Fixture       *fixture,
            gconstpointer  data)
{
  SbFileInfo info = { (char *) "evil\033[31m\xff\n<b>", SB_FILE_TYPE_REGULAR, 1, 1, 0644, NULL };
  g_autoptr(SbFileEntry) entry = sb_file_entry_new ("dir", &info);
  const char *shown = sb_file_entry_get_display_name (entry);

  g_assert_true (g_utf8_validate (shown, -1, NULL));
  g_assert_null (strpbrk (shown, "\033\n"));
  g_assert_true (g_str_has_prefix (sb_file_entry_get_path (entry), "dir/evil\033"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add ("/file-tree/lazy", Fixture, NULL, set_up, test_lazy, tear_down);
  g_test_add ("/file-tree/live", Fixture, NULL, set_up, test_live, tear_down);
  g_test_add ("/file-tree/collapsed", Fixture, NULL, set_up, test_collapsed, tear_down);
  g_test_add ("/file-tree/credit", Fixture, NULL, set_up, test_credit, tear_down);
  g_test_add ("/file-tree/marks", Fixture, NULL, set_up, test_marks, tear_down);
  g_test_add ("/file-tree/deleted", Fixture, NULL, set_up, test_deleted, tear_down);
  g_test_add ("/file-tree/many-deleted", Fixture, NULL, set_up, test_many_deleted, tear_down);
  g_test_add ("/file-tree/lost", Fixture, NULL, set_up, test_lost, tear_down);
  g_test_add ("/file-tree/many", Fixture, NULL, set_up, test_many, tear_down);
  g_test_add ("/file-tree/names", Fixture, NULL, set_up, test_names, tear_down);

  return g_test_run ();
}
