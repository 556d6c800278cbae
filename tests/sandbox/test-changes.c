/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-change-set.h"
#include "sb-test.h"
#include "sb-test-tools.h"

static void
add (SbChangeLog *log,
     const char  *path,
     const char  *trace_id,
     const char  *text)
{
  g_autoptr(GBytes) content = text != NULL ? g_bytes_new (text, strlen (text)) : NULL;
  const SbFileVersion version = { text != NULL, content, text != NULL ? strlen (text) : 0 };

  sb_change_log_add (log, path, trace_id, &version);
}

/* "+path -path ~path", in the order of the model. */
static char *
describe (SbChangeSet *set)
{
  GListModel *model = G_LIST_MODEL (set);
  g_autoptr(GString) out = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr(SbChange) change = g_list_model_get_item (model, i);

      g_string_append_printf (out, "%s%c%s", i > 0 ? " " : "", "+~-"[sb_change_get_kind (change)],
                              sb_change_get_path (change));
    }

  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
assert_set (SbChangeSet *set,
            const char  *expected)
{
  g_autofree char *described = describe (set);

  g_assert_cmpstr (described, ==, expected);
}

static void
count_cb (GListModel *model,
          guint       position,
          guint       removed,
          guint       added,
          gpointer    user_data)
{
  guint *n = user_data;

  *n = *n - removed + added;
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, *n);
}

static void
test_since (void)
{
  g_autoptr(SbChangeLog) log = sb_change_log_new ();
  g_autoptr(SbChangeSet) set = sb_change_set_new (log);
  g_autoptr(SbChange) change = NULL;
  guint n = 0;

  g_signal_connect (set, "items-changed", G_CALLBACK (count_cb), &n);
  sb_change_log_begin_call (log, "t1");
  add (log, "b.txt", "t1", "one\n");
  add (log, "a.txt", "t1", "one\n");
  sb_change_log_begin_call (log, "t2");
  add (log, "b.txt", "t2", "two\n");
  add (log, "c.txt", NULL, "c");
  assert_set (set, "+a.txt +b.txt +c.txt");

  sb_change_set_set_since (set, "t2");
  assert_set (set, "~b.txt +c.txt");
  change = sb_change_set_dup_change (set, "b.txt");
  g_assert_cmpstr (sb_change_get_trace_id (change), ==, "t2");
  g_assert_cmpmem (g_bytes_get_data (sb_change_get_old (change), NULL), 4, "one\n", 4);
  g_assert_cmpmem (g_bytes_get_data (sb_change_get_new (change), NULL), 4, "two\n", 4);

  /* As it was is no change; away again neither. */
  add (log, "b.txt", "t2", "one\n");
  add (log, "c.txt", NULL, NULL);
  add (log, "a.txt", "t2", NULL);
  assert_set (set, "-a.txt");
  sb_change_set_set_since (set, NULL);
  assert_set (set, "+b.txt");
  sb_change_set_set_since (set, "unknown");
  assert_set (set, "+b.txt");
}

static void
test_baseline (void)
{
  g_autoptr(SbChangeLog) log = sb_change_log_new ();
  g_autoptr(SbChangeSet) set = sb_change_set_new (log);
  g_autoptr(GBytes) content = g_bytes_new_static ("was\n", 4);
  const SbFileVersion known = { TRUE, content, 4 };
  const SbFileVersion unknown = { TRUE, NULL, 0 };
  g_autoptr(SbChange) change = NULL;
  g_autoptr(SbChange) first = NULL;
  g_autoptr(SbDiff) diff = NULL;

  sb_change_log_set_baseline (log, "known", &known);
  sb_change_log_set_baseline (log, "unknown", &unknown);
  assert_set (set, "");
  add (log, "known", NULL, "was\n");
  assert_set (set, "");
  add (log, "known", NULL, "is\n");
  add (log, "unknown", NULL, "is\n");
  assert_set (set, "~known ~unknown");

  change = sb_change_set_dup_change (set, "unknown");
  g_assert_false (sb_change_has_old (change));
  g_assert_null (sb_change_diff (change, 3));
  first = sb_change_set_dup_change (set, "known");
  diff = sb_change_diff (first, 3);
  g_assert_cmpuint (sb_diff_get_n_added (diff), ==, 1);
  g_assert_cmpuint (sb_diff_get_n_removed (diff), ==, 1);
}

static void
note_cb (SbChangeSet *set,
         const char  *path,
         gpointer     user_data)
{
  g_string_append_printf (user_data, "%s ", path != NULL ? path : "*");
}

