/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-server-config.h"

#include <glib/gi18n.h>

#include "sb-catalog-config.h"
#include "sb-form.h"

struct _SbServerConfig
{
  GtkWidget parent_instance;

  /* owned */
  SbToolsModel    *model;  /* nullable */
  SbGatewayServer *server; /* nullable */

  /* children */
  GtkWidget *box;
  GtkWidget *form;         /* nullable */
  GtkLabel  *problem;
};

G_DEFINE_FINAL_TYPE (SbServerConfig, sb_server_config, GTK_TYPE_WIDGET)

static void
apply_cb (GtkWidget  *widget,
          const char *action_name,
          GVariant   *parameter)
{
  SbServerConfig *self = SB_SERVER_CONFIG (widget);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) values = self->form != NULL ? sb_form_dup_content (SB_FORM (self->form), &error) : NULL;

  gtk_label_set_text (self->problem, error != NULL ? error->message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), error != NULL);
  if (values == NULL)
    return;

  sb_tools_model_set_config (self->model, sb_gateway_server_get_name (self->server),
                             json_object_get_size (values) > 0 ? values : NULL);
  gtk_widget_activate_action (widget, "win.toast", "s", _("The server starts anew with these values"));
}

static void
add_heading (SbServerConfig *self)
{
  GtkWidget *heading = gtk_label_new (_("Configuration"));

  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_widget_add_css_class (heading, "heading");
  gtk_box_append (GTK_BOX (self->box), heading);
}

static void
add_button (SbServerConfig *self)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (_("_Apply"));

  gtk_widget_set_halign (button, GTK_ALIGN_END);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "config.apply");
  gtk_box_append (GTK_BOX (self->box), button);
}

static void
sb_server_config_dispose (GObject *object)
{
  SbServerConfig *self = SB_SERVER_CONFIG (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->server);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (sb_server_config_parent_class)->dispose (object);
}

static void
sb_server_config_class_init (SbServerConfigClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_server_config_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget_class, "config.apply", NULL, apply_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK, "config.apply", NULL);
}

static void
sb_server_config_init (SbServerConfig *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  add_heading (self);
  self->problem = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->problem, 0);
  gtk_label_set_wrap (self->problem, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->problem), "error");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), FALSE);
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->problem));
  add_button (self);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

void
sb_server_config_set_server (SbServerConfig  *self,
                             SbToolsModel    *model,
                             SbGatewayServer *server)
{
  g_autoptr(JsonObject) schema = NULL;

  g_return_if_fail (SB_IS_SERVER_CONFIG (self));

  if (self->server == server)
    return;

  g_set_object (&self->model, model);
  g_set_object (&self->server, server);
  if (self->form != NULL)
    gtk_box_remove (GTK_BOX (self->box), self->form);
  self->form = NULL;
  gtk_widget_set_visible (GTK_WIDGET (self->problem), FALSE);
  if (server != NULL)
    schema = sb_catalog_config_new_schema (sb_gateway_server_get_entry (server),
                                           sb_catalog_state_get_config (sb_tools_model_get_state (model),
                                                                        sb_gateway_server_get_name (server)));
  if (schema != NULL)
    {
      self->form = sb_form_new_for_schema (schema);
      gtk_box_insert_child_after (GTK_BOX (self->box), self->form, gtk_widget_get_first_child (self->box));
    }
  gtk_widget_set_visible (GTK_WIDGET (self), schema != NULL);
}
