/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-page-fixture.h"
#include "sb-process-item.h"
#include "sb-processes-page.h"
#include "sb-shell.h"

static GtkSingleSelection *
get_processes (SbPageFixture *fixture)
{
  GtkWidget *list = sb_page_fixture_find (fixture->page, GTK_TYPE_LIST_VIEW);

  return GTK_SINGLE_SELECTION (gtk_list_view_get_model (GTK_LIST_VIEW (list)));
}

static void
spawn (SbPageFixture *fixture,
       const char    *script)
{
  const char *argv[] = { "/bin/sh", "-c", script, NULL };
  const SbExecSpec spec = { .argv = argv };
  g_autoptr(GAsyncResult) result = NULL;
  SbChannel *channel = sb_sandbox_get_channel (fixture->sandbox);

  sb_channel_spawn_async (channel, &spec, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_cmpuint (sb_channel_spawn_finish (channel, result, NULL), !=, 0);
}

/* GTK_INVALID_LIST_POSITION: there is none. */
static guint
find (SbPageFixture *fixture,
      const char    *command)
{
  GListModel *processes = G_LIST_MODEL (get_processes (fixture));

  for (guint i = 0; i < g_list_model_get_n_items (processes); i++)
    {
      g_autoptr(SbProcessItem) item = g_list_model_get_item (processes, i);

      if (g_str_equal (sb_process_item_get_command (item), command))
        return i;
    }

  return GTK_INVALID_LIST_POSITION;
}

static void
test_states (SbPageFixture *fixture,
             gconstpointer  data)
{
  g_assert_true (sb_page_fixture_shows (fixture->page, "No Sandbox Is Running"));
  sb_page_fixture_show (fixture);
  g_assert_true (sb_page_fixture_shows (fixture->page, "Nothing Is Running"));
  spawn (fixture, "exec sleep 1000031");
  sb_test_wait_until (find (fixture, "sleep 1000031") != GTK_INVALID_LIST_POSITION);
  sb_test_wait_until (sb_page_fixture_shows (fixture->page, "sleep 1000031"));

  sb_page_fixture_stop (fixture);
  sb_test_wait_until (sb_page_fixture_shows (fixture->page, "No Sandbox Is Running"));
}

/* The selection stays with its process while others come and go; Delete ends it. */
static void
test_terminate (SbPageFixture *fixture,
                gconstpointer  data)
{
  guint position;

  sb_page_fixture_show (fixture);
  spawn (fixture, "exec sleep 1000032");
  spawn (fixture, "exec sleep 1000033");
  sb_test_wait_until (find (fixture, "sleep 1000033") != GTK_INVALID_LIST_POSITION
                      && find (fixture, "sleep 1000032") != GTK_INVALID_LIST_POSITION);
  position = find (fixture, "sleep 1000033");
  gtk_widget_grab_focus (sb_page_fixture_find (fixture->page, GTK_TYPE_LIST_VIEW));
  gtk_single_selection_set_selected (get_processes (fixture), position);
  spawn (fixture, "exec sleep 1000034");
  sb_test_wait_until (find (fixture, "sleep 1000034") != GTK_INVALID_LIST_POSITION);
  g_assert_cmpuint (gtk_single_selection_get_selected (get_processes (fixture)), ==, find (fixture, "sleep 1000033"));

  sb_page_fixture_press ("Delete");
  sb_test_wait_until (find (fixture, "sleep 1000033") == GTK_INVALID_LIST_POSITION);
  g_assert_cmpuint (find (fixture, "sleep 1000032"), !=, GTK_INVALID_LIST_POSITION);
  g_assert_cmpuint (find (fixture, "sleep 1000034"), !=, GTK_INVALID_LIST_POSITION);
}

/* Killing is asked about first. */
static void
test_kill (SbPageFixture *fixture,
           gconstpointer  data)
{
  sb_page_fixture_show (fixture);
  spawn (fixture, "trap '' TERM; while :; do sleep 1; done");
  sb_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (get_processes (fixture))) > 0);
  gtk_single_selection_set_selected (get_processes (fixture), 0);
  gtk_widget_activate_action (fixture->page, "processes.kill", NULL);
  sb_test_wait_until (g_list_model_get_n_items (gtk_window_get_toplevels ()) > 1);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (get_processes (fixture))), >, 0);
  sb_page_fixture_press ("alt+k");
  sb_test_wait_until (sb_page_fixture_shows (fixture->page, "Nothing Is Running"));
}

