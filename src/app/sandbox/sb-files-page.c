/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-files-page-private.h"

#include <string.h>

#include "sb-file-entry.h"
#include "sb-file-row.h"
#include "sb-outline-keys.h"
#include "sb-split.h"

enum
{
  PROP_0,
  PROP_CHANGES,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbFilesPage, sb_files_page, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static void
update_state (SbFilesPage *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (sb_file_tree_get_outline (self->tree)));

  /* Even where it cannot be seen a turning spinner costs a frame each time. */
  gtk_spinner_set_spinning (self->spinner, n_items == 0 && sb_file_tree_get_loading (self->tree));
  if (n_items > 0)
    gtk_stack_set_visible_child_name (self->states, "rows");
  else
    gtk_stack_set_visible_child_name (self->states,
                                      sb_file_tree_get_loading (self->tree) ? "loading" : "empty");
  gtk_widget_set_visible (GTK_WIDGET (self->truncated), sb_file_tree_get_truncated (self->tree, ""));
  gtk_widget_set_visible (self->incomplete, self->changes != NULL && !sb_change_set_is_complete (self->changes));
}

static void
show_file (SbFilesPage *self,
           SbFileEntry *entry)
{
  g_autoptr(SbChange) change = NULL;

  g_free (self->path);
  self->path = entry != NULL ? g_strdup (sb_file_entry_get_path (entry)) : NULL;
  if (entry == NULL || sb_file_entry_get_mark (entry) != SB_FILE_MARK_DELETED)
    {
      sb_file_view_set_file (self->view, self->channel, entry);
      return;
    }

  change = self->changes != NULL ? sb_change_set_dup_change (self->changes, self->path) : NULL;
  sb_file_view_set_deleted (self->view, self->channel, entry, change);
}

static void
chosen_cb (SbFilesPage *self)
{
  SbOutlineNode *node = gtk_single_selection_get_selected_item (self->chosen);
  SbFileEntry *entry = node != NULL ? sb_outline_node_get_item (node) : NULL;

  /* A row that vanished leaves what it showed; a directory is not a file to show. */
  if (entry != NULL && sb_file_entry_get_file_type (entry) != SB_FILE_TYPE_DIRECTORY)
    show_file (self, entry);
  _sb_files_page_actions_update (self);
}

static void
tree_changed_cb (SbFilesPage *self,
                 const char  *path,
                 SbFileTree  *tree)
{
  SbOutlineNode *node = sb_file_tree_lookup (tree, path);

  /* It may be there again, and what is on show is the deletion. */
  if (node != NULL && node == gtk_single_selection_get_selected_item (self->chosen)
      && sb_file_entry_get_mark (sb_outline_node_get_item (node)) != SB_FILE_MARK_DELETED)
    chosen_cb (self);
  sb_file_view_refresh (self->view, path);
}

/* Each directory above is expanded in turn; its entries come later. */
static void
pursue (SbFilesPage *self)
{
  SbOutline *outline = sb_file_tree_get_outline (self->tree);
  SbOutlineNode *node = sb_file_tree_lookup (self->tree, self->wanted);

  for (const char *slash = strchr (self->wanted, '/'); slash != NULL; slash = strchr (slash + 1, '/'))
    {
      g_autofree char *above = g_strndup (self->wanted, slash - self->wanted);
      SbOutlineNode *directory = sb_file_tree_lookup (self->tree, above);

      if (directory == NULL)
        return;
      if (!sb_outline_node_get_expanded (directory))
        sb_outline_set_expanded (outline, directory, TRUE);
    }
  if (node == NULL)
    return;

  g_clear_pointer (&self->wanted, g_free);
  sb_outline_keys_select (self->list, self->chosen, sb_outline_get_position (outline, node));
}

/* A file written by way of another name comes back as a new entry: the reader stays on it. */
static void
listed_cb (SbFilesPage *self,
           const char  *directory,
           SbFileTree  *tree)
{
  SbOutlineNode *node = sb_file_tree_lookup (tree, self->path);

  if (self->wanted != NULL)
    pursue (self);
  if (node != NULL && gtk_single_selection_get_selected_item (self->chosen) == NULL)
    {
      guint position = sb_outline_get_position (sb_file_tree_get_outline (self->tree), node);

      if (position != G_MAXUINT)
        gtk_single_selection_set_selected (self->chosen, position);
    }
}

static void
failed_cb (SbFilesPage *self,
           GError      *error,
           SbFileTree  *tree)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
  update_state (self);
}

