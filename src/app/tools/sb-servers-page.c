/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-servers-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "sb-server-config.h"
#include "sb-server-dialog.h"
#include "sb-server-row.h"
#include "sb-server-secrets.h"
#include "sb-text.h"

#define AGE_INTERVAL_S 20
#define MAX_DESCRIPTION 2000

struct _SbServersPage
{
  GtkWidget parent_instance;

  /* owned */
  SbToolsModel *model; /* nullable */
  GPtrArray    *rows;  /* of SbServerRow, borrowed: those that show a server */
  guint         age_id;

  /* template */
  SbServerConfig     *config;
  GtkLabel           *description;
  GtkWidget          *detail;
  SbServerSecrets    *secrets;
  GtkSingleSelection *selection;
  GtkWidget          *sign_in;
  GtkWidget          *sign_out;
  GtkStack           *states;
  AdwToastOverlay    *toasts;

  gboolean syncing;
};

enum
{
  PROP_0,
  PROP_MODEL,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbServersPage, sb_servers_page, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static SbGatewayServer *
get_selected (SbServersPage *self)
{
  return self->model != NULL ? sb_tools_model_get_server (self->model) : NULL;
}

static void
tell (SbServersPage *self,
      const char    *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);

  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (markup));
}

static void
show_detail (SbServersPage   *self,
             SbGatewayServer *server)
{
  const char *text = server != NULL ? sb_catalog_server_get_fields (sb_gateway_server_get_entry (server))->description
                                    : NULL;
  g_autofree char *clean = text != NULL ? sb_text_clean (text, MIN (strlen (text), MAX_DESCRIPTION), NULL) : NULL;

  gtk_label_set_text (self->description, clean != NULL ? clean : "");
  gtk_widget_set_visible (GTK_WIDGET (self->description), clean != NULL && *clean != '\0');
  sb_server_secrets_set_server (self->secrets, self->model, server);
  sb_server_config_set_server (self->config, self->model, server);
  gtk_widget_set_visible (self->detail, server != NULL
                                        && (gtk_widget_get_visible (GTK_WIDGET (self->description))
                                            || gtk_widget_get_visible (GTK_WIDGET (self->secrets))
                                            || gtk_widget_get_visible (GTK_WIDGET (self->config))));
}

static void
update (SbServersPage *self)
{
  SbGatewayServer *server = get_selected (self);
  const char *name = server != NULL ? sb_gateway_server_get_name (server) : NULL;
  SbGatewayServerState state = server != NULL ? sb_gateway_server_get_state (server) : SB_GATEWAY_SERVER_OFF;
  gboolean needs_sign_in = server != NULL && sb_gateway_server_get_needs_sign_in (server);
  gboolean own_entry = server != NULL && sb_tools_model_has_entry (self->model, name);
  GtkWidget *widget = GTK_WIDGET (self);
  guint n = self->model != NULL ? g_list_model_get_n_items (G_LIST_MODEL (sb_tools_model_get_gateway (self->model)))
                                : 0;

  gtk_stack_set_visible_child_name (self->states, n > 0 ? "servers" : "empty");
  gtk_widget_action_set_enabled (widget, "servers.add", self->model != NULL);
  gtk_widget_action_set_enabled (widget, "servers.restart",
                                 state != SB_GATEWAY_SERVER_OFF && state != SB_GATEWAY_SERVER_STOPPING);
  gtk_widget_action_set_enabled (widget, "servers.log", server != NULL);
  gtk_widget_action_set_enabled (widget, "servers.sign-in", needs_sign_in && state != SB_GATEWAY_SERVER_STARTING);
  gtk_widget_set_visible (self->sign_in, needs_sign_in);
  gtk_widget_set_visible (self->sign_out, server != NULL && sb_gateway_server_get_signed_in (server));
  gtk_widget_action_set_enabled (widget, "servers.edit", own_entry);
  gtk_widget_action_set_enabled (widget, "servers.remove", own_entry);
}

static void
show_selected (SbServersPage *self)
{
  SbGatewayServer *server = get_selected (self);
  GListModel *servers = G_LIST_MODEL (sb_tools_model_get_gateway (self->model));
  guint position = GTK_INVALID_LIST_POSITION;

  for (guint i = 0; server != NULL && i < g_list_model_get_n_items (servers); i++)
    {
      g_autoptr(SbGatewayServer) item = g_list_model_get_item (servers, i);

      if (item == server)
        position = i;
    }

  self->syncing = TRUE;
  gtk_single_selection_set_selected (self->selection, position);
  self->syncing = FALSE;
  show_detail (self, server);
  update (self);
}

static void
selected_cb (SbServersPage *self)
{
  if (!self->syncing && self->model != NULL)
    sb_tools_model_set_server (self->model, gtk_single_selection_get_selected_item (self->selection));
}

