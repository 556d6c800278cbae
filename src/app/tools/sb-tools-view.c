/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tools-view.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "sb-build-dialog.h"
#include "sb-catalog-page.h"
#include "sb-gateway-dialog.h"
#include "sb-id.h"
#include "sb-offers-page.h"
#include "sb-page-tabs.h"
#include "sb-server-log-page.h"
#include "sb-server-text.h"
#include "sb-servers-page.h"
#include "sb-text.h"
#include "sb-tools-export.h"
#include "sb-tools-page.h"

struct _SbToolsView
{
  GtkWidget parent_instance;

  /* owned */
  SbToolsModel *model; /* nullable */

  /* template */
  GtkWidget     *box;
  GtkLabel      *chip;
  GtkStringList *names;
  GtkStack      *pages;
  GtkDropDown   *picker;
  GtkLabel      *subtitle;
  SbPageTabs    *tabs;
  GtkLabel      *title;

  gboolean syncing;
};

enum
{
  PROP_0,
  PROP_MODEL,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbToolsView, sb_tools_view, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static void
add_tools (GListModel *tools,
           guint      *n_tools,
           guint64    *n_tokens)
{
  for (guint i = 0; i < g_list_model_get_n_items (tools); i++)
    {
      g_autoptr(SbGatewayTool) tool = g_list_model_get_item (tools, i);

      if (sb_gateway_tool_get_enabled (tool))
        {
          *n_tools += 1;
          *n_tokens += sb_gateway_tool_get_tokens (tool);
        }
    }
}

static void
count_tools (SbGateway *gateway,
             guint     *n_tools,
             guint64   *n_tokens)
{
  *n_tools = 0;
  *n_tokens = 0;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (gateway)); i++)
    {
      g_autoptr(SbGatewayServer) server = g_list_model_get_item (G_LIST_MODEL (gateway), i);

      add_tools (sb_gateway_server_get_tools (server), n_tools, n_tokens);
    }
}

/* While another gateway stands in for the catalog's servers it is the one server. */
static void
update_chip (SbToolsView *self)
{
  static const char * const titles[] = {
    N_("Gateway built-in"), N_("Docker’s gateway"), N_("Gateway elsewhere"),
  };
  SbGateway *gateway = sb_tools_model_get_gateway (self->model);
  SbGatewayMode mode = sb_gateway_get_mode (gateway);
  g_autoptr(SbGatewayServer) server = g_list_model_get_item (G_LIST_MODEL (gateway), 0);
  gboolean other = mode != SB_GATEWAY_BUILT_IN && server != NULL;

  gtk_label_set_text (self->title, _(titles[mode]));
  gtk_widget_set_visible (GTK_WIDGET (self->chip), other);
  if (other)
    {
      const char *classes[] = { "sb-chip", sb_server_text_style (server), NULL };
      g_autofree char *text = sb_server_text_dup_progress (server);

      gtk_label_set_text (self->chip, text);
      gtk_widget_set_css_classes (GTK_WIDGET (self->chip), classes);
    }
}

static void
update_subtitle (SbToolsView *self)
{
  SbGateway *gateway = sb_tools_model_get_gateway (self->model);
  g_autofree char *servers = NULL;
  g_autofree char *tools = NULL;
  g_autofree char *count = NULL;
  g_autofree char *text = NULL;
  guint n_ready;
  guint n_enabled;
  guint n_tools;
  guint64 n_tokens;

  sb_gateway_count (gateway, &n_ready, &n_enabled);
  count_tools (gateway, &n_tools, &n_tokens);
  servers = g_strdup_printf (ngettext ("%u of %u server", "%u of %u servers", n_enabled), n_ready, n_enabled);
  tools = g_strdup_printf (ngettext ("%u tool", "%u tools", n_tools), n_tools);
  count = sb_format_count (n_tokens);
  text = g_strdup_printf (_("%s · %s · %s tokens a request"), servers, tools, count);
  gtk_label_set_text (self->subtitle, text);
  update_chip (self);
}