static void
row_setup_cb (SbFilesPage *self,
              GtkListItem *item)
{
  gtk_list_item_set_child (item, sb_file_row_new (sb_file_tree_get_outline (self->tree)));
}

static void
row_bind_cb (SbFilesPage *self,
             GtkListItem *item)
{
  sb_file_row_set_node (SB_FILE_ROW (gtk_list_item_get_child (item)), gtk_list_item_get_item (item));
}

static void
row_unbind_cb (SbFilesPage *self,
               GtkListItem *item)
{
  sb_file_row_set_node (SB_FILE_ROW (gtk_list_item_get_child (item)), NULL);
}

SbOutlineNode *
_sb_files_page_find_node_at (SbFilesPage *self,
                             double       x,
                             double       y)
{
  GtkWidget *at = gtk_widget_pick (GTK_WIDGET (self->list), x, y, GTK_PICK_DEFAULT);
  GtkWidget *row = at != NULL ? gtk_widget_get_ancestor (at, SB_TYPE_FILE_ROW) : NULL;

  /* The row fills a list item, which reaches a little further. */
  if (row == NULL && at != NULL && gtk_widget_get_first_child (at) != NULL
      && SB_IS_FILE_ROW (gtk_widget_get_first_child (at)))
    row = gtk_widget_get_first_child (at);

  return row != NULL ? sb_file_row_get_node (SB_FILE_ROW (row)) : NULL;
}

static void
menu_pressed_cb (SbFilesPage     *self,
                 int              n_press,
                 double           x,
                 double           y,
                 GtkGestureClick *gesture)
{
  SbOutlineNode *node = _sb_files_page_find_node_at (self, x, y);
  double page_x = 0;
  double page_y = 0;

  gtk_single_selection_set_selected (self->chosen,
                                     node != NULL ? sb_outline_get_position (sb_file_tree_get_outline (self->tree),
                                                                             node)
                                                  : GTK_INVALID_LIST_POSITION);
  _sb_files_page_actions_update (self);
  if (!gtk_widget_translate_coordinates (GTK_WIDGET (self->list), GTK_WIDGET (self), x, y, &page_x, &page_y))
    return;

  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_popover_set_pointing_to (self->menu, &(GdkRectangle) { page_x, page_y, 1, 1 });
  gtk_popover_popup (self->menu);
}

static void
row_activated_cb (SbFilesPage *self,
                  guint        position)
{
  sb_outline_toggle (sb_file_tree_get_outline (self->tree), position);
}

static void
sb_files_page_dispose (GObject *object)
{
  SbFilesPage *self = SB_FILES_PAGE (object);

  if (self->tree != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->tree, self);
      g_signal_handlers_disconnect_by_data (sb_file_tree_get_outline (self->tree), self);
    }
  if (self->chosen != NULL)
    g_signal_handlers_disconnect_by_data (self->chosen, self);
  if (self->changes != NULL)
    g_signal_handlers_disconnect_by_data (self->changes, self);
  g_clear_pointer ((GtkWidget **) &self->menu, gtk_widget_unparent);
  g_clear_pointer ((GtkWidget **) &self->toasts, gtk_widget_unparent);
  g_clear_object (&self->removed);
  g_cancellable_cancel (self->transfer);
  g_clear_object (&self->chooser);
  g_clear_object (&self->chosen);
  g_clear_object (&self->tree);
  g_clear_object (&self->channel);
  g_clear_object (&self->changes);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->wanted, g_free);
  g_clear_pointer (&self->loans, g_ptr_array_unref);

  G_OBJECT_CLASS (sb_files_page_parent_class)->dispose (object);
}

