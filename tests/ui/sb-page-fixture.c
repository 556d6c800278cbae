/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-page-fixture.h"

void
sb_page_fixture_set_up (SbPageFixture *self,
                        gconstpointer  data)
{
  g_autoptr(GListStore) backends = g_list_store_new (SB_TYPE_SANDBOX_BACKEND);
  g_autoptr(GAsyncResult) probe = NULL;
  g_autoptr(GAsyncResult) create = NULL;
  g_autoptr(GError) error = NULL;

  self->backend = sb_test_backend_new ("helper");
  g_list_store_append (backends, self->backend);
  self->manager = sb_sandbox_manager_new (G_LIST_MODEL (backends));
  sb_sandbox_manager_probe_async (self->manager, NULL, sb_test_keep_result, &probe);
  sb_test_wait_until (probe != NULL);
  g_assert_true (sb_sandbox_manager_probe_finish (self->manager, probe, NULL));
  sb_sandbox_manager_create_async (self->manager, NULL, NULL, NULL, NULL, sb_test_keep_result, &create);
  sb_test_wait_until (create != NULL);
  self->sandbox = sb_sandbox_manager_create_finish (self->manager, create, &error);
  g_assert_no_error (error);

  self->page = g_object_new (GPOINTER_TO_SIZE (data), NULL);
  self->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (self->window), 600, 500);
  gtk_window_set_child (GTK_WINDOW (self->window), self->page);
  gtk_window_present (GTK_WINDOW (self->window));
  sb_test_wait_until (gtk_widget_get_mapped (self->page) && gtk_window_is_active (GTK_WINDOW (self->window)));
}

void
sb_page_fixture_tear_down (SbPageFixture *self,
                           gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;

  g_clear_object (&self->sandbox);
  g_object_add_weak_pointer (G_OBJECT (self->page), (gpointer *) &self->page);
  gtk_window_destroy (GTK_WINDOW (self->window));
  sb_sandbox_manager_shutdown_async (self->manager, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL && self->page == NULL);
  g_clear_object (&self->manager);
  g_clear_object (&self->backend);
}

void
sb_page_fixture_show (SbPageFixture *self)
{
  g_object_set (self->page, "sandbox", self->sandbox, NULL);
}

void
sb_page_fixture_stop (SbPageFixture *self)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_sandbox_manager_stop_async (self->manager, self->sandbox, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  sb_sandbox_manager_stop_finish (self->manager, result, &error);
  g_assert_no_error (error);
}

GtkWidget *
sb_page_fixture_find (GtkWidget *widget,
                      GType      type)
{
  GtkWidget *found = G_TYPE_CHECK_INSTANCE_TYPE (widget, type) ? widget : NULL;
  GtkWidget *child;

  for (child = gtk_widget_get_first_child (widget); found == NULL && child != NULL;
       child = gtk_widget_get_next_sibling (child))
    found = sb_page_fixture_find (child, type);

  return found;
}

gboolean
sb_page_fixture_shows (GtkWidget  *widget,
                       const char *text)
{
  GtkWidget *child;
  gboolean found = GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget)
                   && g_str_has_prefix (gtk_label_get_text (GTK_LABEL (widget)), text);

  for (child = gtk_widget_get_first_child (widget); !found && child != NULL;
       child = gtk_widget_get_next_sibling (child))
    found = sb_page_fixture_shows (child, text);

  return found;
}

static void
run_xdotool (const char *verb,
             const char *what)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "xdotool", verb, "--delay", "1",
                                                     what, NULL);
  g_autoptr(GAsyncResult) result = NULL;

  g_assert_no_error (error);
  g_subprocess_wait_check_async (process, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_subprocess_wait_check_finish (process, result, &error);
  g_assert_no_error (error);
}

void
sb_page_fixture_press (const char *keys)
{
  run_xdotool ("key", keys);
}

void
sb_page_fixture_type (const char *text)
{
  run_xdotool ("type", text);
}
