/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <adwaita.h>

#include "sb-server-config.h"
#include "sb-server-dialog.h"
#include "sb-server-row.h"
#include "sb-servers-page.h"
#include "sb-shell.h"
#include "sb-test.h"
#include "sb-tools-fixture.h"

static GtkSingleSelection *
get_servers (SbToolsFixture *fixture)
{
  GtkWidget *list = sb_tools_fixture_find (fixture->page, GTK_TYPE_LIST_VIEW);

  return GTK_SINGLE_SELECTION (gtk_list_view_get_model (GTK_LIST_VIEW (list)));
}

/* The switch decides; a server without an engine says why it does not run; its title is text. */
static void
test_switch (SbToolsFixture *fixture,
             gconstpointer   data)
{
  GtkWidget *row = sb_tools_fixture_find (fixture->page, SB_TYPE_SERVER_ROW);
  GtkWidget *enabled = sb_tools_fixture_find (row, GTK_TYPE_SWITCH);

  sb_test_wait_until (sb_tools_fixture_shows (row, "Weather <b>bold</b>"));
  g_assert_true (sb_tools_fixture_shows (row, "off"));
  gtk_widget_activate (enabled);
  sb_test_wait_until (gtk_switch_get_active (GTK_SWITCH (enabled)));
  sb_tools_fixture_wait (fixture, "weather", SB_GATEWAY_SERVER_BLOCKED);
  g_assert_true (sb_tools_fixture_shows (row, "blocked"));
  g_assert_true (sb_tools_fixture_shows (row, "no engine answers"));
  g_assert_true (sb_catalog_state_get_enabled (fixture->parts.state, "weather"));

  sb_catalog_state_set_enabled (fixture->parts.state, "weather", FALSE);
  sb_tools_fixture_wait (fixture, "weather", SB_GATEWAY_SERVER_OFF);
  g_assert_false (gtk_switch_get_active (GTK_SWITCH (enabled)));
  g_assert_false (sb_tools_fixture_shows (row, "no engine answers"));
}

static void
test_restart (SbToolsFixture *fixture,
              gconstpointer   data)
{
  SbGatewayServer *server;
  SbMcpClient *client;

  sb_tools_model_switch_server (fixture->model, "own", TRUE);
  server = sb_tools_fixture_wait (fixture, "own", SB_GATEWAY_SERVER_READY);
  sb_test_wait_until (sb_tools_fixture_shows (fixture->page, "Built in · just started"));
  client = sb_gateway_server_get_client (server);
  g_object_ref (client);
  sb_tools_model_set_server (fixture->model, server);
  gtk_widget_activate_action (fixture->page, "servers.restart", NULL);
  sb_test_wait_until (sb_gateway_server_get_client (server) != NULL
                      && sb_gateway_server_get_client (server) != client);
  g_object_unref (client);
}

/* What is removed comes back with its place in the text, comments and all. */
static void
test_remove (SbToolsFixture *fixture,
             gconstpointer   data)
{
  g_autofree char *before = g_strdup (sb_tools_model_get_text (fixture->model));

  gtk_single_selection_set_selected (get_servers (fixture), 0);
  g_assert_cmpstr (sb_gateway_server_get_name (sb_tools_model_get_server (fixture->model)), ==, "weather");
  g_assert_true (sb_tools_fixture_shows (fixture->page, "It says what the sky does."));
  gtk_widget_activate_action (fixture->page, "servers.remove", NULL);
  g_assert_null (sb_gateway_lookup (fixture->gateway, "weather"));
  g_assert_null (strstr (fixture->saved, "weather"));
  g_assert_null (sb_tools_model_get_server (fixture->model));

  gtk_widget_activate_action (fixture->page, "servers.undo", NULL);
  g_assert_nonnull (sb_gateway_lookup (fixture->gateway, "weather"));
  g_assert_cmpstr (fixture->saved, ==, before);
}

