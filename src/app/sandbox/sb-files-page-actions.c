/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-files-page-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "sb-compat.h"
#include "sb-file-entry.h"

#define MAX_NAME 255

typedef enum
{
  NEW_FILE,
  NEW_FOLDER,
  RENAME,
} Naming;

/* A name that is asked for, and what it is for. */
typedef struct
{
  /* owned */
  SbFilesPage *page;
  SbChannel   *channel;
  GtkWidget   *entry;
  char        *directory; /* "" is the workspace */
  char        *from;      /* nullable: what is renamed */
  char        *target;    /* nullable: not chosen yet */

  Naming naming;
} NameCall;

static void
name_call_free (NameCall *call)
{
  g_object_unref (call->page);
  g_object_unref (call->channel);
  g_object_unref (call->entry);
  g_free (call->directory);
  g_free (call->from);
  g_free (call->target);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NameCall, name_call_free)

void
_sb_files_page_tell (SbFilesPage *self,
                     const char  *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);

  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (markup));
}

SbFileEntry *
_sb_files_page_get_chosen (SbFilesPage *self)
{
  SbOutlineNode *node = gtk_single_selection_get_selected_item (self->chosen);

  return node != NULL ? sb_outline_node_get_item (node) : NULL;
}

static char *
get_parent (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash != NULL ? g_strndup (path, slash - path) : g_strdup ("");
}

char *
_sb_files_page_dup_directory (SbFilesPage *self)
{
  SbFileEntry *entry = _sb_files_page_get_chosen (self);

  if (entry == NULL)
    return g_strdup ("");
  if (sb_file_entry_get_mark (entry) == SB_FILE_MARK_DELETED)
    return g_strdup ("");
  if (sb_file_entry_get_file_type (entry) == SB_FILE_TYPE_DIRECTORY)
    return g_strdup (sb_file_entry_get_path (entry));

  return get_parent (sb_file_entry_get_path (entry));
}

static void
named_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(NameCall) call = user_data;
  g_autoptr(GError) error = NULL;
  gboolean ok;

  if (call->naming == NEW_FILE)
    ok = sb_channel_write_file_finish (SB_CHANNEL (source), result, &error);
  else
    ok = sb_channel_change_finish (SB_CHANNEL (source), result, &error);
  if (!ok)
    _sb_files_page_tell (call->page, error->message);
  else if (call->channel == call->page->channel)
    sb_files_page_show_file (call->page, call->target);
}

/* call: (transfer full). No name that is typed overwrites a file. */
static void
apply_name (NameCall *call)
{
  g_autoptr(GBytes) nothing = g_bytes_new_static ("", 0);

  switch (call->naming)
    {
    case NEW_FILE:
      sb_channel_replace_file_async (call->channel, call->target, nothing, NULL, NULL, named_cb, call);
      break;
    case NEW_FOLDER:
      sb_channel_make_dir_async (call->channel, call->target, NULL, named_cb, call);
      break;
    case RENAME:
    default:
      sb_channel_rename_file_async (call->channel, call->from, call->target, FALSE, NULL, named_cb, call);
      break;
    }
}

static gboolean
is_good_name (const char *name)
{
  return *name != '\0' && strlen (name) <= MAX_NAME && strchr (name, '/') == NULL
         && !g_str_equal (name, ".") && !g_str_equal (name, "..");
}

static void
name_chosen_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(NameCall) call = user_data;
  const char *name = gtk_editable_get_text (GTK_EDITABLE (call->entry));

  if (!sb_compat_confirm_finish (result))
    return;
  if (!is_good_name (name))
    {
      _sb_files_page_tell (call->page, _("That is no name for a file: it is empty, too long, or has a slash in it."));
      return;
    }

  call->target = *call->directory != '\0' ? g_strconcat (call->directory, "/", name, NULL) : g_strdup (name);
  if (g_strcmp0 (call->target, call->from) != 0)
    apply_name (g_steal_pointer (&call));
}

