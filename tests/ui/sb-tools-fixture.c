/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tools-fixture.h"

#include <string.h>

#include "sb-test.h"

static const char catalog[] =
  "name: mine\n"
  "registry:\n"
  "  weather:\n"
  "    title: Weather <b>bold</b>\n"
  "    description: It says what the sky does.\n"
  "    image: example/weather:1\n"
  "    secrets:\n"
  "      - name: weather.key\n"
  "        env: WEATHER_KEY\n"
  "  own:\n"
  "    title: Sandbox\n"
  "    image: sandbar/sandbox-server:latest\n";

static void
secrets_cb (SbSecretRequest *request,
            gpointer         user_data)
{
  g_autoptr(GHashTable) none = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (none, (char *) "weather.key", (char *) "stored-somewhere");
  sb_secret_request_answer (request, none);
}

static char *
load (gpointer user_data)
{
  SbToolsFixture *self = user_data;

  return g_strdup (self->saved != NULL ? self->saved : catalog);
}

static gboolean
save (const char  *text,
      gpointer     user_data,
      GError     **error)
{
  SbToolsFixture *self = user_data;
  g_autoptr(GPtrArray) catalogs = g_ptr_array_new_with_free_func (g_object_unref);
  SbCatalog *parsed = sb_catalog_new_from_data (text, -1, error);
  g_autofree char *copy = g_strdup (text);

  if (parsed == NULL)
    return FALSE;

  g_free (self->saved);
  self->saved = g_steal_pointer (&copy);
  g_ptr_array_add (catalogs, parsed);
  sb_gateway_set_catalogs (self->gateway, catalogs);

  return TRUE;
}

static void
make_gateway (SbToolsFixture *self)
{
  g_autofree char *folder = sb_test_make_dir ();
  g_autofree char *path = g_build_filename (folder, "state.json", NULL);
  g_autofree char *choice_path = g_build_filename (folder, "gateway.json", NULL);
  g_autoptr(GListStore) backends = g_list_store_new (SB_TYPE_SANDBOX_BACKEND);
  g_autoptr(GError) error = NULL;

  self->parts.state = sb_catalog_state_new (path, &error);
  g_assert_no_error (error);
  self->parts.redactor = sb_redactor_new ();
  self->parts.approvals = sb_approvals_new ();
  self->parts.host = sb_mcp_host_new ();
  self->parts.sandboxes = sb_sandbox_manager_new (G_LIST_MODEL (backends));
  self->parts.secrets = secrets_cb;
  self->parts.secrets_data = self;
  self->gateway = sb_gateway_new (&self->parts);
  self->secrets = sb_secrets_new ();
  self->choice = sb_gateway_choice_new (self->gateway, self->parts.sandboxes, self->parts.approvals, self->secrets,
                                        choice_path);
}

void
sb_tools_fixture_set_up (SbToolsFixture *self,
                         gconstpointer   data)
{
  SbToolsParts parts;

  make_gateway (self);
  parts = (SbToolsParts) {
    .gateway = self->gateway,
    .state = self->parts.state,
    .secrets = self->secrets,
    .choice = self->choice,
    .path = "catalog.yaml",
    .load = load,
    .save = save,
    .user_data = self,
  };
  self->model = sb_tools_model_new (&parts);
  g_assert_true (save (catalog, self, NULL));
  sb_gateway_start (self->gateway);

  self->page = g_object_new (GPOINTER_TO_SIZE (data), "model", self->model, NULL);
  self->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (self->window), 600, 640);
  gtk_window_set_child (GTK_WINDOW (self->window), self->page);
  gtk_window_present (GTK_WINDOW (self->window));
  sb_test_wait_until (gtk_widget_get_mapped (self->page) && gtk_window_is_active (GTK_WINDOW (self->window)));
}

void
sb_tools_fixture_tear_down (SbToolsFixture *self,
                            gconstpointer   data)
{
  g_autoptr(GAsyncResult) result = NULL;

  g_object_add_weak_pointer (G_OBJECT (self->page), (gpointer *) &self->page);
  gtk_window_destroy (GTK_WINDOW (self->window));
  sb_gateway_stop_async (self->gateway, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  sb_test_wait_until (self->page == NULL);
  g_assert_finalize_object (self->model);
  g_clear_object (&self->choice);
  g_clear_object (&self->gateway);
  g_clear_object (&self->secrets);
  g_clear_object (&self->parts.state);
  g_clear_object (&self->parts.redactor);
  g_clear_object (&self->parts.approvals);
  g_clear_object (&self->parts.host);
  g_clear_object (&self->parts.sandboxes);
  g_clear_pointer (&self->saved, g_free);
}

SbGatewayServer *
sb_tools_fixture_wait (SbToolsFixture       *self,
                       const char           *name,
                       SbGatewayServerState  state)
{
  SbGatewayServer *server = sb_gateway_lookup (self->gateway, name);

  g_assert_nonnull (server);
  sb_test_wait_until (sb_gateway_server_get_state (server) == state);

  return server;
}

GtkWidget *
sb_tools_fixture_find (GtkWidget *widget,
                       GType      type)
{
  GtkWidget *found = G_TYPE_CHECK_INSTANCE_TYPE (widget, type) ? widget : NULL;
  GtkWidget *child;

  for (child = gtk_widget_get_first_child (widget); found == NULL && child != NULL;
       child = gtk_widget_get_next_sibling (child))
    found = sb_tools_fixture_find (child, type);

  return found;
}

gboolean
sb_tools_fixture_shows (GtkWidget  *widget,
                        const char *text)
{
  GtkWidget *child;
  gboolean found = GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget)
                   && strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL;

  for (child = gtk_widget_get_first_child (widget); !found && child != NULL;
       child = gtk_widget_get_next_sibling (child))
    found = sb_tools_fixture_shows (child, text);

  return found;
}
