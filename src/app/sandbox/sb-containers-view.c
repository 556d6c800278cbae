/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-containers-view.h"

#include "sb-engine-containers.h"

struct _SbContainersView
{
  GtkWidget parent_instance;

  /* owned */
  SbStore    *store; /* nullable */

  /* template */
  GtkWidget *box;
  GtkBox    *engines;
  GtkSwitch *toggle;
};

G_DEFINE_FINAL_TYPE (SbContainersView, sb_containers_view, GTK_TYPE_WIDGET)

/* Engines come and go with the settings; few do. */
static void
fill (SbContainersView *self,
      guint             position,
      guint             removed,
      guint             added,
      GListModel       *engines)
{
  GtkWidget *child = NULL;
  guint n = 0;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->engines))) != NULL)
    gtk_box_remove (self->engines, child);
  for (guint i = 0; i < g_list_model_get_n_items (engines); i++)
    {
      g_autoptr(SbEngine) engine = g_list_model_get_item (engines, i);

      child = sb_engine_containers_new (engine);
      if (child != NULL)
        gtk_box_append (self->engines, child);
      n += child != NULL;
    }
  gtk_widget_set_visible (GTK_WIDGET (self), n > 0);
}

static void
toggled_cb (SbContainersView *self)
{
  if (self->store != NULL)
    sb_store_set_setting (self->store, SB_CONTAINERS_SETTING, gtk_switch_get_active (self->toggle) ? "on" : "off");
}

static void
sb_containers_view_dispose (GObject *object)
{
  SbContainersView *self = SB_CONTAINERS_VIEW (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (sb_containers_view_parent_class)->dispose (object);
}

static void
sb_containers_view_class_init (SbContainersViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_containers_view_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-containers-view.ui");
  gtk_widget_class_bind_template_child (widget_class, SbContainersView, box);
  gtk_widget_class_bind_template_child (widget_class, SbContainersView, engines);
  gtk_widget_class_bind_template_child (widget_class, SbContainersView, toggle);
}

static void
sb_containers_view_init (SbContainersView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->toggle, "notify::active", G_CALLBACK (toggled_cb), self, G_CONNECT_SWAPPED);
}

void
sb_containers_view_set_workspace (SbContainersView *self,
                                  SbWorkspace      *workspace)
{
  GListModel *engines = G_LIST_MODEL (sb_sandbox_manager_get_engines (sb_workspace_get_sandboxes (workspace)));
  g_autofree char *setting = NULL;

  g_return_if_fail (SB_IS_CONTAINERS_VIEW (self) && self->store == NULL);

  setting = sb_store_get_setting (sb_workspace_get_store (workspace), SB_CONTAINERS_SETTING);
  gtk_switch_set_active (self->toggle, g_strcmp0 (setting, "on") == 0);
  self->store = g_object_ref (sb_workspace_get_store (workspace));
  fill (self, 0, 0, 0, engines);
  g_signal_connect_object (engines, "items-changed", G_CALLBACK (fill), self, G_CONNECT_SWAPPED);
}