static void
show_call_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  g_string_assign (user_data, g_variant_get_string (parameter, NULL));
}

/* A process leads to the tool call that started it, if somebody knows that. How many there are is said. */
static void
test_call (SbPageFixture *fixture,
           gconstpointer  data)
{
  const char *argv[] = { "/bin/sleep", "1000037", NULL };
  const SbExecSpec spec = { .argv = argv, .title = "sleep", .trace_id = "t37" };
  g_autoptr(GSimpleActionGroup) group = g_simple_action_group_new ();
  g_autoptr(GSimpleAction) action = g_simple_action_new ("show-call", G_VARIANT_TYPE_STRING);
  g_autoptr(GString) shown = g_string_new (NULL);
  g_autoptr(GAsyncResult) result = NULL;

  g_signal_connect (action, "activate", G_CALLBACK (show_call_cb), shown);
  g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (action));
  gtk_widget_insert_action_group (fixture->window, "sandbox", G_ACTION_GROUP (group));
  sb_page_fixture_show (fixture);
  sb_channel_exec_async (sb_sandbox_get_channel (fixture->sandbox), &spec, NULL, NULL, NULL, sb_test_keep_result,
                         &result);
  spawn (fixture, "exec sleep 1000038");
  sb_test_wait_until (find (fixture, "/bin/sleep 1000037") != GTK_INVALID_LIST_POSITION
                      && find (fixture, "sleep 1000038") != GTK_INVALID_LIST_POSITION);
  g_assert_true (sb_page_fixture_shows (fixture->page, "2 processes run"));

  gtk_single_selection_set_selected (get_processes (fixture), find (fixture, "sleep 1000038"));
  gtk_widget_activate_action (fixture->page, "processes.show-call", NULL);
  g_assert_cmpstr (shown->str, ==, "");
  gtk_single_selection_set_selected (get_processes (fixture), find (fixture, "/bin/sleep 1000037"));
  gtk_widget_activate_action (fixture->page, "processes.show-call", NULL);
  g_assert_cmpstr (shown->str, ==, "t37");

  gtk_widget_insert_action_group (fixture->window, "sandbox", NULL);
  sb_page_fixture_stop (fixture);
  sb_test_wait_until (result != NULL);
}

/* What a program calls itself is shown as text. */
static void
test_odd_names (SbPageFixture *fixture,
                gconstpointer  data)
{
  sb_page_fixture_show (fixture);
  spawn (fixture, "exec perl -e '$0 = \"<b>bold</b>\\e[31m\\n\\xff\\xe2\\x80\\xae\"; sleep 1000035'");
  sb_test_wait_until (sb_page_fixture_shows (fixture->page, "<b>bold</b>"));
}

/* Nobody looks: nothing is asked. */
static void
test_hidden (SbPageFixture *fixture,
             gconstpointer  data)
{
  sb_page_fixture_show (fixture);
  gtk_widget_set_visible (fixture->page, FALSE);
  spawn (fixture, "exec sleep 1000036");
  sb_test_spin (1500);
  g_assert_cmpuint (find (fixture, "sleep 1000036"), ==, GTK_INVALID_LIST_POSITION);
  gtk_widget_set_visible (fixture->page, TRUE);
  sb_test_wait_until (find (fixture, "sleep 1000036") != GTK_INVALID_LIST_POSITION);
}

int
main (int   argc,
      char *argv[])
{
  gconstpointer type;

  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();
  type = GSIZE_TO_POINTER (SB_TYPE_PROCESSES_PAGE);

#define ADD(name, func) \
  g_test_add ("/processes-page/" name, SbPageFixture, type, sb_page_fixture_set_up, func, sb_page_fixture_tear_down)
  ADD ("states", test_states);
  ADD ("terminate", test_terminate);
  ADD ("kill", test_kill);
  ADD ("call", test_call);
  ADD ("odd-names", test_odd_names);
  ADD ("hidden", test_hidden);

  return g_test_run ();
}
