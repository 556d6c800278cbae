/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <adwaita.h>
#include <vte/vte.h>

#include "sb-meters.h"
#include "sb-page-fixture.h"
#include "sb-sandbox-view.h"
#include "sb-shell.h"

/* Each page of the Sandbox tab without eyes and without a pointer. */

static const char * const pages[] = {
  "files", "changes", "terminal", "processes", "resources", "logs", "ports", "packages", "isolation",
};

typedef void (*WidgetFunc) (GtkWidget *widget,
                            gpointer   user_data);

static void
walk (GtkWidget  *widget,
      WidgetFunc  func,
      gpointer    user_data)
{
  if (!gtk_widget_get_mapped (widget))
    return;

  func (widget, user_data);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (!GTK_IS_NATIVE (child))
      walk (child, func, user_data);
}

static void
find_text_cb (GtkWidget *widget,
              gpointer   user_data)
{
  gboolean *found = user_data;

  if (GTK_IS_LABEL (widget) && *gtk_label_get_text (GTK_LABEL (widget)) != '\0')
    *found = TRUE;
}

static gboolean
has_text (GtkWidget *widget)
{
  gboolean found = FALSE;

  walk (widget, find_text_cb, &found);

  return found;
}

static gboolean
is_named (GtkWidget *widget)
{
  return gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL)
         || gtk_test_accessible_has_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
}

/* The toggle of a menu button and the text of an entry are spoken as what they are a part of. */
static gboolean
has_name (GtkWidget *widget)
{
  GtkWidget *parent = gtk_widget_get_parent (widget);
  gboolean is_part = GTK_IS_MENU_BUTTON (parent) || GTK_IS_DROP_DOWN (parent) || GTK_IS_EDITABLE (parent);

  return is_named (widget) || has_text (widget) || (is_part && is_named (parent));
}

/* What scrolls takes the focus to scroll what cannot have it. */
static gboolean
is_control (GtkWidget *widget)
{
  return gtk_widget_get_focusable (widget) && gtk_widget_get_can_focus (widget) && gtk_widget_is_sensitive (widget)
         && gtk_widget_get_can_target (widget) && !GTK_IS_SCROLLED_WINDOW (widget);
}

static char *
describe (GtkWidget *widget)
{
  GString *text = g_string_new (G_OBJECT_TYPE_NAME (widget));

  for (GtkWidget *above = gtk_widget_get_parent (widget); above != NULL; above = gtk_widget_get_parent (above))
    if (g_str_has_prefix (G_OBJECT_TYPE_NAME (above), "Sb"))
      g_string_append_printf (text, " in %s", G_OBJECT_TYPE_NAME (above));
  if (GTK_IS_BUTTON (widget) && gtk_actionable_get_action_name (GTK_ACTIONABLE (widget)) != NULL)
    g_string_append_printf (text, " (%s)", gtk_actionable_get_action_name (GTK_ACTIONABLE (widget)));

  return g_string_free (text, FALSE);
}