/* The first one is all of them. */
static void
show_selected (SbToolsView *self)
{
  GListModel *servers = G_LIST_MODEL (sb_tools_model_get_gateway (self->model));
  SbGatewayServer *server = sb_tools_model_get_server (self->model);
  guint selected = 0;

  for (guint i = 0; server != NULL && i < g_list_model_get_n_items (servers); i++)
    {
      g_autoptr(SbGatewayServer) item = g_list_model_get_item (servers, i);

      if (item == server)
        selected = i + 1;
    }

  self->syncing = TRUE;
  gtk_drop_down_set_selected (self->picker, selected);
  self->syncing = FALSE;
}

static void
servers_changed_cb (SbToolsView *self)
{
  GListModel *servers = G_LIST_MODEL (sb_tools_model_get_gateway (self->model));

  self->syncing = TRUE;
  gtk_string_list_splice (self->names, 0, g_list_model_get_n_items (G_LIST_MODEL (self->names)), NULL);
  gtk_string_list_append (self->names, _("All servers"));
  for (guint i = 0; i < g_list_model_get_n_items (servers); i++)
    {
      g_autoptr(SbGatewayServer) server = g_list_model_get_item (servers, i);
      g_autofree char *name = sb_text_clean (sb_gateway_server_get_name (server), -1, NULL);

      g_signal_handlers_disconnect_by_func (server, update_subtitle, self);
      g_signal_connect_object (server, "notify", G_CALLBACK (update_subtitle), self, G_CONNECT_SWAPPED);
      gtk_string_list_append (self->names, name);
    }
  self->syncing = FALSE;
  show_selected (self);
  update_subtitle (self);
}

static void
picked_cb (SbToolsView *self)
{
  guint selected = gtk_drop_down_get_selected (self->picker);
  g_autoptr(SbGatewayServer) server = NULL;

  if (self->syncing || self->model == NULL)
    return;

  if (selected > 0 && selected != GTK_INVALID_LIST_POSITION)
    server = g_list_model_get_item (G_LIST_MODEL (sb_tools_model_get_gateway (self->model)), selected - 1);
  sb_tools_model_set_server (self->model, server);
}

static void
page_changed_cb (SbToolsView *self)
{
  const char *name = gtk_stack_get_visible_child_name (self->pages);
  static const char * const whole[] = { "servers", "catalog", NULL };

  gtk_widget_set_visible (GTK_WIDGET (self->picker), name != NULL && !g_strv_contains (whole, name));
}

static void
page_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  gtk_stack_set_visible_child_name (SB_TOOLS_VIEW (widget)->pages, g_variant_get_string (parameter, NULL));
}

static void
present (SbToolsView *self,
         GtkWidget   *dialog)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (GTK_IS_WINDOW (root))
    gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (root));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
gateway_cb (GtkWidget  *widget,
            const char *action_name,
            GVariant   *parameter)
{
  SbToolsView *self = SB_TOOLS_VIEW (widget);

  present (self, sb_gateway_dialog_new (sb_tools_model_get_choice (self->model)));
}

static void
build_cb (GtkWidget  *widget,
          const char *action_name,
          GVariant   *parameter)
{
  SbToolsView *self = SB_TOOLS_VIEW (widget);

  present (self, sb_build_dialog_new (self->model));
}

static void
export_compose_cb (GtkWidget  *widget,
                   const char *action_name,
                   GVariant   *parameter)
{
  sb_tools_export_compose (widget, SB_TOOLS_VIEW (widget)->model);
}

static void
export_json_cb (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  sb_tools_export_json (widget, SB_TOOLS_VIEW (widget)->model);
}

static void
update_actions (SbToolsView *self)
{
  static const char * const actions[] = { "tools.build", "tools.export-compose", "tools.export-json" };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), actions[i], self->model != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "tools.gateway",
                                 self->model != NULL && sb_tools_model_get_choice (self->model) != NULL);
}

static void
next_page_cb (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  sb_page_tabs_step (SB_TOOLS_VIEW (widget)->tabs, 1);
}

static void
previous_page_cb (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  sb_page_tabs_step (SB_TOOLS_VIEW (widget)->tabs, -1);
}

