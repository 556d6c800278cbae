/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-window-private.h"

#include <glib/gi18n.h>

#include "sb-compat.h"

/* A conversation in which nothing was said yet is used before another one is made. */
static gboolean
is_blank (SbConversation *conversation)
{
  return conversation != NULL
         && sb_conversation_get_title (conversation) == NULL
         && g_list_model_get_n_items (G_LIST_MODEL (conversation)) == 0;
}

static void
new_conversation_cb (GtkWidget  *widget,
                     const char *action_name,
                     GVariant   *parameter)
{
  SbWindow *self = SB_WINDOW (widget);

  if (!is_blank (sb_selection_get_conversation (self->selection)))
    sb_selection_set_conversation (self->selection, sb_workspace_new_conversation (self->workspace));
  if (sb_panes_get_width_class (self->panes) == SB_PANES_NARROW)
    _sb_window_show_sidebar (self, FALSE);
  sb_chat_view_focus_composer (self->chat);
}

static void
rename_accepted_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr(GtkWidget) entry = user_data;
  SbWindow *self = SB_WINDOW (source);
  SbConversation *conversation = sb_selection_get_conversation (self->selection);
  g_autofree char *title = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry))));

  if (sb_compat_confirm_finish (result) && *title != '\0' && conversation != NULL)
    sb_conversation_set_title (conversation, title);
}

static void
rename_conversation_cb (GtkWidget  *widget,
                        const char *action_name,
                        GVariant   *parameter)
{
  SbWindow *self = SB_WINDOW (widget);
  SbConversation *conversation = sb_selection_get_conversation (self->selection);
  GtkWidget *entry;
  const char *title;

  if (conversation == NULL)
    return;

  title = sb_conversation_get_title (conversation);
  entry = gtk_entry_new ();
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_editable_set_text (GTK_EDITABLE (entry), title != NULL ? title : "");
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Title"), -1);
  sb_compat_confirm_async (GTK_WINDOW (self), _("Rename Conversation"), NULL, _("_Rename"), FALSE, entry,
                           rename_accepted_cb, g_object_ref (entry));
  gtk_widget_grab_focus (entry);
}

static SbConversation *
find_neighbour (SbWindow       *self,
                SbConversation *conversation)
{
  GListModel *list = sb_workspace_get_conversations (self->workspace);
  guint n_items = g_list_model_get_n_items (list);

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr(SbConversation) item = g_list_model_get_item (list, i);

      if (item == conversation)
        return g_list_model_get_item (list, i + 1 < n_items ? i + 1 : (i > 0 ? i - 1 : G_MAXUINT));
    }

  return NULL;
}