/* Where they are in the list; and that of each one is told, for those who show them elsewhere. */
static void
test_below (void)
{
  g_autoptr(SbChangeLog) log = sb_change_log_new ();
  g_autoptr(SbChangeSet) set = sb_change_set_new (log);
  g_autoptr(GString) told = g_string_new (NULL);
  guint first = 0;

  g_signal_connect (set, "changed", G_CALLBACK (note_cb), told);
  add (log, "a.txt", NULL, "x");
  add (log, "a/b/c", NULL, "x");
  add (log, "a/z", NULL, "x");
  add (log, "ab/c", NULL, "x");
  g_assert_cmpuint (sb_change_set_find_below (set, "", &first), ==, 4);
  g_assert_cmpuint (first, ==, 0);
  g_assert_cmpuint (sb_change_set_find_below (set, "a", &first), ==, 2);
  g_assert_cmpstr (sb_change_get_path (sb_change_set_get_change (set, first)), ==, "a/b/c");
  g_assert_cmpuint (sb_change_set_find_below (set, "a/b/c", &first), ==, 0);
  g_assert_cmpuint (sb_change_set_find_below (set, "nothing", &first), ==, 0);

  g_assert_cmpstr (told->str, ==, "a.txt a/b/c a/z ab/c ");
  g_string_truncate (told, 0);
  g_assert_false (sb_change_set_knows_call (set, "t1"));
  sb_change_log_begin_call (log, "t1");
  g_assert_true (sb_change_set_knows_call (set, "t1"));
  sb_change_set_set_since (set, "t1");
  sb_change_log_delete (log, "a", "t1");
  g_assert_true (g_str_equal (told->str, "* a/b/c a/z ") || g_str_equal (told->str, "* a/z a/b/c "));
  assert_set (set, "-a/b/c -a/z");
}

/* The oldest contents go, the newest stay; the change itself is known all the same. */
static void
test_forgotten_baseline (void)
{
  g_autoptr(SbChangeLog) log = sb_change_log_new ();
  g_autoptr(SbChangeSet) set = sb_change_set_new (log);
  g_autoptr(GBytes) content = g_bytes_new_static ("is\n", 3);
  const SbFileVersion wrong = { TRUE, content, 3 };

  sb_change_log_set_baseline (log, "untouched", &wrong);
  sb_change_log_set_baseline (log, "touched", &wrong);
  add (log, "touched", NULL, "is\n");
  add (log, "touched", NULL, "other\n");
  add (log, "touched", NULL, "is\n");
  assert_set (set, "");
  sb_change_log_forget_baseline (log, "untouched");
  sb_change_log_forget_baseline (log, "touched");
  sb_change_log_forget_baseline (log, "none");
  assert_set (set, "~touched");
  g_assert_null (sb_change_log_get_newest (log, "untouched"));
  add (log, "untouched", NULL, "new\n");
  assert_set (set, "~touched +untouched");
}

static void
test_limits (void)
{
  g_autoptr(SbChangeLog) log = sb_change_log_new ();
  g_autoptr(SbChangeSet) set = sb_change_set_new (log);
  g_autofree char *text = g_malloc0 (SB_CHANGE_LOG_MAX_FILE + 2);
  g_autoptr(SbChange) oldest = NULL;
  g_autoptr(SbChange) newest = NULL;

  memset (text, 'x', SB_CHANGE_LOG_MAX_FILE);
  for (guint i = 0; i < 70; i++)
    {
      g_autofree char *path = g_strdup_printf ("%02u", i);

      add (log, path, NULL, text);
    }
  oldest = sb_change_set_dup_change (set, "00");
  newest = sb_change_set_dup_change (set, "69");
  g_assert_false (sb_change_has_new (oldest));
  g_assert_cmpuint (sb_change_get_new_size (oldest), ==, SB_CHANGE_LOG_MAX_FILE);
  g_assert_true (sb_change_has_new (newest));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (set)), ==, 70);

  text[SB_CHANGE_LOG_MAX_FILE] = 'x';
  add (log, "large", NULL, text);
  g_clear_object (&newest);
  newest = sb_change_set_dup_change (set, "large");
  g_assert_null (sb_change_get_new (newest));

  g_assert_true (sb_change_set_is_complete (set));
  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *path = g_strdup_printf ("many/%u", i);

      add (log, path, NULL, "x");
    }
  g_assert_false (sb_change_set_is_complete (set));
}

/* A thousand versions of one file: the first and the last are what counts. */
static void
test_many_versions (void)
{
  g_autoptr(SbChangeLog) log = sb_change_log_new ();
  g_autoptr(SbChangeSet) set = sb_change_set_new (log);
  g_autoptr(SbChange) change = NULL;

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u\n", i);

      add (log, "counter", NULL, text);
    }
  change = sb_change_set_dup_change (set, "counter");
  g_assert_cmpint (sb_change_get_kind (change), ==, SB_CHANGE_ADDED);
  g_assert_cmpmem (g_bytes_get_data (sb_change_get_new (change), NULL), 4, "999\n", 4);
}

