/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <adwaita.h>
#include <vte/vte.h>

#include "sb-page-fixture.h"
#include "sb-shell.h"
#include "sb-terminal-page.h"
#include "sb-terminal.h"

static AdwTabView *
get_tabs (SbPageFixture *fixture)
{
  return ADW_TAB_VIEW (sb_page_fixture_find (fixture->page, ADW_TYPE_TAB_VIEW));
}

/* The one that is shown. */
static VteTerminal *
get_screen (SbPageFixture *fixture)
{
  AdwTabPage *page = adw_tab_view_get_selected_page (get_tabs (fixture));

  return VTE_TERMINAL (sb_page_fixture_find (adw_tab_page_get_child (page), VTE_TYPE_TERMINAL));
}

static gboolean
reads (SbPageFixture *fixture,
       const char    *text)
{
  g_autofree char *screen = vte_terminal_get_text (get_screen (fixture), NULL, NULL, NULL);

  return strstr (screen, text) != NULL;
}

/* The second, where the tests are run by root. */
static gboolean
prompts (SbPageFixture *fixture)
{
  return reads (fixture, "$ ") || reads (fixture, "# ");
}

static void
type_line (SbPageFixture *fixture,
           const char    *line)
{
  g_autofree char *text = g_strconcat (line, "\r", NULL);

  vte_terminal_feed_child (get_screen (fixture), text, -1);
}

static void
open_first (SbPageFixture *fixture)
{
  sb_page_fixture_show (fixture);
  gtk_widget_grab_focus (fixture->page);
  sb_test_wait_until (prompts (fixture));
}

static void
test_states (SbPageFixture *fixture,
             gconstpointer  data)
{
  g_assert_true (sb_page_fixture_shows (fixture->page, "No Sandbox Is Running"));
  open_first (fixture);
  g_assert_cmpint (adw_tab_view_get_n_pages (get_tabs (fixture)), ==, 1);
  type_line (fixture, "echo here-$((40 + 2))");
  sb_test_wait_until (reads (fixture, "here-42"));

  gtk_widget_activate_action (fixture->page, "terminals.close", NULL);
  sb_test_wait_until (sb_page_fixture_shows (fixture->page, "No Terminal Open"));
  g_object_set (fixture->page, "sandbox", NULL, NULL);
  g_assert_true (sb_page_fixture_shows (fixture->page, "No Sandbox Is Running"));
  /* Whoever closed the last one wants none. */
  sb_page_fixture_show (fixture);
  g_assert_true (sb_page_fixture_shows (fixture->page, "No Terminal Open"));
  gtk_widget_activate_action (fixture->page, "terminals.new", NULL);
  sb_test_wait_until (prompts (fixture));

  sb_page_fixture_stop (fixture);
  sb_test_wait_until (sb_page_fixture_shows (fixture->page, "No Sandbox Is Running"));
}

/* The terminals of a sandbox go on while another one is looked at. */
static void
test_behind (SbPageFixture *fixture,
             gconstpointer  data)
{
  open_first (fixture);
  type_line (fixture, "kept=41");
  g_object_set (fixture->page, "sandbox", NULL, NULL);
  sb_page_fixture_show (fixture);
  type_line (fixture, "echo kept-$((kept + 1))");
  sb_test_wait_until (reads (fixture, "kept-42"));
}

static void
test_end (SbPageFixture *fixture,
          gconstpointer  data)
{
  SbTerminal *terminal;

  open_first (fixture);
  terminal = SB_TERMINAL (sb_page_fixture_find (fixture->page, SB_TYPE_TERMINAL));
  type_line (fixture, "exit 3");
  sb_test_wait_until (sb_page_fixture_shows (fixture->page, "The shell ended with exit code 3. Press Enter"));
  g_assert_false (sb_terminal_get_running (terminal));

  /* Other keys do nothing. */
  vte_terminal_feed_child (get_screen (fixture), "x", -1);
  g_assert_false (sb_terminal_get_running (terminal));
  vte_terminal_feed_child (get_screen (fixture), "\r", -1);
  g_assert_true (sb_terminal_get_running (terminal));
  type_line (fixture, "echo again-$((40 + 2))");
  sb_test_wait_until (reads (fixture, "again-42"));
}

static void
test_resize (SbPageFixture *fixture,
             gconstpointer  data)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  open_first (fixture);
  before = g_strdup_printf ("size-%ld %ld", vte_terminal_get_row_count (get_screen (fixture)),
                            vte_terminal_get_column_count (get_screen (fixture)));
  type_line (fixture, "echo size-$(stty size)");
  sb_test_wait_until (reads (fixture, before));

  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 800, 400);
  sb_test_wait_until (gtk_widget_get_width (fixture->page) >= 800);
  after = g_strdup_printf ("size-%ld %ld", vte_terminal_get_row_count (get_screen (fixture)),
                           vte_terminal_get_column_count (get_screen (fixture)));
  g_assert_cmpstr (before, !=, after);
  type_line (fixture, "echo size-$(stty size)");
  sb_test_wait_until (reads (fixture, after));
}