static GtkWidget *
find_window (GType type)
{
  g_autoptr(GList) windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l != NULL; l = l->next)
    if (G_TYPE_CHECK_INSTANCE_TYPE (l->data, type))
      return l->data;

  return NULL;
}

/* What is written in the editor would bring it back. */
static void
test_unsaved (SbToolsFixture *fixture,
              gconstpointer   data)
{
  gtk_single_selection_set_selected (get_servers (fixture), 0);
  sb_tools_model_set_unsaved (fixture->model, TRUE);
  gtk_widget_activate_action (fixture->page, "servers.remove", NULL);
  g_assert_nonnull (sb_gateway_lookup (fixture->gateway, "weather"));
  gtk_window_close (GTK_WINDOW (find_window (ADW_TYPE_MESSAGE_DIALOG)));
  g_assert_nonnull (sb_gateway_lookup (fixture->gateway, "weather"));
  sb_test_wait_until (find_window (ADW_TYPE_MESSAGE_DIALOG) == NULL);

  gtk_widget_activate_action (fixture->page, "servers.remove", NULL);
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (find_window (ADW_TYPE_MESSAGE_DIALOG)), "remove");
  g_assert_null (sb_gateway_lookup (fixture->gateway, "weather"));
  gtk_window_destroy (GTK_WINDOW (find_window (ADW_TYPE_MESSAGE_DIALOG)));
}

/* Its values are set in a form, which shows them when somebody comes back. */
static void
test_config (SbToolsFixture *fixture,
             gconstpointer   data)
{
  static const char text[] =
    "registry:\n  files:\n    image: example/files:1\n    config:\n      - name: files\n        description: d\n"
    "        type: object\n        properties:\n          depth: {type: integer}\n";
  GtkWidget *config = NULL;
  GtkWidget *entry = NULL;
  JsonObject *values = NULL;

  g_assert_true (sb_tools_model_save (fixture->model, text, NULL));
  gtk_single_selection_set_selected (get_servers (fixture), 0);
  config = sb_tools_fixture_find (fixture->page, SB_TYPE_SERVER_CONFIG);
  g_assert_true (gtk_widget_get_visible (config));
  gtk_editable_set_text (GTK_EDITABLE (sb_tools_fixture_find (config, GTK_TYPE_ENTRY)), "deep");
  gtk_widget_activate_action (config, "config.apply", NULL);
  g_assert_null (sb_catalog_state_get_config (fixture->parts.state, "files"));
  gtk_editable_set_text (GTK_EDITABLE (sb_tools_fixture_find (config, GTK_TYPE_ENTRY)), "3");
  gtk_widget_activate_action (config, "config.apply", NULL);
  values = sb_catalog_state_get_config (fixture->parts.state, "files");
  g_assert_nonnull (values);
  g_assert_cmpint (json_object_get_int_member (values, "depth"), ==, 3);

  sb_tools_model_set_server (fixture->model, NULL);
  gtk_single_selection_set_selected (get_servers (fixture), 0);
  entry = sb_tools_fixture_find (config, GTK_TYPE_ENTRY);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "3");
}

/* A secret goes to the keyring, and nothing of it stays in the window. */
static void
test_secret (SbToolsFixture *fixture,
             gconstpointer   data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autofree char *stored = NULL;
  GtkWidget *row;

  gtk_single_selection_set_selected (get_servers (fixture), 0);
  row = sb_tools_fixture_find (fixture->page, ADW_TYPE_PASSWORD_ENTRY_ROW);
  sb_test_wait_until (sb_tools_fixture_shows (row, "missing"));
  gtk_editable_set_text (GTK_EDITABLE (row), "hunter2");
  g_signal_emit_by_name (row, "apply");
  sb_test_wait_until (sb_tools_fixture_shows (row, "stored"));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (row)), ==, "");

  sb_secrets_lookup_async (fixture->secrets, "mcp/weather.key", NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  stored = sb_secrets_lookup_finish (fixture->secrets, result, NULL);
  g_assert_cmpstr (stored, ==, "hunter2");
}

