/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-engine-discovery.h"
#include "sb-engine-row.h"
#include "sb-engines-group.h"
#include "sb-fake-engine.h"
#include "sb-page-fixture.h"
#include "sb-profile-row.h"
#include "sb-profiles-group.h"
#include "sb-sandbox-settings.h"
#include "sb-shell.h"

#define FAILED "HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\n\r\n{\"message\":\"out of order\"}"

/* The groups of the preferences in a window of their own, and an engine that answers badly. */
typedef struct
{
  SbFakeEngine *engine;
  SbWorkspace  *workspace;
  GtkWidget    *window;
  GtkWidget    *engines;
  GtkWidget    *profiles;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autofree char *agents = g_build_filename (g_getenv ("SB_TEST_SOURCE_ROOT"), "catalog", "agents.yaml", NULL);
  SbWorkspaceOptions options = { .agents_file = agents, .ephemeral = TRUE };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autoptr(GError) error = NULL;

  fixture->engine = sb_fake_engine_new ();
  sb_fake_engine_set_answer (fixture->engine, FAILED, -1, 0, TRUE);
  g_setenv ("DOCKER_HOST", sb_fake_engine_get_host (fixture->engine), TRUE);
  g_unsetenv (SB_ENGINES_VARIABLE);
  fixture->workspace = sb_workspace_new (&options, &error);
  g_assert_no_error (error);
  fixture->engines = g_object_new (SB_TYPE_ENGINES_GROUP, NULL);
  fixture->profiles = g_object_new (SB_TYPE_PROFILES_GROUP, NULL);
  sb_engines_group_set_workspace (SB_ENGINES_GROUP (fixture->engines), fixture->workspace);
  sb_profiles_group_set_workspace (SB_PROFILES_GROUP (fixture->profiles), fixture->workspace);
  gtk_box_append (GTK_BOX (box), fixture->engines);
  gtk_box_append (GTK_BOX (box), fixture->profiles);
  fixture->window = gtk_window_new ();
  gtk_window_set_child (GTK_WINDOW (fixture->window), box);
  gtk_window_present (GTK_WINDOW (fixture->window));
  sb_test_wait_until (gtk_widget_get_mapped (fixture->profiles));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;

  gtk_window_destroy (GTK_WINDOW (fixture->window));
  sb_workspace_shutdown_async (fixture->workspace, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_clear_object (&result);
  g_object_unref (fixture->workspace);
  sb_fake_engine_free (fixture->engine);
}

static GPtrArray *
get_profiles (Fixture *fixture)
{
  return sb_sandbox_manager_get_profiles (sb_workspace_get_sandboxes (fixture->workspace));
}

static GtkWidget *
find_row (GtkWidget  *group,
          GType       type,
          const char *title)
{
  GtkWidget *first = sb_page_fixture_find (group, type);

  for (GtkWidget *row = first; row != NULL; row = gtk_widget_get_next_sibling (row))
    if (g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), title))
      return row;

  return NULL;
}

static char *
dup_setting (Fixture    *fixture,
             const char *key)
{
  return sb_store_get_setting (sb_workspace_get_store (fixture->workspace), key);
}

