/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-server-secrets.h"

#include <glib/gi18n.h>

#include "sb-text.h"
#include "sb-tool-servers.h"

#define MAX_SECRETS 32

struct _SbServerSecrets
{
  GtkWidget parent_instance;

  /* owned */
  SbToolsModel    *model;       /* nullable */
  SbGatewayServer *server;      /* nullable */
  GCancellable    *cancellable; /* of the rows' questions */

  /* template */
  GtkListBox *list;
};

/* One secret of the list; goes with its row, and then its questions to the keyring are cancelled. */
typedef struct
{
  /* owned */
  char *name;

  /* borrowed */
  SbServerSecrets *secrets;
  GtkWidget       *row;
  GtkLabel        *chip;
} Secret;

G_DEFINE_FINAL_TYPE (SbServerSecrets, sb_server_secrets, GTK_TYPE_WIDGET)

static void
secret_free (Secret *secret)
{
  g_free (secret->name);
  g_free (secret);
}

static void
show_stored (Secret   *secret,
             gboolean  stored)
{
  const char *classes[] = { "sb-chip", stored ? "success" : "warning", NULL };

  gtk_label_set_text (secret->chip, stored ? _("stored") : _("missing"));
  gtk_widget_set_css_classes (GTK_WIDGET (secret->chip), classes);
}

static void
tell (GtkWidget  *widget,
      const char *text)
{
  gtk_widget_activate_action (widget, "win.toast", "s", text);
}

static void
looked_up_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *value = sb_secrets_lookup_finish (SB_SECRETS (source), result, &error);

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_stored (user_data, value != NULL && *value != '\0');
}

static void
stored_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Secret *secret = user_data;
  g_autoptr(GError) error = NULL;
  gboolean stored = sb_secrets_store_finish (SB_SECRETS (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (!stored)
    {
      tell (secret->row, error->message);
      return;
    }

  gtk_editable_set_text (GTK_EDITABLE (secret->row), "");
  show_stored (secret, TRUE);
  /* What it may have waited for. */
  if (sb_gateway_server_get_state (secret->secrets->server) == SB_GATEWAY_SERVER_BLOCKED)
    sb_gateway_server_start (secret->secrets->server);
}

static void
apply_cb (Secret *secret)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (secret->row));
  g_autofree char *key = sb_tool_servers_dup_secret_name (secret->name);

  if (*text != '\0')
    sb_secrets_store_async (sb_tools_model_get_secrets (secret->secrets->model), key, text,
                            secret->secrets->cancellable, stored_cb, secret);
}

static void
add_row (SbServerSecrets *self,
         const char      *name)
{
  Secret *secret = g_new0 (Secret, 1);
  g_autofree char *key = sb_tool_servers_dup_secret_name (name);
  g_autofree char *title = sb_text_clean (name, -1, NULL);

  secret->secrets = self;
  secret->name = g_strdup (name);
  secret->row = adw_password_entry_row_new ();
  secret->chip = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_set_valign (GTK_WIDGET (secret->chip), GTK_ALIGN_CENTER);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (secret->row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (secret->row), title);
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (secret->row), TRUE);
  adw_entry_row_add_suffix (ADW_ENTRY_ROW (secret->row), GTK_WIDGET (secret->chip));
  g_object_set_data_full (G_OBJECT (secret->row), "sb-secret", secret, (GDestroyNotify) secret_free);
  g_signal_connect_swapped (secret->row, "apply", G_CALLBACK (apply_cb), secret);
  gtk_list_box_append (self->list, secret->row);
  sb_secrets_lookup_async (sb_tools_model_get_secrets (self->model), key, self->cancellable, looked_up_cb, secret);
}

static void
clear (SbServerSecrets *self)
{
  GtkWidget *child;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, child);
}

static void
sb_server_secrets_dispose (GObject *object)
{
  SbServerSecrets *self = SB_SERVER_SECRETS (object);

  if (self->list != NULL)
    clear (self);
  g_clear_pointer ((GtkWidget **) &self->list, gtk_widget_unparent);
  g_clear_object (&self->server);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (sb_server_secrets_parent_class)->dispose (object);
}

static void
sb_server_secrets_class_init (SbServerSecretsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_server_secrets_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
sb_server_secrets_init (SbServerSecrets *self)
{
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Secrets of the server"), -1);
  gtk_widget_set_parent (GTK_WIDGET (self->list), GTK_WIDGET (self));
}

void
sb_server_secrets_set_server (SbServerSecrets *self,
                              SbToolsModel    *model,
                              SbGatewayServer *server)
{
  GPtrArray *secrets = NULL;

  g_return_if_fail (SB_IS_SERVER_SECRETS (self));

  if (self->server == server)
    return;

  clear (self);
  g_set_object (&self->model, model);
  g_set_object (&self->server, server);
  self->cancellable = g_cancellable_new ();
  if (server != NULL)
    secrets = sb_catalog_server_get_fields (sb_gateway_server_get_entry (server))->secrets;
  for (guint i = 0; secrets != NULL && i < MIN (secrets->len, MAX_SECRETS); i++)
    add_row (self, ((SbCatalogPair *) g_ptr_array_index (secrets, i))->name);
  gtk_widget_set_visible (GTK_WIDGET (self), secrets != NULL && secrets->len > 0);
}
