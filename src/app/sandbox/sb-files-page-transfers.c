/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-files-page-private.h"

#include <glib/gi18n.h>

#include "sb-channel-save.h"
#include "sb-file-entry.h"
#include "sb-file-export.h"
#include "sb-file-import.h"
#include "sb-id.h"

static void
progress_cb (guint    n_files,
             guint64  bytes,
             gpointer user_data)
{
  SbFilesPage *self = user_data;
  g_autofree char *size = sb_format_size (bytes);
  g_autofree char *text = g_strdup_printf (ngettext ("Added %u file, %s", "Added %u files, %s", n_files), n_files,
                                           size);

  if (self->toasts != NULL)
    gtk_label_set_text (self->progress, text);
}

/* FALSE: the page is gone. */
static gboolean
end_transfer (SbFilesPage *self)
{
  g_clear_object (&self->transfer);
  if (self->toasts == NULL)
    return FALSE;

  gtk_widget_set_visible (self->progress_box, FALSE);
  _sb_files_page_actions_update (self);

  return TRUE;
}

static void
added_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(SbFilesPage) self = user_data;
  g_autoptr(GError) error = NULL;
  gboolean ok = sb_file_import_finish (result, &error);

  if (!end_transfer (self))
    return;

  if (ok)
    _sb_files_page_tell (self, gtk_label_get_text (self->progress));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    _sb_files_page_tell (self, error->message);
}

static void
begin_transfer (SbFilesPage *self)
{
  self->transfer = g_cancellable_new ();
  gtk_widget_set_visible (self->progress_box, TRUE);
  _sb_files_page_actions_update (self);
}

static void
add (SbFilesPage *self,
     GListModel  *files)
{
  g_autofree char *directory = _sb_files_page_dup_directory (self);

  if (self->channel == NULL || self->transfer != NULL)
    return;

  begin_transfer (self);
  progress_cb (0, 0, self);
  sb_file_import_async (self->channel, files, directory, progress_cb, self, self->transfer, added_cb,
                        g_object_ref (self));
}

static gboolean
dropped_cb (SbFilesPage   *self,
            const GValue  *value,
            double         x,
            double         y,
            GtkDropTarget *target)
{
  g_autoptr(GListStore) files = g_list_store_new (G_TYPE_FILE);
  GSList *list = g_value_get_boxed (value);

  if (self->channel == NULL || self->transfer != NULL)
    return FALSE;

  for (GSList *link = list; link != NULL; link = link->next)
    g_list_store_append (files, link->data);
  add (self, G_LIST_MODEL (files));

  return TRUE;
}

static void
open_chooser (SbFilesPage          *self,
              const char           *title,
              GtkFileChooserAction  action,
              const char           *accept_label,
              GCallback             response_cb)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));

  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (title, window, action, accept_label, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", response_cb, self, G_CONNECT_SWAPPED);
}

static void
add_response_cb (SbFilesPage          *self,
                 int                   response,
                 GtkFileChooserNative *dialog)
{
  g_autoptr(GtkFileChooserNative) chooser = g_steal_pointer (&self->chooser);
  g_autoptr(GListModel) files = NULL;

  if (response != GTK_RESPONSE_ACCEPT)
    return;

  files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (chooser));
  add (self, files);
}

static void
add_cb (GtkWidget  *widget,
        const char *action_name,
        GVariant   *parameter)
{
  SbFilesPage *self = SB_FILES_PAGE (widget);

  open_chooser (self, _("Add Files"), GTK_FILE_CHOOSER_ACTION_OPEN, _("_Add"), G_CALLBACK (add_response_cb));
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (self->chooser), TRUE);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
stop_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  g_cancellable_cancel (SB_FILES_PAGE (widget)->transfer);
}

static void
saved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(SbFilesPage) self = user_data;
  g_autoptr(GError) error = NULL;

  if (sb_file_export_finish (result, &error))
    _sb_files_page_tell (self, _("Saved"));
  else
    _sb_files_page_tell (self, error->message);
}