static void
ask_name (SbFilesPage *self,
          Naming       naming,
          const char  *heading,
          const char  *accept_label)
{
  NameCall *call = g_new0 (NameCall, 1);
  GtkWidget *entry = gtk_entry_new ();

  call->page = g_object_ref (self);
  call->channel = g_object_ref (self->channel);
  call->entry = g_object_ref (entry);
  call->naming = naming;
  if (naming == RENAME)
    {
      call->from = g_strdup (sb_file_entry_get_path (_sb_files_page_get_chosen (self)));
      call->directory = get_parent (call->from);
      gtk_editable_set_text (GTK_EDITABLE (entry), sb_file_entry_get_display_name (_sb_files_page_get_chosen (self)));
    }
  else
    {
      call->directory = _sb_files_page_dup_directory (self);
    }

  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Name"), -1);
  sb_compat_confirm_async (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), heading, NULL, accept_label,
                           FALSE, entry, name_chosen_cb, call);
  gtk_widget_grab_focus (entry);
}

static void
new_file_cb (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  ask_name (SB_FILES_PAGE (widget), NEW_FILE, _("New File"), _("_Create"));
}

static void
new_folder_cb (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  ask_name (SB_FILES_PAGE (widget), NEW_FOLDER, _("New Folder"), _("_Create"));
}

static void
rename_cb (GtkWidget  *widget,
           const char *action_name,
           GVariant   *parameter)
{
  ask_name (SB_FILES_PAGE (widget), RENAME, _("Rename"), _("_Rename"));
}

static void
removed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(SbFilesPage) self = user_data;
  g_autoptr(GError) error = NULL;
  AdwToast *toast;

  if (!sb_file_removal_run_finish (SB_FILE_REMOVAL (source), result, &error))
    {
      _sb_files_page_tell (self, error->message);
      return;
    }

  toast = adw_toast_new (_("Deleted"));
  if (self->removed == SB_FILE_REMOVAL (source))
    {
      adw_toast_set_button_label (toast, _("_Undo"));
      adw_toast_set_action_name (toast, "files.undo");
      gtk_widget_action_set_enabled (GTK_WIDGET (self), "files.undo", TRUE);
    }
  adw_toast_overlay_add_toast (self->toasts, toast);
}

typedef struct
{
  /* owned */
  SbFilesPage   *page;
  SbFileRemoval *removal;
} RemoveCall;

static void
remove_confirmed_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  RemoveCall *call = user_data;

  if (sb_compat_confirm_finish (result))
    sb_file_removal_run_async (call->removal, removed_cb, g_object_ref (call->page));
  g_object_unref (call->page);
  g_object_unref (call->removal);
  g_free (call);
}

static void
prepared_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(SbFilesPage) self = user_data;
  SbFileRemoval *removal = SB_FILE_REMOVAL (source);
  g_autoptr(GError) error = NULL;
  gboolean kept = sb_file_removal_prepare_finish (removal, result, &error);
  RemoveCall *call;

  if (error != NULL)
    {
      _sb_files_page_tell (self, error->message);
      return;
    }
  if (kept)
    {
      g_set_object (&self->removed, removal);
      sb_file_removal_run_async (removal, removed_cb, g_steal_pointer (&self));
      return;
    }

  call = g_new0 (RemoveCall, 1);
  call->page = g_object_ref (self);
  call->removal = g_object_ref (removal);
  sb_compat_confirm_async (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), _("Delete for Good?"),
                           _("It is too large to be kept, or holds links, so it cannot be brought back."),
                           _("_Delete"), TRUE, NULL, remove_confirmed_cb, call);
}