static void
fill_in (GtkWidget  *dialog,
         guint       kind,
         const char *name,
         const char *what)
{
  GtkWidget *combo = sb_tools_fixture_find (dialog, ADW_TYPE_COMBO_ROW);
  GtkWidget *first = sb_tools_fixture_find (dialog, ADW_TYPE_ENTRY_ROW);

  adw_combo_row_set_selected (ADW_COMBO_ROW (combo), kind);
  gtk_editable_set_text (GTK_EDITABLE (first), name);
  gtk_editable_set_text (GTK_EDITABLE (gtk_widget_get_next_sibling (first)), what);
}

static void
test_add (SbToolsFixture *fixture,
          gconstpointer   data)
{
  static const struct
  {
    guint        kind;
    const char  *what;
    SbServerKind expected;
  } cases[] = {
    { 0, "example/thing:2", SB_SERVER_KIND_IMAGE },
    { 1, "/nowhere/server --serve 'two words'", SB_SERVER_KIND_LOCAL },
    { 2, "https://localhost:1/mcp", SB_SERVER_KIND_REMOTE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_strdup_printf ("new-%u", i);
      GtkWidget *dialog = sb_server_dialog_new (fixture->model);
      SbGatewayServer *server;

      fill_in (dialog, cases[i].kind, "", cases[i].what);
      gtk_widget_activate_action (dialog, "dialog.add", NULL);
      g_assert_null (sb_gateway_lookup (fixture->gateway, name));
      fill_in (dialog, cases[i].kind, name, cases[i].what);
      gtk_widget_activate_action (dialog, "dialog.add", NULL);
      server = sb_gateway_lookup (fixture->gateway, name);
      g_assert_nonnull (server);
      g_assert_cmpint (sb_catalog_server_get_kind (sb_gateway_server_get_entry (server)), ==, cases[i].expected);
      g_assert_true (sb_tools_model_get_server (fixture->model) == server);
      g_assert_true (sb_catalog_state_get_enabled (fixture->parts.state, name));
    }
}

static void
test_settings (SbToolsFixture *fixture,
               gconstpointer   data)
{
  static const char settings[] = "{\"mcpServers\": {\"notes\": {\"url\": \"https://localhost:1/mcp\"}}}";
  GtkWidget *dialog = sb_server_dialog_new (fixture->model);
  GtkWidget *text;

  adw_combo_row_set_selected (ADW_COMBO_ROW (sb_tools_fixture_find (dialog, ADW_TYPE_COMBO_ROW)), 3);
  text = sb_tools_fixture_find (dialog, GTK_TYPE_TEXT_VIEW);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (text)), "{\"mcpServers\": [}", -1);
  gtk_widget_activate_action (dialog, "dialog.add", NULL);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (text)), settings, -1);
  gtk_widget_activate_action (dialog, "dialog.add", NULL);
  g_assert_nonnull (sb_gateway_lookup (fixture->gateway, "notes"));
  g_assert_nonnull (strstr (fixture->saved, "https://localhost:1/mcp"));
}

static void
test_empty (SbToolsFixture *fixture,
            gconstpointer   data)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (sb_tools_model_save (fixture->model, "name: mine\nregistry: {}\n", &error));
  g_assert_no_error (error);
  sb_test_wait_until (sb_tools_fixture_shows (fixture->page, "No Servers Yet"));
}

int
main (int   argc,
      char *argv[])
{
  gconstpointer type;

  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();
  type = GSIZE_TO_POINTER (SB_TYPE_SERVERS_PAGE);

#define ADD(name, func) \
  g_test_add ("/servers-page/" name, SbToolsFixture, type, sb_tools_fixture_set_up, func, sb_tools_fixture_tear_down)
  ADD ("switch", test_switch);
  ADD ("restart", test_restart);
  ADD ("remove", test_remove);
  ADD ("unsaved", test_unsaved);
  ADD ("config", test_config);
  ADD ("secret", test_secret);
  ADD ("add", test_add);
  ADD ("settings", test_settings);
  ADD ("empty", test_empty);

  return g_test_run ();
}
