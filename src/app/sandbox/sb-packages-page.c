/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-packages-page.h"

#include "sb-package-row.h"

struct _SbPackagesPage
{
  GtkWidget           parent_instance;

  /* owned */
  SbSandbox          *sandbox;  /* nullable */
  GtkCustomFilter    *filter;
  GtkFilterListModel *fetches;  /* of SbNpmFetch: this sandbox's */

  /* template */
  GtkListView        *list;
  GtkWidget          *template_root;
};

enum
{
  PROP_0,
  PROP_SANDBOX,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbPackagesPage, sb_packages_page, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static gboolean
is_of_sandbox (gpointer item,
               gpointer user_data)
{
  SbPackagesPage *self = user_data;

  return self->sandbox != NULL &&
         g_strcmp0 (sb_npm_fetch_get_sandbox_id (SB_NPM_FETCH (item)), sb_sandbox_get_id (self->sandbox)) == 0;
}

static void
update_tab (SbPackagesPage *self)
{
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));
  guint n_fetches = g_list_model_get_n_items (G_LIST_MODEL (self->fetches));

  if (GTK_IS_STACK (parent))
    gtk_stack_page_set_visible (gtk_stack_get_page (GTK_STACK (parent), GTK_WIDGET (self)), n_fetches > 0);
}

static void
setup_cb (SbPackagesPage *self,
          GtkListItem    *item)
{
  gtk_list_item_set_activatable (item, FALSE);
  gtk_list_item_set_child (item, sb_package_row_new ());
}

static void
bind_cb (SbPackagesPage *self,
         GtkListItem    *item)
{
  sb_package_row_set_fetch (SB_PACKAGE_ROW (gtk_list_item_get_child (item)), gtk_list_item_get_item (item));
}

static void
unbind_cb (SbPackagesPage *self,
           GtkListItem    *item)
{
  sb_package_row_set_fetch (SB_PACKAGE_ROW (gtk_list_item_get_child (item)), NULL);
}

static void
sb_packages_page_dispose (GObject *object)
{
  SbPackagesPage *self = SB_PACKAGES_PAGE (object);

  if (self->filter != NULL)
    gtk_custom_filter_set_filter_func (self->filter, NULL, NULL, NULL);
  g_clear_object (&self->filter);
  g_clear_object (&self->fetches);
  g_clear_object (&self->sandbox);
  g_clear_pointer (&self->template_root, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_packages_page_parent_class)->dispose (object);
}

static void
sb_packages_page_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_SANDBOX:
      g_value_set_object (value, SB_PACKAGES_PAGE (object)->sandbox);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_packages_page_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_SANDBOX:
      sb_packages_page_set_sandbox (SB_PACKAGES_PAGE (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_packages_page_class_init (SbPackagesPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_packages_page_dispose;
  object_class->get_property = sb_packages_page_get_property;
  object_class->set_property = sb_packages_page_set_property;

  properties[PROP_SANDBOX] =
    g_param_spec_object ("sandbox", NULL, NULL, SB_TYPE_SANDBOX,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-packages-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbPackagesPage, list);
  gtk_widget_class_bind_template_child (widget_class, SbPackagesPage, template_root);
}

static void
sb_packages_page_init (SbPackagesPage *self)
{
  g_autoptr(GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  g_autoptr(GtkNoSelection) selection = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->filter = gtk_custom_filter_new (is_of_sandbox, self, NULL);
  self->fetches = gtk_filter_list_model_new (NULL, GTK_FILTER (g_object_ref (self->filter)));
  g_signal_connect_object (self->fetches, "items-changed", G_CALLBACK (update_tab), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), self, G_CONNECT_SWAPPED);
  gtk_list_view_set_factory (self->list, factory);
  selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->fetches)));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
}

void
sb_packages_page_set_packages (SbPackagesPage *self,
                               SbNpmProxy     *packages)
{
  g_return_if_fail (SB_IS_PACKAGES_PAGE (self));

  gtk_filter_list_model_set_model (self->fetches, packages != NULL ? G_LIST_MODEL (packages) : NULL);
  update_tab (self);
}

void
sb_packages_page_set_sandbox (SbPackagesPage *self,
                              SbSandbox      *sandbox)
{
  g_return_if_fail (SB_IS_PACKAGES_PAGE (self));

  if (!g_set_object (&self->sandbox, sandbox))
    return;

  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  update_tab (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SANDBOX]);
}