static void
test_engines (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr(GPtrArray) choices = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_engine_choice_free);
  g_autoptr(GError) error = NULL;
  g_autofree char *setting = NULL;
  GtkWidget *row = find_row (fixture->engines, SB_TYPE_ENGINE_ROW, "Found by itself");

  g_assert_nonnull (row);
  gtk_widget_activate_action (row, "engine.test", NULL);
  sb_test_wait_until (strstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), "out of order") != NULL);

  g_ptr_array_add (choices, sb_engine_choice_new ("a b", "nowhere://x", TRUE));
  g_assert_false (sb_sandbox_settings_set_engines (fixture->workspace, choices, &error));
  g_assert_nonnull (strstr (error->message, "nowhere://x"));
  g_ptr_array_set_size (choices, 0);
  g_ptr_array_add (choices, sb_engine_choice_new ("lab", "unix:///nowhere.sock", TRUE));
  g_ptr_array_add (choices, sb_engine_choice_new ("lab", "local", TRUE));
  g_assert_false (sb_sandbox_settings_set_engines (fixture->workspace, choices, NULL));
  g_ptr_array_remove_index (choices, 1);
  g_assert_true (sb_sandbox_settings_set_engines (fixture->workspace, choices, NULL));
  sb_test_wait_until (find_row (fixture->engines, SB_TYPE_ENGINE_ROW, "lab") != NULL);
  g_assert_null (find_row (fixture->engines, SB_TYPE_ENGINE_ROW, "Found by itself"));

  /* Off, and away: then what can be found is found again. */
  row = find_row (fixture->engines, SB_TYPE_ENGINE_ROW, "lab");
  gtk_switch_set_active (GTK_SWITCH (sb_page_fixture_find (row, GTK_TYPE_SWITCH)), FALSE);
  setting = dup_setting (fixture, SB_ENGINES_SETTING);
  g_assert_cmpstr (setting, ==, "#lab=unix:///nowhere.sock\n");
  sb_test_wait_until (find_row (fixture->engines, SB_TYPE_ENGINE_ROW, "lab") != row);
  row = find_row (fixture->engines, SB_TYPE_ENGINE_ROW, "lab");
  g_assert_nonnull (strstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), "Turned off"));
  gtk_widget_activate_action (row, "engine.remove", NULL);
  sb_test_wait_until (find_row (fixture->engines, SB_TYPE_ENGINE_ROW, "Found by itself") != NULL);
}

static void
write_text (GtkWidget  *row,
            const char *title,
            const char *text)
{
  GtkWidget *entry = find_row (row, ADW_TYPE_ENTRY_ROW, title);

  g_assert_nonnull (entry);
  gtk_editable_set_text (GTK_EDITABLE (entry), text);
}

static void
test_profiles (Fixture       *fixture,
               gconstpointer  data)
{
  GtkWidget *row = find_row (fixture->profiles, SB_TYPE_PROFILE_ROW, "node (default)");
  g_autofree char *setting = NULL;

  g_assert_nonnull (row);
  gtk_widget_activate_action (row, "profile.duplicate", NULL);
  sb_test_wait_until (find_row (fixture->profiles, SB_TYPE_PROFILE_ROW, "node-2") != NULL);
  row = find_row (fixture->profiles, SB_TYPE_PROFILE_ROW, "node-2");

  write_text (row, "Name", "No Such <Name>");
  gtk_widget_activate_action (row, "profile.apply", NULL);
  g_assert_true (sb_page_fixture_shows (row, "The sandbox profile “No Such <Name>” cannot be used"));
  g_assert_nonnull (sb_sandbox_profiles_find (get_profiles (fixture), "node-2"));

  write_text (row, "Name", "python");
  write_text (row, "Environment: NAME=value, with semicolons between them", " A=1 ;; B=2;");
  gtk_widget_activate_action (row, "profile.apply", NULL);
  sb_test_wait_until (find_row (fixture->profiles, SB_TYPE_PROFILE_ROW, "python") != NULL);
  g_assert_null (sb_sandbox_profiles_find (get_profiles (fixture), "node-2"));
  g_assert_cmpstr (sb_sandbox_profiles_find (get_profiles (fixture), "python")->spec->env[1], ==, "B=2");

  gtk_widget_activate_action (find_row (fixture->profiles, SB_TYPE_PROFILE_ROW, "python"), "profile.default", NULL);
  sb_test_wait_until (find_row (fixture->profiles, SB_TYPE_PROFILE_ROW, "python (default)") != NULL);
  g_assert_cmpstr (sb_sandbox_profiles_find (get_profiles (fixture), NULL)->name, ==, "python");
  gtk_widget_activate_action (find_row (fixture->profiles, SB_TYPE_PROFILE_ROW, "node"), "profile.remove", NULL);
  sb_test_wait_until (find_row (fixture->profiles, SB_TYPE_PROFILE_ROW, "node") == NULL);
  setting = dup_setting (fixture, SB_SANDBOX_PROFILES_SETTING);
  g_assert_nonnull (strstr (setting, "\"python\""));
  g_assert_null (strstr (setting, "\"node\""));
}

#define ADD(name, func) g_test_add ("/sandbox-settings/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();
  ADD ("engines", test_engines);
  ADD ("profiles", test_profiles);

  return g_test_run ();
}