static void
delete_conversation_cb (GtkWidget  *widget,
                        const char *action_name,
                        GVariant   *parameter)
{
  SbWindow *self = SB_WINDOW (widget);
  g_autoptr(SbConversation) conversation = NULL;
  g_autoptr(SbConversation) next = NULL;
  AdwToast *toast;

  if (!g_set_object (&conversation, sb_selection_get_conversation (self->selection)))
    return;

  if (sb_conversation_get_running (conversation))
    sb_workspace_stop (self->workspace, conversation);
  next = find_neighbour (self, conversation);
  sb_store_delete (sb_workspace_get_store (self->workspace), conversation);
  sb_selection_set_conversation (self->selection, next);
  if (next == NULL)
    gtk_widget_activate_action (widget, "win.new-conversation", NULL);
  g_set_object (&self->last_deleted, conversation);

  toast = adw_toast_new (_("Conversation deleted"));
  adw_toast_set_button_label (toast, _("_Undo"));
  adw_toast_set_action_name (toast, "win.undo-delete");
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
undo_delete_cb (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  SbWindow *self = SB_WINDOW (widget);
  g_autoptr(SbConversation) conversation = g_steal_pointer (&self->last_deleted);

  if (conversation == NULL)
    return;

  sb_store_undelete (sb_workspace_get_store (self->workspace), conversation);
  sb_selection_set_conversation (self->selection, conversation);
}

static void
select_conversation_cb (GtkWidget  *widget,
                        const char *action_name,
                        GVariant   *parameter)
{
  sb_sidebar_select_nth (SB_WINDOW (widget)->sidebar, g_variant_get_int32 (parameter) - 1);
}

static void
show_page_cb (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  SbWindow *self = SB_WINDOW (widget);

  gtk_stack_set_visible_child_name (self->pages, g_variant_get_string (parameter, NULL));
  if (!self->show_inspector)
    _sb_window_show_inspector (self, TRUE);
}

static void
show_file_cb (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  gtk_widget_activate_action (widget, "win.show-page", "s", "sandbox");
  sb_selection_show_file (SB_WINDOW (widget)->selection, g_variant_get_string (parameter, NULL));
}

static void
search_cb (GtkWidget  *widget,
           const char *action_name,
           GVariant   *parameter)
{
  SbWindow *self = SB_WINDOW (widget);

  if (!self->show_sidebar)
    _sb_window_show_sidebar (self, TRUE);
  sb_sidebar_set_searching (self->sidebar, TRUE);
}

static void
focus_composer_cb (GtkWidget  *widget,
                   const char *action_name,
                   GVariant   *parameter)
{
  sb_chat_view_focus_composer (SB_WINDOW (widget)->chat);
}

static void
stop_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbWindow *self = SB_WINDOW (widget);
  SbConversation *conversation = sb_selection_get_conversation (self->selection);

  if (conversation != NULL && sb_conversation_get_running (conversation))
    sb_workspace_stop (self->workspace, conversation);
}

static void
toast_cb (GtkWidget  *widget,
          const char *action_name,
          GVariant   *parameter)
{
  sb_window_show_toast (SB_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
show_chat_cb (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  SbWindow *self = SB_WINDOW (widget);

  self->show_sidebar = FALSE;
  self->show_inspector = FALSE;
  _sb_window_layout_apply (self);
}

void
_sb_window_actions_update (SbWindow *self)
{
  SbConversation *conversation = NULL;

  if (self->selection != NULL)
    conversation = sb_selection_get_conversation (self->selection);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.rename-conversation", conversation != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.delete-conversation",
                                 conversation != NULL && !is_blank (conversation));
  g_object_notify (G_OBJECT (self), "sidebar-visible");
  g_object_notify (G_OBJECT (self), "inspector-visible");
}

void
_sb_window_class_actions_init (SbWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_install_property_action (widget_class, "win.show-sidebar", "sidebar-visible");
  gtk_widget_class_install_property_action (widget_class, "win.show-inspector", "inspector-visible");
  gtk_widget_class_install_action (widget_class, "win.new-conversation", NULL, new_conversation_cb);
  gtk_widget_class_install_action (widget_class, "win.rename-conversation", NULL, rename_conversation_cb);
  gtk_widget_class_install_action (widget_class, "win.delete-conversation", NULL, delete_conversation_cb);
  gtk_widget_class_install_action (widget_class, "win.undo-delete", NULL, undo_delete_cb);
  gtk_widget_class_install_action (widget_class, "win.select-conversation", "i", select_conversation_cb);
  gtk_widget_class_install_action (widget_class, "win.show-page", "s", show_page_cb);
  gtk_widget_class_install_action (widget_class, "win.show-file", "s", show_file_cb);
  gtk_widget_class_install_action (widget_class, "win.show-chat", NULL, show_chat_cb);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, search_cb);
  gtk_widget_class_install_action (widget_class, "win.focus-composer", NULL, focus_composer_cb);
  gtk_widget_class_install_action (widget_class, "win.stop", NULL, stop_cb);
  gtk_widget_class_install_action (widget_class, "win.toast", "s", toast_cb);
}