static void
check_name_cb (GtkWidget *widget,
               gpointer   user_data)
{
  g_autofree char *text = NULL;

  if (!is_control (widget) || has_name (widget))
    return;

  text = describe (widget);
  g_test_message ("page %s: no name: %s", (const char *) user_data, text);
  g_test_fail ();
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

static void
select_first (GtkWidget *widget,
              gpointer   user_data)
{
  GtkSelectionModel *model = GTK_IS_LIST_VIEW (widget) ? gtk_list_view_get_model (GTK_LIST_VIEW (widget)) : NULL;

  if (GTK_IS_SINGLE_SELECTION (model))
    gtk_single_selection_set_selected (GTK_SINGLE_SELECTION (model), 0);
}

/* Something is in each page, and its first row is chosen. */
static void
fill (SbPageFixture *fixture)
{
  g_autoptr(SbSelection) selection = sb_selection_new (NULL);
  SbChannel *channel = sb_sandbox_get_channel (fixture->sandbox);

  g_object_set (fixture->page, "selection", selection, NULL);
  g_assert_true (sb_test_write (channel, "a.js", "one\n", NULL));
  spawn (fixture, "echo started; exec sleep 1000041");
  sb_selection_set_sandbox (selection, fixture->sandbox);
}

static void
show_page (SbPageFixture *fixture,
           const char    *name)
{
  gtk_widget_activate_action (fixture->page, "sandbox.page", "s", name);
  if (g_str_equal (name, "processes"))
    sb_test_wait_until (sb_page_fixture_shows (fixture->page, "sleep 1000041"));
  if (g_str_equal (name, "files") || g_str_equal (name, "changes"))
    sb_test_wait_until (sb_page_fixture_shows (fixture->page, "a.js"));
  if (g_str_equal (name, "terminal"))
    sb_test_wait_until (sb_page_fixture_find (fixture->page, VTE_TYPE_TERMINAL) != NULL);
  walk (fixture->page, select_first, NULL);
  sb_test_spin (100);
}

static void
test_names (SbPageFixture *fixture,
            gconstpointer  data)
{
  fill (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      show_page (fixture, pages[i]);
      walk (fixture->page, check_name_cb, (gpointer) pages[i]);
    }
}

static gboolean
is_empty (GtkWidget *widget)
{
  GtkSelectionModel *model = GTK_IS_LIST_VIEW (widget) ? gtk_list_view_get_model (GTK_LIST_VIEW (widget)) : NULL;

  return model != NULL && g_list_model_get_n_items (G_LIST_MODEL (model)) == 0;
}

/* Each of them is a verb, or a way to one. A tab bar takes no focus: those of the terminals have keys, which their own
 * test presses. */
static void
collect_cb (GtkWidget *widget,
            gpointer   user_data)
{
  if (is_empty (widget) || gtk_widget_get_ancestor (widget, ADW_TYPE_TAB_BAR) != NULL)
    return;
  if (is_control (widget) && (GTK_IS_BUTTON (widget) || GTK_IS_LIST_VIEW (widget) || GTK_IS_TEXT (widget)
                              || GTK_IS_TEXT_VIEW (widget) || VTE_IS_TERMINAL (widget)))
    g_hash_table_add (user_data, widget);
}

static void
check_visited (GHashTable *controls,
               const char *page)
{
  GHashTableIter iter;
  gpointer widget;

  g_hash_table_iter_init (&iter, controls);
  while (g_hash_table_iter_next (&iter, &widget, NULL))
    {
      g_autofree char *text = describe (widget);

      g_test_message ("page %s: not reached by Tab: %s", page, text);
      g_test_fail ();
    }
}

/* What has the focus is visited, with what it is in: Tab goes to the rows of a list. */
static void
visit (GHashTable *controls,
       GtkWidget  *focus)
{
  for (GtkWidget *widget = focus; widget != NULL; widget = gtk_widget_get_parent (widget))
    g_hash_table_remove (controls, widget);
}

static void
test_keys (SbPageFixture *fixture,
           gconstpointer  data)
{
  GtkWindow *window = GTK_WINDOW (fixture->window);

  fill (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autoptr(GHashTable) controls = g_hash_table_new (NULL, NULL);
      guint n_steps;

      show_page (fixture, pages[i]);
      walk (fixture->page, collect_cb, controls);
      n_steps = 2 * g_hash_table_size (controls) + 20;
      gtk_window_set_focus (window, NULL);
      for (guint step = 0; step < n_steps && g_hash_table_size (controls) > 0; step++)
        {
          gtk_widget_child_focus (fixture->window, GTK_DIR_TAB_FORWARD);
          visit (controls, gtk_window_get_focus (window));
        }
      check_visited (controls, pages[i]);
    }
}

static void
count_cb (GdkFrameClock *clock,
          guint         *n_frames)
{
  (*n_frames)++;
}

/* Nothing happens inside: nothing is drawn. What was drawn before it held still may take a moment. */
static void
test_idle (SbPageFixture *fixture,
           gconstpointer  data)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (fixture->window);

  fill (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      guint n_frames = 0;

      show_page (fixture, pages[i]);
      sb_test_backend_hold_all (fixture->backend, TRUE);
      sb_test_spin (800);
      g_signal_connect (clock, "paint", G_CALLBACK (count_cb), &n_frames);
      sb_test_spin (1300);
      g_signal_handlers_disconnect_by_data (clock, &n_frames);
      sb_test_backend_hold_all (fixture->backend, FALSE);
      if (n_frames > 0)
        {
          g_test_message ("page %s: %u frames", pages[i], n_frames);
          g_test_fail ();
        }
    }
}

/* The same figures again are no reason to draw. */
static void
test_same_figures (SbPageFixture *fixture,
                   gconstpointer  data)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (fixture->window);
  const SbChannelCounters counters = { .memory_bytes = 1 << 20, .memory_limit = 1 << 30, .processes = 3 };
  GtkWidget *meters = NULL;
  guint n_frames = 0;

  fill (fixture);
  show_page (fixture, "files");
  meters = sb_page_fixture_find (fixture->page, SB_TYPE_METERS);
  sb_test_backend_hold_all (fixture->backend, TRUE);
  sb_test_spin (300);
  sb_meters_show (SB_METERS (meters), &counters);
  sb_test_spin (500);
  g_signal_connect (clock, "paint", G_CALLBACK (count_cb), &n_frames);
  sb_meters_show (SB_METERS (meters), &counters);
  sb_test_spin (300);
  g_signal_handlers_disconnect_by_data (clock, &n_frames);
  sb_test_backend_hold_all (fixture->backend, FALSE);
  g_assert_cmpuint (n_frames, ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  gconstpointer type;

  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();
  type = GSIZE_TO_POINTER (SB_TYPE_SANDBOX_VIEW);

#define ADD(name, func) \
  g_test_add ("/sandbox-access/" name, SbPageFixture, type, sb_page_fixture_set_up, func, sb_page_fixture_tear_down)
  ADD ("names", test_names);
  ADD ("keys", test_keys);
  ADD ("idle", test_idle);
  ADD ("same-figures", test_same_figures);

  return g_test_run ();
}