static void
delete_cb (GtkWidget  *widget,
           const char *action_name,
           GVariant   *parameter)
{
  SbFilesPage *self = SB_FILES_PAGE (widget);
  g_autoptr(SbFileRemoval) removal = NULL;

  removal = sb_file_removal_new (self->channel, sb_file_entry_get_path (_sb_files_page_get_chosen (self)));
  sb_file_removal_prepare_async (removal, prepared_cb, g_object_ref (self));
}

static void
restored_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(SbFilesPage) self = user_data;
  g_autoptr(GError) error = NULL;

  if (!sb_file_removal_restore_finish (SB_FILE_REMOVAL (source), result, &error))
    _sb_files_page_tell (self, error->message);
}

static void
undo_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbFilesPage *self = SB_FILES_PAGE (widget);
  g_autoptr(SbFileRemoval) removal = g_steal_pointer (&self->removed);

  gtk_widget_action_set_enabled (widget, "files.undo", FALSE);
  if (removal != NULL)
    sb_file_removal_restore_async (removal, restored_cb, g_object_ref (self));
}

/* In the list of changes, which says more about it. */
static void
show_change_cb (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  SbFileEntry *entry = _sb_files_page_get_chosen (SB_FILES_PAGE (widget));
  const char *path = entry != NULL ? sb_file_entry_get_path (entry) : "";

  /* Any bytes. */
  gtk_widget_activate_action_variant (widget, "sandbox.show-change", g_variant_new_bytestring (path));
}

static void
menu_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbFilesPage *self = SB_FILES_PAGE (widget);
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));
  GtkWidget *at = focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->list))
                  ? focus : GTK_WIDGET (self->list);
  graphene_rect_t bounds;

  if (!gtk_widget_compute_bounds (at, widget, &bounds))
    return;

  gtk_popover_set_pointing_to (self->menu, &(GdkRectangle) { bounds.origin.x + 24, bounds.origin.y, 1,
                                                             bounds.size.height });
  gtk_popover_popup (self->menu);
}

void
_sb_files_page_class_actions_init (SbFilesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_install_action (widget_class, "files.new-file", NULL, new_file_cb);
  gtk_widget_class_install_action (widget_class, "files.new-folder", NULL, new_folder_cb);
  gtk_widget_class_install_action (widget_class, "files.rename", NULL, rename_cb);
  gtk_widget_class_install_action (widget_class, "files.delete", NULL, delete_cb);
  gtk_widget_class_install_action (widget_class, "files.undo", NULL, undo_cb);
  gtk_widget_class_install_action (widget_class, "files.menu", NULL, menu_cb);
  gtk_widget_class_install_action (widget_class, "files.show-change", NULL, show_change_cb);
}

static gboolean
can_be_saved (SbFileEntry *entry)
{
  SbFileType type = sb_file_entry_get_file_type (entry);

  return type == SB_FILE_TYPE_REGULAR || type == SB_FILE_TYPE_DIRECTORY;
}

static gboolean
is_changed (SbFileEntry *entry)
{
  SbFileMark mark = entry != NULL ? sb_file_entry_get_mark (entry) : SB_FILE_MARK_NONE;

  return mark == SB_FILE_MARK_ADDED || mark == SB_FILE_MARK_MODIFIED;
}

void
_sb_files_page_actions_update (SbFilesPage *self)
{
  gboolean open = self->channel != NULL;
  SbFileEntry *entry = open ? _sb_files_page_get_chosen (self) : NULL;
  gboolean deleted = entry != NULL && sb_file_entry_get_mark (entry) == SB_FILE_MARK_DELETED;
  gboolean chosen = entry != NULL && !deleted;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "files.new-file", open);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "files.new-folder", open);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "files.rename", chosen);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "files.delete", chosen);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "files.undo", open && self->removed != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "files.add", open && self->transfer == NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "files.stop", self->transfer != NULL);
  _sb_files_page_sharing_update (self);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "files.show-change", deleted || is_changed (entry));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "files.save-out",
                                 open && !deleted && (!chosen || can_be_saved (entry))
                                 && self->transfer == NULL);
}
