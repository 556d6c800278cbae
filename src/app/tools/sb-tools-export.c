/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tools-export.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "sb-catalog-export.h"
#include "sb-compose-export.h"
#include "sb-id.h"
#include "sb-tool-servers.h"

#define CATALOG_FILE "catalog.yaml"

/* One export, from the question where to until the files are there. */
typedef struct
{
  /* owned */
  GtkWidget    *widget;
  SbToolsModel *model;
  GFile        *folder;  /* nullable until it was chosen */
  GPtrArray    *wanted;  /* of char*: names of secrets that are looked up yet */
  GHashTable   *secrets; /* nullable: name → secret, when they are to be in it */
} Export;

static Export *
export_new (GtkWidget    *widget,
            SbToolsModel *model)
{
  Export *self = g_new0 (Export, 1);

  self->widget = g_object_ref (widget);
  self->model = g_object_ref (model);
  self->wanted = g_ptr_array_new_with_free_func (g_free);

  return self;
}

static void
export_free (Export *self)
{
  g_object_unref (self->widget);
  g_object_unref (self->model);
  g_clear_object (&self->folder);
  g_ptr_array_unref (self->wanted);
  g_clear_pointer (&self->secrets, g_hash_table_unref);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Export, export_free)

static void
tell (GtkWidget  *widget,
      const char *text)
{
  gtk_widget_activate_action (widget, "win.toast", "s", text);
}

static GtkWindow *
get_window (GtkWidget *widget)
{
  GtkRoot *root = gtk_widget_get_root (widget);

  return GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
}

static gboolean
write_file (Export      *self,
            const char  *name,
            const char  *text,
            int          mode,
            GError     **error)
{
  g_autoptr(GFile) file = g_file_get_child (self->folder, name);
  const char *path = g_file_peek_path (file);

  if (path == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _("Choose a folder of this machine."));
      return FALSE;
    }

  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, mode, error);
}

static GStrv
dup_enabled (SbToolsModel *model,
             SbCatalog    *catalog)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (catalog)); i++)
    {
      g_autoptr(SbCatalogServer) server = g_list_model_get_item (G_LIST_MODEL (catalog), i);
      const char *name = sb_catalog_server_get_name (server);

      if (sb_catalog_state_get_enabled (sb_tools_model_get_state (model), name))
        g_strv_builder_add (builder, name);
    }

  return g_strv_builder_end (builder);
}

static gboolean
write_all (Export     *self,
           SbCatalog  *catalog,
           GError    **error)
{
  SbGatewayChoice *choice = sb_tools_model_get_choice (self->model);
  g_auto(GStrv) servers = dup_enabled (self->model, catalog);
  const SbComposeInput input = {
    .gateway_image = choice != NULL ? sb_gateway_choice_get_image (choice) : SB_OFFICIAL_IMAGE,
    .catalog_file = "./" CATALOG_FILE,
    .servers = (const char * const *) servers,
    .model = SB_COMPOSE_MODEL,
    .context_size = SB_COMPOSE_CONTEXT_SIZE,
    .port = SB_COMPOSE_PORT,
  };
  g_autofree char *token = self->secrets != NULL ? sb_id_new ("sandbar") : NULL;
  g_autofree char *compose = sb_compose_export (&input);
  g_autofree char *env = sb_compose_export_env (&input, catalog, self->secrets, token);

  return write_file (self, "docker-compose.yml", compose, 0644, error)
         && write_file (self, CATALOG_FILE, sb_catalog_get_text (catalog), 0644, error)
         && write_file (self, ".env", env, 0600, error);
}

/* Takes @self. */
static void
finish (Export *self)
{
  g_autoptr(Export) owned = self;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = sb_catalog_new_from_data (sb_tools_model_get_text (self->model), -1, &error);
  g_autofree char *folder = g_file_get_parse_name (self->folder);
  g_autofree char *text = g_strdup_printf (_("Written to %s: docker-compose.yml, catalog.yaml and .env"), folder);

  if (catalog == NULL || !write_all (self, catalog, &error))
    tell (self->widget, error->message);
  else
    tell (self->widget, text);
}

static void look_up_next (Export *self);

static void
looked_up_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  Export *self = user_data;
  char *secret = sb_secrets_lookup_finish (SB_SECRETS (source), result, NULL);
  char *name = g_ptr_array_steal_index_fast (self->wanted, 0);

  /* One that is not stored stays a name to fill in. */
  if (secret != NULL)
    g_hash_table_insert (self->secrets, name, secret);
  else
    g_free (name);
  look_up_next (self);
}