static void
sb_tools_view_dispose (GObject *object)
{
  SbToolsView *self = SB_TOOLS_VIEW (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (sb_tools_view_parent_class)->dispose (object);
}

static void
sb_tools_view_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_MODEL:
      g_value_set_object (value, SB_TOOLS_VIEW (object)->model);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_tools_view_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_MODEL:
      sb_tools_view_set_model (SB_TOOLS_VIEW (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_tools_view_class_init (SbToolsViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_tools_view_dispose;
  object_class->get_property = sb_tools_view_get_property;
  object_class->set_property = sb_tools_view_set_property;

  properties[PROP_MODEL] =
    g_param_spec_object ("model", NULL, NULL, SB_TYPE_TOOLS_MODEL,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-tools-view.ui");
  gtk_widget_class_bind_template_child (widget_class, SbToolsView, box);
  gtk_widget_class_bind_template_child (widget_class, SbToolsView, chip);
  gtk_widget_class_bind_template_child (widget_class, SbToolsView, names);
  gtk_widget_class_bind_template_child (widget_class, SbToolsView, pages);
  gtk_widget_class_bind_template_child (widget_class, SbToolsView, picker);
  gtk_widget_class_bind_template_child (widget_class, SbToolsView, subtitle);
  gtk_widget_class_bind_template_child (widget_class, SbToolsView, tabs);
  gtk_widget_class_bind_template_child (widget_class, SbToolsView, title);
  gtk_widget_class_bind_template_callback (widget_class, page_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, picked_cb);
  gtk_widget_class_install_action (widget_class, "tools.page", "s", page_cb);
  gtk_widget_class_install_action (widget_class, "tools.gateway", NULL, gateway_cb);
  gtk_widget_class_install_action (widget_class, "tools.build", NULL, build_cb);
  gtk_widget_class_install_action (widget_class, "tools.export-compose", NULL, export_compose_cb);
  gtk_widget_class_install_action (widget_class, "tools.export-json", NULL, export_json_cb);
  gtk_widget_class_install_action (widget_class, "tools.next-page", NULL, next_page_cb);
  gtk_widget_class_install_action (widget_class, "tools.previous-page", NULL, previous_page_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Page_Down, GDK_CONTROL_MASK, "tools.next-page", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Page_Up, GDK_CONTROL_MASK, "tools.previous-page", NULL);

  g_type_ensure (SB_TYPE_CATALOG_PAGE);
  g_type_ensure (SB_TYPE_OFFERS_PAGE);
  g_type_ensure (SB_TYPE_PAGE_TABS);
  g_type_ensure (SB_TYPE_SERVERS_PAGE);
  g_type_ensure (SB_TYPE_SERVER_LOG_PAGE);
  g_type_ensure (SB_TYPE_TOOLS_PAGE);
}

static void
sb_tools_view_init (SbToolsView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  page_changed_cb (self);
  update_actions (self);
}

void
sb_tools_view_set_model (SbToolsView  *self,
                         SbToolsModel *model)
{
  SbGateway *gateway;

  g_return_if_fail (SB_IS_TOOLS_VIEW (self));
  g_return_if_fail (self->model == NULL || model == NULL || self->model == model);

  if (model == NULL || self->model == model)
    return;

  self->model = g_object_ref (model);
  gateway = sb_tools_model_get_gateway (model);
  g_signal_connect_object (gateway, "items-changed", G_CALLBACK (servers_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gateway, "notify::mode", G_CALLBACK (update_subtitle), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gateway, "tools-changed", G_CALLBACK (update_subtitle), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (sb_tools_model_get_state (model), "changed", G_CALLBACK (update_subtitle), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "notify::server", G_CALLBACK (show_selected), self, G_CONNECT_SWAPPED);
  servers_changed_cb (self);
  update_actions (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MODEL]);
}

gboolean
sb_tools_view_get_unsaved (SbToolsView *self)
{
  g_return_val_if_fail (SB_IS_TOOLS_VIEW (self), FALSE);

  return self->model != NULL && sb_tools_model_get_unsaved (self->model);
}