static void
sb_files_page_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_CHANGES:
      g_value_set_object (value, SB_FILES_PAGE (object)->changes);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_files_page_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_CHANGES:
      sb_files_page_set_changes (SB_FILES_PAGE (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_files_page_class_init (SbFilesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_files_page_dispose;

  G_OBJECT_CLASS (klass)->get_property = sb_files_page_get_property;
  G_OBJECT_CLASS (klass)->set_property = sb_files_page_set_property;

  properties[PROP_CHANGES] =
    g_param_spec_object ("changes", NULL, NULL, SB_TYPE_CHANGE_SET,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sandbar/Sandbar/ui/sb-files-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbFilesPage, incomplete);
  gtk_widget_class_bind_template_child (widget_class, SbFilesPage, list);
  gtk_widget_class_bind_template_child (widget_class, SbFilesPage, menu);
  gtk_widget_class_bind_template_child (widget_class, SbFilesPage, progress);
  gtk_widget_class_bind_template_child (widget_class, SbFilesPage, progress_box);
  gtk_widget_class_bind_template_child (widget_class, SbFilesPage, since);
  gtk_widget_class_bind_template_child (widget_class, SbFilesPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, SbFilesPage, states);
  gtk_widget_class_bind_template_child (widget_class, SbFilesPage, toasts);
  gtk_widget_class_bind_template_child (widget_class, SbFilesPage, truncated);
  gtk_widget_class_bind_template_child (widget_class, SbFilesPage, view);
  gtk_widget_class_bind_template_callback (widget_class, menu_pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_unbind_cb);

  _sb_files_page_class_actions_init (klass);
  _sb_files_page_class_sharing_init (klass);
  _sb_files_page_class_transfers_init (klass);

  g_type_ensure (SB_TYPE_FILE_VIEW);
  g_type_ensure (SB_TYPE_SINCE_PICKER);
  g_type_ensure (SB_TYPE_SPLIT);
}

static void
sb_files_page_init (SbFilesPage *self)
{
  SbOutline *outline;

  self->tree = sb_file_tree_new ();
  self->loans = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));

  outline = sb_file_tree_get_outline (self->tree);
  self->chosen = gtk_single_selection_new (G_LIST_MODEL (g_object_ref (outline)));
  gtk_single_selection_set_autoselect (self->chosen, FALSE);
  gtk_single_selection_set_can_unselect (self->chosen, TRUE);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->chosen));
  sb_outline_keys_attach (self->list, self->chosen, outline);

  g_signal_connect_object (self->chosen, "notify::selected-item", G_CALLBACK (chosen_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (outline, "items-changed", G_CALLBACK (update_state), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (self->tree, "changed", G_CALLBACK (tree_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->tree, "listed", G_CALLBACK (listed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->tree, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->tree, "notify::loading", G_CALLBACK (update_state), self, G_CONNECT_SWAPPED);
  gtk_widget_set_parent (GTK_WIDGET (self->menu), GTK_WIDGET (self));
  _sb_files_page_transfers_attach (self);
  _sb_files_page_actions_update (self);
  update_state (self);
}

void
sb_files_page_set_source (SbFilesPage *self,
                          SbChannel   *channel,
                          SbTrace     *trace)
{
  g_return_if_fail (SB_IS_FILES_PAGE (self));

  sb_file_tree_set_trace (self->tree, trace);
  sb_since_picker_set_trace (self->since, trace);
  if (!g_set_object (&self->channel, channel))
    return;

  g_clear_pointer (&self->wanted, g_free);
  show_file (self, NULL);
  g_clear_object (&self->removed);
  sb_file_tree_set_channel (self->tree, channel);
  _sb_files_page_actions_update (self);
  update_state (self);
}

void
sb_files_page_set_changes (SbFilesPage *self,
                           SbChangeSet *changes)
{
  g_return_if_fail (SB_IS_FILES_PAGE (self));

  if (self->changes == changes)
    return;

  if (self->changes != NULL)
    g_signal_handlers_disconnect_by_data (self->changes, self);
  g_set_object (&self->changes, changes);
  if (changes != NULL)
    g_signal_connect_object (changes, "notify::complete", G_CALLBACK (update_state), self, G_CONNECT_SWAPPED);
  sb_file_tree_set_changes (self->tree, changes);
  sb_since_picker_set_changes (self->since, changes);
  update_state (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHANGES]);
}

void
sb_files_page_show_file (SbFilesPage *self,
                         const char  *path)
{
  g_return_if_fail (SB_IS_FILES_PAGE (self));
  g_return_if_fail (path != NULL);

  g_free (self->wanted);
  self->wanted = g_strdup (path);
  pursue (self);
}

guint
sb_files_page_get_n_unsaved (SbFilesPage *self,
                             SbChannel   *channel)
{
  g_return_val_if_fail (SB_IS_FILES_PAGE (self), 0);

  return sb_file_view_get_n_unsaved (self->view, channel);
}

SbFileDrafts *
sb_files_page_get_drafts (SbFilesPage *self)
{
  g_return_val_if_fail (SB_IS_FILES_PAGE (self), NULL);

  return sb_file_view_get_drafts (self->view);
}