static gboolean
is_set (SbChangeSet *set,
        const char  *expected)
{
  g_autofree char *described = describe (set);

  return g_str_equal (described, expected);
}

static void
call (Fixture    *fixture,
      const char *name,
      const char *arguments)
{
  g_autoptr(SbMcpToolResult) result = tools_call (fixture, name, arguments);

  g_assert_false (result->is_error);
}

/* What commands do to real files. */
static void
test_recorded (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr(SbSandbox) sandbox = NULL;
  g_autoptr(SbChangeSet) set = NULL;
  g_autoptr(SbChange) change = NULL;

  tools_init_sandbox (fixture);
  sandbox = g_list_model_get_item (G_LIST_MODEL (fixture->manager), 0);
  set = sb_change_set_new (sb_sandbox_get_change_log (sandbox));

  call (fixture, "exec", "{\"command\":\"echo one > a; mkdir d; echo d > d/f; echo gone > b\"}");
  sb_test_wait_until (is_set (set, "+a +b +d/f"));
  call (fixture, "writeFile", "{\"filename\":\"a\",\"contents\":\"two\\n\"}");
  call (fixture, "exec", "{\"command\":\"rm b; mv d e; echo $PPID >/dev/null\"}");
  sb_test_wait_until (is_set (set, "+a +e/f"));
  change = sb_change_set_dup_change (set, "a");
  g_assert_cmpstr (sb_change_get_trace_id (change), ==, "t1");
  g_assert_cmpmem (g_bytes_get_data (sb_change_get_new (change), NULL), 4, "two\n", 4);
}

/* Many directories, and deep ones: all of it is followed. */
static void
test_large (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(SbSandbox) sandbox = NULL;
  g_autoptr(SbChangeSet) set = NULL;

  tools_init_sandbox (fixture);
  sandbox = g_list_model_get_item (G_LIST_MODEL (fixture->manager), 0);
  set = sb_change_set_new (sb_sandbox_get_change_log (sandbox));
  call (fixture, "exec", "{\"command\":\"for i in $(seq 100); do mkdir d$i; echo $i > d$i/f; done\"}");
  call (fixture, "exec", "{\"command\":\"mkdir -p a/b/c/d/e/f/g/h; echo deep > a/b/c/d/e/f/g/h/f\"}");
  sb_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (set)) == 101);
  g_assert_true (sb_change_set_is_complete (set));
}

/* data: a command that makes more directories than are watched, or deeper ones */
static void
test_incomplete (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autofree char *few = g_strdup ("{\"command\":\"mkdir -p x/y && echo 1 > x/y/file\"}");
  g_autofree char *many = g_strdup_printf ("{\"command\":\"%s\"}", (const char *) data);
  g_autoptr(SbMcpToolResult) made = NULL;
  g_autoptr(SbMcpToolResult) made_many = NULL;
  g_autoptr(SbSandbox) sandbox = NULL;
  g_autoptr(SbChangeSet) set = NULL;

  tools_init_sandbox (fixture);
  sandbox = g_list_model_get_item (G_LIST_MODEL (fixture->manager), 0);
  set = sb_change_set_new (sb_sandbox_get_change_log (sandbox));
  made = tools_call (fixture, "exec", few);
  sb_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (set)) == 1);
  g_assert_true (sb_change_set_is_complete (set));
  made_many = tools_call (fixture, "exec", many);
  sb_test_wait_until (!sb_change_set_is_complete (set));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sandbox/changes/since", test_since);
  g_test_add_func ("/sandbox/changes/baseline", test_baseline);
  g_test_add_func ("/sandbox/changes/below", test_below);
  g_test_add_func ("/sandbox/changes/forgotten-baseline", test_forgotten_baseline);
  g_test_add_func ("/sandbox/changes/limits", test_limits);
  g_test_add_func ("/sandbox/changes/many-versions", test_many_versions);
  g_test_add ("/sandbox/changes/recorded", Fixture, NULL, tools_set_up, test_recorded, tools_tear_down);
  g_test_add ("/sandbox/changes/large", Fixture, NULL, tools_set_up, test_large, tools_tear_down);
  g_test_add ("/sandbox/changes/too-many", Fixture, "for i in $(seq 400); do mkdir d$i; done", tools_set_up,
              test_incomplete, tools_tear_down);
  g_test_add ("/sandbox/changes/too-deep", Fixture, "mkdir -p a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s", tools_set_up,
              test_incomplete, tools_tear_down);
  g_test_add ("/sandbox/changes/too-wide", Fixture, "mkdir .t; cd .t; touch $(seq 1100); cd ..; mv .t t", tools_set_up,
              test_incomplete, tools_tear_down);

  return g_test_run ();
}
