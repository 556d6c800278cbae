/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-list.h"

#include "sb-containers-view.h"
#include "sb-kinds-menu.h"
#include "sb-sandbox-row.h"

struct _SbSandboxList
{
  GtkWidget parent_instance;

  /* owned */
  SbSelection        *selection;
  GtkSingleSelection *chosen;

  /* template */
  GtkWidget        *box;
  SbContainersView *containers;
  GtkMenuButton    *kinds;
  GtkListView      *list;
  GtkStack         *states;
};

enum
{
  CHOSEN,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbSandboxList, sb_sandbox_list, GTK_TYPE_WIDGET)

static guint signals[N_SIGNALS];

static void
update (SbSandboxList *self)
{
  GListModel *model = G_LIST_MODEL (self->chosen);
  guint n_items = g_list_model_get_n_items (model);

  gtk_stack_set_visible_child_name (self->states, n_items > 0 ? "list" : "empty");
  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr(SbSandbox) sandbox = g_list_model_get_item (model, i);

      if (sandbox == sb_selection_get_sandbox (self->selection))
        gtk_single_selection_set_selected (self->chosen, i);
    }
}

static void
row_setup_cb (SbSandboxList *self,
              GtkListItem   *item)
{
  gtk_list_item_set_child (item, sb_sandbox_row_new ());
}

static void
row_bind_cb (SbSandboxList *self,
             GtkListItem   *item)
{
  sb_sandbox_row_set_sandbox (SB_SANDBOX_ROW (gtk_list_item_get_child (item)), gtk_list_item_get_item (item));
}

static void
row_unbind_cb (SbSandboxList *self,
               GtkListItem   *item)
{
  sb_sandbox_row_set_sandbox (SB_SANDBOX_ROW (gtk_list_item_get_child (item)), NULL);
}

static void
row_activated_cb (SbSandboxList *self,
                  guint          position)
{
  g_autoptr(SbSandbox) sandbox = g_list_model_get_item (G_LIST_MODEL (self->chosen), position);

  sb_selection_set_sandbox (self->selection, sandbox);
  g_signal_emit (self, signals[CHOSEN], 0);
}

/* Made when it is opened: profiles and engines come and go. */
static void
kinds_cb (GtkMenuButton *button,
          gpointer       user_data)
{
  SbSandboxList *self = user_data;
  SbWorkspace *workspace = self->selection != NULL ? sb_selection_get_workspace (self->selection) : NULL;
  g_autoptr(GMenuModel) menu = workspace != NULL ? sb_kinds_menu_new (sb_workspace_get_sandboxes (workspace)) : NULL;

  gtk_menu_button_set_menu_model (button, menu);
}

static gboolean
sb_sandbox_list_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (SB_SANDBOX_LIST (widget)->list));
}

static void
sb_sandbox_list_dispose (GObject *object)
{
  SbSandboxList *self = SB_SANDBOX_LIST (object);

  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  if (self->chosen != NULL)
    g_signal_handlers_disconnect_by_data (self->chosen, self);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->chosen);
  g_clear_object (&self->selection);

  G_OBJECT_CLASS (sb_sandbox_list_parent_class)->dispose (object);
}

static void
sb_sandbox_list_class_init (SbSandboxListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_sandbox_list_dispose;
  widget_class->grab_focus = sb_sandbox_list_grab_focus;

  signals[CHOSEN] = g_signal_new ("chosen", SB_TYPE_SANDBOX_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);

  g_type_ensure (SB_TYPE_CONTAINERS_VIEW);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sandbar/Sandbar/ui/sb-sandbox-list.ui");
  gtk_widget_class_bind_template_child (widget_class, SbSandboxList, box);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxList, containers);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxList, kinds);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxList, list);
  gtk_widget_class_bind_template_child (widget_class, SbSandboxList, states);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_unbind_cb);
}

static void
sb_sandbox_list_init (SbSandboxList *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  gtk_menu_button_set_create_popup_func (self->kinds, kinds_cb, self, NULL);
  self->chosen = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->chosen, FALSE);
  gtk_single_selection_set_can_unselect (self->chosen, TRUE);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->chosen));
}

void
sb_sandbox_list_set_source (SbSandboxList *self,
                            GListModel    *sandboxes,
                            SbSelection   *selection)
{
  g_return_if_fail (SB_IS_SANDBOX_LIST (self));
  g_return_if_fail (SB_IS_SELECTION (selection) && self->selection == NULL);

  self->selection = g_object_ref (selection);
  if (sb_selection_get_workspace (selection) != NULL)
    sb_containers_view_set_workspace (self->containers, sb_selection_get_workspace (selection));
  gtk_single_selection_set_model (self->chosen, sandboxes);
  g_signal_connect_object (selection, "notify::sandbox", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->chosen, "items-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  update (self);
}