static gboolean
age_cb (gpointer user_data)
{
  SbServersPage *self = user_data;

  for (guint i = 0; i < self->rows->len; i++)
    sb_server_row_update (g_ptr_array_index (self->rows, i));

  return G_SOURCE_CONTINUE;
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  sb_gateway_server_stop_finish (SB_GATEWAY_SERVER (source), result, NULL);
}

/* What is switched on is started again by the gateway as soon as it is off. */
static void
restart_cb (GtkWidget  *widget,
            const char *action_name,
            GVariant   *parameter)
{
  SbGatewayServer *server = get_selected (SB_SERVERS_PAGE (widget));

  if (server != NULL)
    sb_gateway_server_stop_async (server, stopped_cb, NULL);
}

static void
sign_in_cb (GtkWidget  *widget,
            const char *action_name,
            GVariant   *parameter)
{
  SbGatewayServer *server = get_selected (SB_SERVERS_PAGE (widget));

  if (server != NULL)
    sb_gateway_server_sign_in (server);
}

static void
sign_out_cb (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  SbGatewayServer *server = get_selected (SB_SERVERS_PAGE (widget));

  if (server == NULL)
    return;

  sb_gateway_server_sign_out (server);
  restart_cb (widget, action_name, parameter);
}

static void
log_cb (GtkWidget  *widget,
        const char *action_name,
        GVariant   *parameter)
{
  gtk_widget_activate_action (widget, "tools.page", "s", "log");
}

static void
edit_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbServersPage *self = SB_SERVERS_PAGE (widget);

  gtk_widget_activate_action (widget, "tools.page", "s", "catalog");
  if (get_selected (self) != NULL)
    sb_tools_model_edit (self->model, sb_gateway_server_get_name (get_selected (self)));
}