static void
look_up_next (Export *self)
{
  g_autofree char *key = NULL;

  if (self->wanted->len == 0)
    {
      finish (self);
      return;
    }

  key = sb_tool_servers_dup_secret_name (g_ptr_array_index (self->wanted, 0));
  sb_secrets_lookup_async (sb_tools_model_get_secrets (self->model), key, NULL, looked_up_cb, self);
}

static void
want_secrets (Export *self)
{
  g_autoptr(SbCatalog) catalog = sb_catalog_new_from_data (sb_tools_model_get_text (self->model), -1, NULL);

  self->secrets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; catalog != NULL && i < g_list_model_get_n_items (G_LIST_MODEL (catalog)); i++)
    {
      g_autoptr(SbCatalogServer) server = g_list_model_get_item (G_LIST_MODEL (catalog), i);
      GPtrArray *secrets = sb_catalog_server_get_fields (server)->secrets;

      for (guint j = 0; j < secrets->len; j++)
        g_ptr_array_add (self->wanted, g_strdup (((SbCatalogPair *) g_ptr_array_index (secrets, j))->name));
    }
}

static void
answered_cb (AdwMessageDialog *dialog,
             const char       *response,
             gpointer          user_data)
{
  Export *self = user_data;

  if (g_str_equal (response, "cancel"))
    {
      export_free (self);
      return;
    }
  if (g_str_equal (response, "secrets"))
    want_secrets (self);
  look_up_next (self);
}

static gboolean
is_there (Export     *self,
          const char *name)
{
  g_autoptr(GFile) file = g_file_get_child (self->folder, name);

  return g_file_query_exists (file, NULL);
}

static void
ask (Export *self)
{
  gboolean replaces = is_there (self, "docker-compose.yml") || is_there (self, CATALOG_FILE)
                      || is_there (self, ".env");
  GtkWidget *widget = adw_message_dialog_new (get_window (self->widget), _("Put Secrets into .env?"), NULL);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (widget);

  adw_message_dialog_format_body (dialog, "%s%s",
                                  _("docker compose reads the servers’ secrets from a file in clear text, for "
                                    "everybody who can read it. With names only you fill them in yourself."),
                                  replaces ? _("\n\nFiles of these names are in the folder and will be replaced.")
                                           : "");
  adw_message_dialog_add_responses (dialog, "cancel", _("_Cancel"), "names", _("_Names Only"), "secrets",
                                    _("_With Secrets"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "names", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_response_appearance (dialog, "secrets", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (dialog, "names");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect (dialog, "response", G_CALLBACK (answered_cb), self);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
folder_cb (GtkNativeDialog *chooser,
           int              response,
           gpointer         user_data)
{
  Export *self = user_data;
  g_autoptr(GtkNativeDialog) owned = chooser;

  if (response != GTK_RESPONSE_ACCEPT)
    {
      export_free (self);
      return;
    }

  self->folder = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  ask (self);
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GtkWidget) widget = user_data;
  g_autoptr(GError) error = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    tell (widget, _("The servers are exported; their secrets are names to fill in"));
  else
    tell (widget, error->message);
}

static void
file_cb (GtkNativeDialog *chooser,
         int              response,
         gpointer         user_data)
{
  g_autoptr(Export) self = user_data;
  g_autoptr(GtkNativeDialog) owned = chooser;
  g_autoptr(SbCatalog) catalog = NULL;
  g_autoptr(GFile) file = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GError) error = NULL;
  char *json;

  if (response != GTK_RESPONSE_ACCEPT)
    return;

  catalog = sb_catalog_new_from_data (sb_tools_model_get_text (self->model), -1, &error);
  if (catalog == NULL)
    {
      tell (self->widget, error->message);
      return;
    }

  file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  json = sb_catalog_export_json (catalog, SB_EXPORT_MCP_SERVERS);
  bytes = g_bytes_new_take (json, strlen (json));
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL, written_cb,
                                       g_object_ref (self->widget));
}

void
sb_tools_export_compose (GtkWidget    *widget,
                         SbToolsModel *model)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (_("Export for Docker Compose"), get_window (widget),
                                                               GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _("_Export"),
                                                               NULL);

  g_signal_connect (chooser, "response", G_CALLBACK (folder_cb), export_new (widget, model));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

void
sb_tools_export_json (GtkWidget    *widget,
                      SbToolsModel *model)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (_("Export mcpServers"), get_window (widget),
                                                               GTK_FILE_CHOOSER_ACTION_SAVE, _("_Export"), NULL);

  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), "mcp.json");
  g_signal_connect (chooser, "response", G_CALLBACK (file_cb), export_new (widget, model));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}