/* Title, icon title, links, clipboard, size and place of the window, bell: nothing of it gets out. */
static void
test_escapes (SbPageFixture *fixture,
              gconstpointer  data)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (fixture->page);
  AdwTabPage *page;
  int width;

  open_first (fixture);
  page = adw_tab_view_get_selected_page (get_tabs (fixture));
  width = gtk_widget_get_width (fixture->window);
  gdk_clipboard_set_text (clipboard, "mine");
  type_line (fixture, "printf '\\033]0;evil\\a\\033]2;echo stolen\\a\\033]52;c;ZXZpbA==\\a\\033[8;5;5t\\033[3;0;0t"
                      "\\033]8;;file:///etc/passwd\\alink\\033]8;;\\a\\a'; echo done-$((40 + 2))");
  sb_test_wait_until (reads (fixture, "done-42"));
  type_line (fixture, "echo then-$((40 + 2))");
  sb_test_wait_until (reads (fixture, "then-42"));

  g_assert_cmpstr (adw_tab_page_get_title (page), ==, "Terminal 1");
  g_assert_null (gtk_window_get_title (GTK_WINDOW (fixture->window)));
  g_assert_cmpint (gtk_widget_get_width (fixture->window), ==, width);
  g_assert_true (gdk_clipboard_is_local (clipboard));
  g_assert_false (vte_terminal_get_allow_hyperlink (get_screen (fixture)));
}

static gboolean
count_cb (GtkWidget *widget,
          GVariant  *arguments,
          gpointer   user_data)
{
  (*(guint *) user_data)++;

  return TRUE;
}

/* As the application's own are: before everything else in the window. */
static void
add_shortcut (SbPageFixture *fixture,
              const char    *keys,
              guint         *count)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();

  gtk_shortcut_controller_set_scope (GTK_SHORTCUT_CONTROLLER (controller), GTK_SHORTCUT_SCOPE_GLOBAL);
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller),
                                        gtk_shortcut_new (gtk_shortcut_trigger_parse_string (keys),
                                                          gtk_callback_action_new (count_cb, count, NULL)));
  gtk_widget_add_controller (fixture->window, controller);
}

static void
test_keyboard (SbPageFixture *fixture,
               gconstpointer  data)
{
  guint stolen = 0;
  guint kept = 0;

  add_shortcut (fixture, "<Control>w", &stolen);
  add_shortcut (fixture, "<Control>l", &stolen);
  add_shortcut (fixture, "<Control>comma", &kept);
  open_first (fixture);
  sb_page_fixture_type ("sleep 1000007\n");
  sb_page_fixture_press ("ctrl+c");
  sb_test_wait_until (reads (fixture, "^C"));
  sb_page_fixture_type ("echo lost words");
  sb_page_fixture_press ("ctrl+w");
  sb_page_fixture_press ("ctrl+w");
  sb_page_fixture_type ("typed-$((40+2))\n");
  sb_test_wait_until (reads (fixture, "\ntyped-42"));
  sb_page_fixture_press ("ctrl+l");
  sb_page_fixture_press ("ctrl+comma");
  sb_test_wait_until (kept == 1);
  g_assert_cmpuint (stolen, ==, 0);

  sb_page_fixture_press ("ctrl+shift+t");
  sb_test_wait_until (adw_tab_view_get_n_pages (get_tabs (fixture)) == 2 && prompts (fixture));
  sb_page_fixture_type ("echo second-$((40+2))\n");
  sb_test_wait_until (reads (fixture, "second-42"));
  sb_page_fixture_press ("ctrl+shift+a");
  sb_test_wait_until (vte_terminal_get_has_selection (get_screen (fixture)));
  sb_page_fixture_press ("ctrl+shift+w");
  sb_test_wait_until (adw_tab_view_get_n_pages (get_tabs (fixture)) == 1);
  sb_test_wait_until (gtk_widget_has_focus (GTK_WIDGET (get_screen (fixture))));

  /* Outside, they are the window's again. */
  gtk_window_set_focus (GTK_WINDOW (fixture->window), NULL);
  sb_page_fixture_press ("ctrl+l");
  sb_test_wait_until (stolen == 1);
}

/* Every tab kept what it had, and letting go of the page ends all shells (the fixture waits for that). */
static void
test_many (SbPageFixture *fixture,
           gconstpointer  data)
{
  open_first (fixture);
  for (guint i = 1; i < 16; i++)
    {
      gtk_widget_activate_action (fixture->page, "terminals.new", NULL);
      sb_test_wait_until (prompts (fixture));
    }
  g_assert_cmpint (adw_tab_view_get_n_pages (get_tabs (fixture)), ==, 16);
  gtk_widget_activate_action (fixture->page, "terminals.new", NULL);
  g_assert_cmpint (adw_tab_view_get_n_pages (get_tabs (fixture)), ==, 16);
}

int
main (int   argc,
      char *argv[])
{
  gconstpointer type;

  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();
  type = GSIZE_TO_POINTER (SB_TYPE_TERMINAL_PAGE);

#define ADD(name, func) \
  g_test_add ("/terminal-page/" name, SbPageFixture, type, sb_page_fixture_set_up, func, sb_page_fixture_tear_down)
  ADD ("states", test_states);
  ADD ("behind", test_behind);
  ADD ("end", test_end);
  ADD ("resize", test_resize);
  ADD ("escapes", test_escapes);
  ADD ("keyboard", test_keyboard);
  ADD ("many", test_many);

  return g_test_run ();
}