static void
remove_selected (SbServersPage *self)
{
  SbGatewayServer *server = get_selected (self);
  g_autoptr(GError) error = NULL;
  AdwToast *toast;

  if (server == NULL)
    return;
  if (!sb_tools_model_remove (self->model, sb_gateway_server_get_name (server), &error))
    {
      tell (self, error->message);
      return;
    }

  toast = adw_toast_new (_("Server removed"));
  adw_toast_set_button_label (toast, _("_Undo"));
  adw_toast_set_action_name (toast, "servers.undo");
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
answered_cb (SbServersPage *self,
             const char    *response)
{
  if (g_str_equal (response, "remove"))
    remove_selected (self);
  else if (g_str_equal (response, "show"))
    gtk_widget_activate_action (GTK_WIDGET (self), "tools.page", "s", "catalog");
}

/* What is written in the editor still has the entry. */
static void
ask_to_remove (SbServersPage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *widget = adw_message_dialog_new (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                              _("The Catalog Has Unsaved Changes"),
                                              _("They still have the server in them: saved later, they bring it "
                                                "back. Save or undo them first, or remove it all the same."));
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (widget);

  adw_message_dialog_add_responses (dialog, "cancel", _("_Cancel"), "show", _("_Show the Catalog"), "remove",
                                    _("_Remove"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (dialog, "show");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (answered_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
remove_cb (GtkWidget  *widget,
           const char *action_name,
           GVariant   *parameter)
{
  SbServersPage *self = SB_SERVERS_PAGE (widget);

  if (sb_tools_model_get_unsaved (self->model))
    ask_to_remove (self);
  else
    remove_selected (self);
}

static void
undo_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbServersPage *self = SB_SERVERS_PAGE (widget);
  g_autoptr(GError) error = NULL;

  if (self->model != NULL && !sb_tools_model_undo (self->model, &error))
    tell (self, error->message);
}

static void
add_cb (GtkWidget  *widget,
        const char *action_name,
        GVariant   *parameter)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *dialog = sb_server_dialog_new (SB_SERVERS_PAGE (widget)->model);

  if (GTK_IS_WINDOW (root))
    gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (root));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
row_setup_cb (SbServersPage *self,
              GtkListItem   *item)
{
  gtk_list_item_set_child (item, sb_server_row_new ());
}

static void
row_bind_cb (SbServersPage *self,
             GtkListItem   *item)
{
  SbServerRow *row = SB_SERVER_ROW (gtk_list_item_get_child (item));

  sb_server_row_set_server (row, self->model, gtk_list_item_get_item (item));
  g_signal_connect_object (gtk_list_item_get_item (item), "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_ptr_array_add (self->rows, row);
}

static void
row_unbind_cb (SbServersPage *self,
               GtkListItem   *item)
{
  SbServerRow *row = SB_SERVER_ROW (gtk_list_item_get_child (item));

  g_ptr_array_remove (self->rows, row);
  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (item), update, self);
  sb_server_row_set_server (row, NULL, NULL);
}

static void
sb_servers_page_map (GtkWidget *widget)
{
  SbServersPage *self = SB_SERVERS_PAGE (widget);

  GTK_WIDGET_CLASS (sb_servers_page_parent_class)->map (widget);
  age_cb (self);
  self->age_id = g_timeout_add_seconds (AGE_INTERVAL_S, age_cb, self);
}

static void
sb_servers_page_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&SB_SERVERS_PAGE (widget)->age_id, g_source_remove);
  GTK_WIDGET_CLASS (sb_servers_page_parent_class)->unmap (widget);
}

static void
sb_servers_page_dispose (GObject *object)
{
  SbServersPage *self = SB_SERVERS_PAGE (object);

  g_clear_handle_id (&self->age_id, g_source_remove);
  if (self->model != NULL)
    {
      g_signal_handlers_disconnect_by_data (sb_tools_model_get_gateway (self->model), self);
      g_signal_handlers_disconnect_by_data (self->model, self);
    }
  g_clear_pointer ((GtkWidget **) &self->toasts, gtk_widget_unparent);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (sb_servers_page_parent_class)->dispose (object);
}

static void
sb_servers_page_finalize (GObject *object)
{
  g_ptr_array_unref (SB_SERVERS_PAGE (object)->rows);

  G_OBJECT_CLASS (sb_servers_page_parent_class)->finalize (object);
}

static void
sb_servers_page_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_MODEL:
      g_value_set_object (value, SB_SERVERS_PAGE (object)->model);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_servers_page_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_MODEL:
      sb_servers_page_set_model (SB_SERVERS_PAGE (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_servers_page_class_init (SbServersPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_servers_page_dispose;
  object_class->finalize = sb_servers_page_finalize;
  object_class->get_property = sb_servers_page_get_property;
  object_class->set_property = sb_servers_page_set_property;
  widget_class->map = sb_servers_page_map;
  widget_class->unmap = sb_servers_page_unmap;

  properties[PROP_MODEL] =
    g_param_spec_object ("model", NULL, NULL, SB_TYPE_TOOLS_MODEL,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-servers-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbServersPage, config);
  gtk_widget_class_bind_template_child (widget_class, SbServersPage, description);
  gtk_widget_class_bind_template_child (widget_class, SbServersPage, detail);
  gtk_widget_class_bind_template_child (widget_class, SbServersPage, secrets);
  gtk_widget_class_bind_template_child (widget_class, SbServersPage, selection);
  gtk_widget_class_bind_template_child (widget_class, SbServersPage, sign_in);
  gtk_widget_class_bind_template_child (widget_class, SbServersPage, sign_out);
  gtk_widget_class_bind_template_child (widget_class, SbServersPage, states);
  gtk_widget_class_bind_template_child (widget_class, SbServersPage, toasts);
  gtk_widget_class_bind_template_callback (widget_class, row_bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_unbind_cb);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
  gtk_widget_class_install_action (widget_class, "servers.add", NULL, add_cb);
  gtk_widget_class_install_action (widget_class, "servers.edit", NULL, edit_cb);
  gtk_widget_class_install_action (widget_class, "servers.log", NULL, log_cb);
  gtk_widget_class_install_action (widget_class, "servers.remove", NULL, remove_cb);
  gtk_widget_class_install_action (widget_class, "servers.restart", NULL, restart_cb);
  gtk_widget_class_install_action (widget_class, "servers.sign-in", NULL, sign_in_cb);
  gtk_widget_class_install_action (widget_class, "servers.sign-out", NULL, sign_out_cb);
  gtk_widget_class_install_action (widget_class, "servers.undo", NULL, undo_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "servers.remove", NULL);

  g_type_ensure (SB_TYPE_SERVER_CONFIG);
  g_type_ensure (SB_TYPE_SERVER_SECRETS);
}

static void
sb_servers_page_init (SbServersPage *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  update (self);
}

void
sb_servers_page_set_model (SbServersPage *self,
                           SbToolsModel  *model)
{
  g_return_if_fail (SB_IS_SERVERS_PAGE (self));
  g_return_if_fail (self->model == NULL || model == NULL || self->model == model);

  if (model == NULL || self->model == model)
    return;

  self->model = g_object_ref (model);
  self->syncing = TRUE;
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (sb_tools_model_get_gateway (model)));
  self->syncing = FALSE;
  g_signal_connect_object (model, "notify", G_CALLBACK (show_selected), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (sb_tools_model_get_gateway (model), "items-changed", G_CALLBACK (show_selected), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  show_selected (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MODEL]);
}