static void
save_response_cb (SbFilesPage          *self,
                  int                   response,
                  GtkFileChooserNative *dialog)
{
  g_autoptr(GtkFileChooserNative) chooser = g_steal_pointer (&self->chooser);
  const char *path = g_object_get_data (G_OBJECT (chooser), "path");
  g_autoptr(GFile) target = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));

  if (response == GTK_RESPONSE_ACCEPT && target != NULL && self->channel != NULL)
    sb_file_export_async (self->channel, path, target, 0, NULL, saved_cb, g_object_ref (self));
}

static char *
describe_saved (const SbTreeUnpacked *unpacked)
{
  g_autofree char *size = sb_format_size (unpacked->bytes);

  return g_strdup_printf (ngettext ("Saved %u file, %s", "Saved %u files, %s", unpacked->n_files), unpacked->n_files,
                          size);
}

static void
tree_progress_cb (const SbTreeUnpacked *unpacked,
                  gpointer              user_data)
{
  SbFilesPage *self = user_data;
  g_autofree char *text = describe_saved (unpacked);

  if (self->toasts != NULL)
    gtk_label_set_text (self->progress, text);
}

static void
tree_saved_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(SbFilesPage) self = user_data;
  SbTreeUnpacked unpacked = { 0 };
  g_autoptr(GError) error = NULL;
  gboolean ok = sb_channel_save_tree_finish (SB_CHANNEL (source), result, &unpacked, NULL, &error);
  guint n_left_out = unpacked.n_links + unpacked.n_existing + unpacked.n_refused + unpacked.n_skipped;
  g_autofree char *saved = describe_saved (&unpacked);
  g_autofree char *text = NULL;

  if (!end_transfer (self) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  /* Translators: "Saved 12 files, 3 KiB", and how many links, existing and unfit files were left out */
  if (ok && n_left_out > 0)
    text = g_strdup_printf (_("%s; %u entries were left out: links, and what was there already"), saved, n_left_out);
  _sb_files_page_tell (self, ok ? (text != NULL ? text : saved) : error->message);
}

static void
folder_response_cb (SbFilesPage          *self,
                    int                   response,
                    GtkFileChooserNative *dialog)
{
  g_autoptr(GtkFileChooserNative) chooser = g_steal_pointer (&self->chooser);
  const char *path = g_object_get_data (G_OBJECT (chooser), "path");
  g_autoptr(GFile) folder = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  const SbTreeUnpacked nothing = { 0 };

  if (response != GTK_RESPONSE_ACCEPT || folder == NULL || self->channel == NULL || self->transfer != NULL)
    return;

  begin_transfer (self);
  tree_progress_cb (&nothing, self);
  sb_channel_save_tree_async (self->channel, path, folder, tree_progress_cb, self, self->transfer, tree_saved_cb,
                              g_object_ref (self));
}

/* A file, or a folder with all that it holds; where none is selected, the workspace. */
static void
save_out_cb (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  SbFilesPage *self = SB_FILES_PAGE (widget);
  SbFileEntry *entry = _sb_files_page_get_chosen (self);
  const char *path = entry != NULL ? sb_file_entry_get_path (entry) : "";

  if (entry == NULL || sb_file_entry_get_file_type (entry) == SB_FILE_TYPE_DIRECTORY)
    {
      open_chooser (self, _("Save the Folder Into"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _("_Save"),
                    G_CALLBACK (folder_response_cb));
    }
  else
    {
      open_chooser (self, _("Save a Copy"), GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), G_CALLBACK (save_response_cb));
      gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), sb_file_entry_get_display_name (entry));
    }
  g_object_set_data_full (G_OBJECT (self->chooser), "path", g_strdup (path), g_free);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

void
_sb_files_page_class_transfers_init (SbFilesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_install_action (widget_class, "files.add", NULL, add_cb);
  gtk_widget_class_install_action (widget_class, "files.stop", NULL, stop_cb);
  gtk_widget_class_install_action (widget_class, "files.save-out", NULL, save_out_cb);
}

void
_sb_files_page_transfers_attach (SbFilesPage *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect_object (target, "drop", G_CALLBACK (dropped_cb), self, G_CONNECT_SWAPPED);
  _sb_files_page_sharing_attach (self, target);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}
