/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-logs-page.h"
#include "sb-page-fixture.h"
#include "sb-shell.h"

static void
spawn_with (SbPageFixture *fixture,
            const char    *script,
            gboolean       open_stdin)
{
  const char *argv[] = { "/bin/sh", "-c", script, NULL };
  const SbExecSpec spec = { .argv = argv, .open_stdin = open_stdin };
  g_autoptr(GAsyncResult) result = NULL;
  SbChannel *channel = sb_sandbox_get_channel (fixture->sandbox);

  sb_channel_spawn_async (channel, &spec, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_cmpuint (sb_channel_spawn_finish (channel, result, NULL), !=, 0);
}

static void
spawn (SbPageFixture *fixture,
       const char    *script)
{
  spawn_with (fixture, script, FALSE);
}

static char *
dup_log (SbPageFixture *fixture)
{
  GtkWidget *view = sb_page_fixture_find (fixture->page, GTK_TYPE_TEXT_VIEW);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);

  return gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
}

static gboolean
reads (SbPageFixture *fixture,
       const char    *text)
{
  g_autofree char *log = dup_log (fixture);

  return strstr (log, text) != NULL;
}

static void
test_follow (SbPageFixture *fixture,
             gconstpointer  data)
{
  g_assert_true (sb_page_fixture_shows (fixture->page, "No Sandbox Is Running"));
  sb_page_fixture_show (fixture);
  g_assert_true (sb_page_fixture_shows (fixture->page, "No Background Commands"));
  spawn (fixture, "printf 'first\\033[2J\\n'; until test -e go; do sleep 0.01; done; echo second; exit 4");
  sb_test_wait_until (reads (fixture, "first\n"));
  g_assert_true (sb_page_fixture_shows (fixture->page, "Running"));
  g_assert_true (sb_test_write (sb_sandbox_get_channel (fixture->sandbox), "go", "", NULL));
  sb_test_wait_until (reads (fixture, "first\nsecond\n"));
  sb_test_wait_until (sb_page_fixture_shows (fixture->page, "Ended with exit code 4"));

  sb_page_fixture_stop (fixture);
  sb_test_wait_until (sb_page_fixture_shows (fixture->page, "No Sandbox Is Running"));
}

/* Two of them: the first is shown, the other can be picked and stopped. */
static void
test_pick (SbPageFixture *fixture,
           gconstpointer  data)
{
  GtkDropDown *picker;

  spawn (fixture, "echo one; exec sleep 1000041");
  spawn (fixture, "echo two; exec sleep 1000042");
  sb_page_fixture_show (fixture);
  sb_test_wait_until (reads (fixture, "one"));
  picker = GTK_DROP_DOWN (sb_page_fixture_find (fixture->page, GTK_TYPE_DROP_DOWN));
  gtk_drop_down_set_selected (picker, 1);
  sb_test_wait_until (reads (fixture, "two"));
  g_assert_false (reads (fixture, "one"));
  gtk_widget_activate_action (fixture->page, "logs.stop", NULL);
  sb_test_wait_until (sb_page_fixture_shows (fixture->page, "Killed"));
  gtk_drop_down_set_selected (picker, 0);
  sb_test_wait_until (reads (fixture, "one"));
  g_assert_true (sb_page_fixture_shows (fixture->page, "Running"));
}

/* More than is kept: its beginning, what is missing, its end. */
static void
test_gap (SbPageFixture *fixture,
          gconstpointer  data)
{
  spawn (fixture, "echo begin; head -c 1000000 /dev/zero | tr '\\0' x; echo; echo the-end");
  sb_page_fixture_show (fixture);
  sb_test_wait_until (reads (fixture, "the-end"));
  g_assert_true (reads (fixture, "begin"));
  g_assert_true (reads (fixture, "no longer kept"));
}

/* What is typed goes to the command, line by line, until its input is ended. */
static void
test_input (SbPageFixture *fixture,
            gconstpointer  data)
{
  GtkWidget *entry;

  spawn_with (fixture, "echo ready; while read line; do echo \"got $line\"; done; echo the-end; "
              "exec sleep 1000043", TRUE);
  sb_page_fixture_show (fixture);
  sb_test_wait_until (reads (fixture, "ready"));
  entry = sb_page_fixture_find (fixture->page, GTK_TYPE_ENTRY);
  g_assert_true (gtk_widget_get_mapped (entry));
  gtk_editable_set_text (GTK_EDITABLE (entry), "one two");
  gtk_widget_activate_action (fixture->page, "logs.write", NULL);
  sb_test_wait_until (reads (fixture, "got one two\n"));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "");
  gtk_widget_activate_action (fixture->page, "logs.end-input", NULL);
  sb_test_wait_until (reads (fixture, "the-end"));
  sb_test_wait_until (!gtk_widget_get_mapped (entry));
}

static void
test_no_input (SbPageFixture *fixture,
               gconstpointer  data)
{
  spawn (fixture, "echo ready; exec sleep 1000044");
  sb_page_fixture_show (fixture);
  sb_test_wait_until (reads (fixture, "ready"));
  g_assert_false (gtk_widget_get_mapped (sb_page_fixture_find (fixture->page, GTK_TYPE_ENTRY)));
}

int
main (int   argc,
      char *argv[])
{
  gconstpointer type;

  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();
  type = GSIZE_TO_POINTER (SB_TYPE_LOGS_PAGE);

#define ADD(name, func) \
  g_test_add ("/logs-page/" name, SbPageFixture, type, sb_page_fixture_set_up, func, sb_page_fixture_tear_down)
  ADD ("follow", test_follow);
  ADD ("pick", test_pick);
  ADD ("gap", test_gap);
  ADD ("input", test_input);
  ADD ("no-input", test_no_input);

  return g_test_run ();
}
