/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tools-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "sb-id.h"
#include "sb-tool-detail.h"
#include "sb-tool-row.h"

struct _SbToolsPage
{
  GtkWidget parent_instance;

  /* owned */
  SbToolsModel       *model;    /* nullable */
  GtkFilterListModel *filtered; /* of SbGatewayTool */
  GtkCustomFilter    *filter;
  char               *needle;   /* case-folded; NULL: everything */

  /* template */
  GtkWidget          *box;
  SbToolDetail       *detail;
  GtkSearchEntry     *search;
  GtkSingleSelection *selection;
  GtkStack           *states;
  AdwStatusPage      *status;
  GtkLabel           *sum;
};

enum
{
  PROP_0,
  PROP_MODEL,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbToolsPage, sb_tools_page, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static gboolean
matches (gpointer item,
         gpointer user_data)
{
  SbToolsPage *self = user_data;
  g_autofree char *folded = NULL;

  if (self->needle == NULL)
    return TRUE;
  folded = g_utf8_casefold (sb_gateway_tool_get_exposed_name (item), -1);

  return strstr (folded, self->needle) != NULL;
}

static gpointer
get_tools (gpointer item,
           gpointer user_data)
{
  g_autoptr(SbGatewayServer) server = item;

  return g_object_ref (sb_gateway_server_get_tools (server));
}

static GListModel *
new_all_tools (SbToolsPage *self)
{
  GListModel *servers = G_LIST_MODEL (sb_tools_model_get_gateway (self->model));
  GtkMapListModel *lists = gtk_map_list_model_new (g_object_ref (servers), get_tools, NULL, NULL);

  return G_LIST_MODEL (gtk_flatten_list_model_new (G_LIST_MODEL (lists)));
}

static void
update_sum (SbToolsPage *self)
{
  GListModel *tools = gtk_filter_list_model_get_model (self->filtered);
  guint n = tools != NULL ? g_list_model_get_n_items (tools) : 0;
  guint n_on = 0;
  guint64 n_tokens = 0;
  g_autofree char *count = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(SbGatewayTool) tool = g_list_model_get_item (tools, i);

      if (sb_gateway_tool_get_enabled (tool))
        {
          n_on++;
          n_tokens += sb_gateway_tool_get_tokens (tool);
        }
    }

  count = sb_format_count (n_tokens);
  text = g_strdup_printf (_("%u of %u on · %s tokens a request"), n_on, n, count);
  gtk_label_set_text (self->sum, text);
}

static void
show_empty (SbToolsPage *self)
{
  gboolean searching = self->needle != NULL;

  adw_status_page_set_title (self->status, searching ? _("No Tool Matches") : _("No Tools"));
  adw_status_page_set_description (self->status,
                                   searching ? NULL : _("Tools appear here while their server runs. Switch one on."));
}

static void
update (SbToolsPage *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->filtered));
  SbGatewayTool *tool = gtk_single_selection_get_selected_item (self->selection);

  update_sum (self);
  show_empty (self);
  gtk_stack_set_visible_child_name (self->states, n > 0 ? "tools" : "empty");
  sb_tool_detail_set_tool (self->detail, self->model, tool);
  gtk_widget_set_visible (GTK_WIDGET (self->detail), tool != NULL);
}

static void
server_changed_cb (SbToolsPage *self)
{
  SbGatewayServer *server = sb_tools_model_get_server (self->model);
  g_autoptr(GListModel) tools = NULL;

  if (server != NULL)
    tools = g_object_ref (sb_gateway_server_get_tools (server));
  else
    tools = new_all_tools (self);
  gtk_filter_list_model_set_model (self->filtered, tools);
  update (self);
}

static void
search_changed_cb (SbToolsPage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));

  g_free (self->needle);
  self->needle = *text != '\0' ? g_utf8_casefold (text, -1) : NULL;
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  update (self);
}

static void
row_setup_cb (SbToolsPage *self,
              GtkListItem *item)
{
  gtk_list_item_set_child (item, sb_tool_row_new ());
}

static void
row_bind_cb (SbToolsPage *self,
             GtkListItem *item)
{
  sb_tool_row_set_tool (SB_TOOL_ROW (gtk_list_item_get_child (item)), self->model, gtk_list_item_get_item (item));
}

static void
row_unbind_cb (SbToolsPage *self,
               GtkListItem *item)
{
  sb_tool_row_set_tool (SB_TOOL_ROW (gtk_list_item_get_child (item)), NULL, NULL);
}

static void
sb_tools_page_dispose (GObject *object)
{
  SbToolsPage *self = SB_TOOLS_PAGE (object);

  if (self->filtered != NULL)
    g_signal_handlers_disconnect_by_data (self->filtered, self);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->filtered);
  g_clear_object (&self->filter);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (sb_tools_page_parent_class)->dispose (object);
}

static void
sb_tools_page_finalize (GObject *object)
{
  g_free (SB_TOOLS_PAGE (object)->needle);

  G_OBJECT_CLASS (sb_tools_page_parent_class)->finalize (object);
}

static void
sb_tools_page_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_MODEL:
      g_value_set_object (value, SB_TOOLS_PAGE (object)->model);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_tools_page_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_MODEL:
      sb_tools_page_set_model (SB_TOOLS_PAGE (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_tools_page_class_init (SbToolsPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_tools_page_dispose;
  object_class->finalize = sb_tools_page_finalize;
  object_class->get_property = sb_tools_page_get_property;
  object_class->set_property = sb_tools_page_set_property;

  properties[PROP_MODEL] =
    g_param_spec_object ("model", NULL, NULL, SB_TYPE_TOOLS_MODEL,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-tools-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbToolsPage, box);
  gtk_widget_class_bind_template_child (widget_class, SbToolsPage, detail);
  gtk_widget_class_bind_template_child (widget_class, SbToolsPage, search);
  gtk_widget_class_bind_template_child (widget_class, SbToolsPage, selection);
  gtk_widget_class_bind_template_child (widget_class, SbToolsPage, states);
  gtk_widget_class_bind_template_child (widget_class, SbToolsPage, status);
  gtk_widget_class_bind_template_child (widget_class, SbToolsPage, sum);
  gtk_widget_class_bind_template_callback (widget_class, row_bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_unbind_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, update);

  g_type_ensure (SB_TYPE_TOOL_DETAIL);
}

static void
sb_tools_page_init (SbToolsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->filter = gtk_custom_filter_new (matches, self, NULL);
  self->filtered = gtk_filter_list_model_new (NULL, GTK_FILTER (g_object_ref (self->filter)));
  gtk_filter_list_model_set_incremental (self->filtered, TRUE);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->filtered));
  g_signal_connect_object (self->filtered, "items-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  update (self);
}

void
sb_tools_page_set_model (SbToolsPage  *self,
                         SbToolsModel *model)
{
  g_return_if_fail (SB_IS_TOOLS_PAGE (self));
  g_return_if_fail (self->model == NULL || model == NULL || self->model == model);

  if (model == NULL || self->model == model)
    return;

  self->model = g_object_ref (model);
  g_signal_connect_object (model, "notify::server", G_CALLBACK (server_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (sb_tools_model_get_gateway (model), "tools-changed", G_CALLBACK (update_sum), self,
                           G_CONNECT_SWAPPED);
  server_changed_cb (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MODEL]);
}
