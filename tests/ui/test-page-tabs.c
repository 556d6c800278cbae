/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-page-tabs.h"
#include "sb-shell.h"
#include "sb-test.h"

typedef struct
{
  /* borrowed */
  GtkWidget  *window;
  GtkStack   *stack;
  SbPageTabs *tabs;
} Fixture;

static const char * const TITLES[] = {
  "Files", "Changes", "Terminal", "Processes", "Resources", "Logs", "Ports", "Isolation",
};

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  fixture->stack = GTK_STACK (gtk_stack_new ());
  for (guint i = 0; i < G_N_ELEMENTS (TITLES); i++)
    {
      GtkStackPage *page = gtk_stack_add_titled (fixture->stack, gtk_label_new (NULL), TITLES[i], TITLES[i]);

      gtk_stack_page_set_icon_name (page, "folder-symbolic");
    }

  fixture->tabs = g_object_new (SB_TYPE_PAGE_TABS, "stack", fixture->stack, NULL);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (fixture->tabs));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (fixture->stack));
  fixture->window = gtk_window_new ();
  gtk_window_set_child (GTK_WINDOW (fixture->window), box);
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), GPOINTER_TO_INT (data), 200);
  gtk_window_present (GTK_WINDOW (fixture->window));
  sb_test_wait_until (gtk_widget_get_width (fixture->window) > 0);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
}

static GtkWidget *
get_tab (Fixture *fixture,
         guint    position)
{
  GtkWidget *tab = gtk_widget_get_first_child (gtk_widget_get_first_child (GTK_WIDGET (fixture->tabs)));

  while (position-- > 0)
    tab = gtk_widget_get_next_sibling (tab);

  return tab;
}

static gboolean
is_titled (GtkWidget *tab)
{
  return gtk_widget_get_visible (gtk_widget_get_last_child (gtk_button_get_child (GTK_BUTTON (tab))));
}

static guint
count_titled (Fixture *fixture)
{
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (TITLES); i++)
    n += is_titled (get_tab (fixture, i));

  return n;
}

/* Each of them in whole, and with a name for who does not see it. */
static gboolean
all_in_sight (Fixture *fixture)
{
  for (guint i = 0; i < G_N_ELEMENTS (TITLES); i++)
    {
      GtkWidget *tab = get_tab (fixture, i);
      graphene_rect_t bounds;

      gtk_test_accessible_assert_role (tab, GTK_ACCESSIBLE_ROLE_TAB);
      gtk_test_accessible_assert_property (tab, GTK_ACCESSIBLE_PROPERTY_LABEL, TITLES[i]);
      if (!gtk_widget_compute_bounds (tab, fixture->window, &bounds)
          || bounds.origin.x < 0 || bounds.origin.x + bounds.size.width > gtk_widget_get_width (fixture->window))
        return FALSE;
    }

  return TRUE;
}

static void
test_narrow (Fixture       *fixture,
             gconstpointer  data)
{
  sb_test_wait_until (count_titled (fixture) == 1);
  g_assert_true (is_titled (get_tab (fixture, 0)));
  sb_test_wait_until (all_in_sight (fixture));

  gtk_stack_set_visible_child_name (fixture->stack, "Resources");
  g_assert_cmpuint (count_titled (fixture), ==, 1);
  g_assert_true (is_titled (get_tab (fixture, 4)));
  sb_test_wait_until (all_in_sight (fixture));
}

static void
test_wide (Fixture       *fixture,
           gconstpointer  data)
{
  sb_test_wait_until (count_titled (fixture) == G_N_ELEMENTS (TITLES));
  sb_test_wait_until (all_in_sight (fixture));
}

static void
test_step (Fixture       *fixture,
           gconstpointer  data)
{
  GtkWidget *changes = gtk_stack_get_child_by_name (fixture->stack, "Changes");

  gtk_stack_page_set_visible (gtk_stack_get_page (fixture->stack, changes), FALSE);
  g_assert_false (gtk_widget_get_visible (get_tab (fixture, 1)));
  sb_page_tabs_step (fixture->tabs, 1);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (fixture->stack), ==, "Terminal");
  sb_page_tabs_step (fixture->tabs, -1);
  sb_page_tabs_step (fixture->tabs, -1);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (fixture->stack), ==, "Isolation");

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (get_tab (fixture, 3)), TRUE);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (fixture->stack), ==, "Processes");
  /* One of them is always on. */
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (get_tab (fixture, 3)), FALSE);
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (get_tab (fixture, 3))));
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();

  g_test_add ("/page-tabs/narrow", Fixture, GINT_TO_POINTER (360), set_up, test_narrow, tear_down);
  g_test_add ("/page-tabs/wide", Fixture, GINT_TO_POINTER (1200), set_up, test_wide, tear_down);
  g_test_add ("/page-tabs/step", Fixture, GINT_TO_POINTER (360), set_up, test_step, tear_down);

  return g_test_run ();
}
