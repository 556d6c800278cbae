/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-files-page-private.h"

#include <glib/gi18n.h>

#include "sb-compat.h"
#include "sb-file-loan.h"
#include "sb-file-provider.h"

/* Other programs may still read them; the oldest go first. */
#define MAX_LOANS 32

/* What a program may be started from by opening it. */
static const char * const programs[] = {
  "application/x-sharedlib",
  "application/x-desktop",
  "application/x-ms-dos-executable",
  "application/x-msdownload",
  "application/vnd.microsoft.portable-executable",
  "application/x-msi",
  "application/java-archive",
  "application/x-java-archive",
  "application/x-java-jnlp-file",
  "application/vnd.appimage",
  "application/x-iso9660-appimage",
  "application/vnd.flatpak.ref",
  "application/vnd.snap",
  "application/vnd.debian.binary-package",
  "application/x-rpm",
};

/* A file that is to be opened with a program that the user chooses. */
typedef struct
{
  /* owned */
  SbFilesPage *page;
  SbFileLoan  *loan;
  GFile       *file; /* nullable: not fetched yet */
} OpenCall;

static void
open_call_free (OpenCall *call)
{
  g_object_unref (call->page);
  g_object_unref (call->loan);
  g_clear_object (&call->file);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OpenCall, open_call_free)

/* (transfer none) */
static SbFileLoan *
lend (SbFilesPage *self,
      const char  *path)
{
  SbFileLoan *loan = sb_file_loan_new (self->channel, path);

  if (self->loans->len == MAX_LOANS)
    g_ptr_array_remove_index (self->loans, 0);
  g_ptr_array_add (self->loans, loan);

  return loan;
}

static gboolean
can_be_lent (SbFilesPage *self,
             SbFileEntry *entry)
{
  return self->channel != NULL && entry != NULL && sb_file_entry_get_mark (entry) != SB_FILE_MARK_DELETED
         && sb_file_entry_get_file_type (entry) == SB_FILE_TYPE_REGULAR;
}

static void
failed_cb (SbFilesPage    *self,
           GError         *error,
           SbFileProvider *provider)
{
  if (self->toasts != NULL)
    _sb_files_page_tell (self, error->message);
}

static GdkContentProvider *
prepare_cb (SbFilesPage   *self,
            double         x,
            double         y,
            GtkDragSource *source)
{
  SbOutlineNode *node = _sb_files_page_find_node_at (self, x, y);
  SbFileEntry *entry = node != NULL ? sb_outline_node_get_item (node) : NULL;
  GdkContentProvider *provider = NULL;

  if (!can_be_lent (self, entry))
    return NULL;

  provider = sb_file_provider_new (lend (self, sb_file_entry_get_path (entry)));
  g_signal_connect_object (provider, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);

  return provider;
}

/* What is dragged about in its own list comes from there already. */
static gboolean
accept_cb (SbFilesPage   *self,
           GdkDrop       *drop,
           GtkDropTarget *target)
{
  return gdk_drop_get_drag (drop) == NULL
         && gdk_content_formats_contain_gtype (gdk_drop_get_formats (drop), GDK_TYPE_FILE_LIST);
}

/* A script is text for an editor: what interprets it is not what opens it, and the copy is not executable. */
static gboolean
is_program (const char *content_type)
{
  if (g_content_type_is_a (content_type, "application/x-executable")
      && !g_content_type_is_a (content_type, "text/plain"))
    return TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++)
    if (g_content_type_is_a (content_type, programs[i]))
      return TRUE;

  return FALSE;
}

static void
chosen_cb (GtkDialog *dialog,
           int        response,
           gpointer   user_data)
{
  OpenCall *call = user_data;
  g_autoptr(GAppInfo) app = NULL;
  g_autoptr(GdkAppLaunchContext) context = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GList) files = g_list_append (NULL, call->file);

  if (response == GTK_RESPONSE_OK)
    app = gtk_app_chooser_get_app_info (GTK_APP_CHOOSER (dialog));
  if (app != NULL)
    {
      context = gdk_display_get_app_launch_context (gtk_widget_get_display (GTK_WIDGET (dialog)));
      if (!g_app_info_launch (app, files, G_APP_LAUNCH_CONTEXT (context), &error))
        _sb_files_page_tell (call->page, error->message);
    }
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static void
ask_program (OpenCall *call)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (call->page)));
  GtkWidget *dialog = gtk_app_chooser_dialog_new (window, GTK_DIALOG_MODAL, call->file);

  gtk_window_set_title (GTK_WINDOW (dialog), _("Open With"));
  gtk_app_chooser_dialog_set_heading (GTK_APP_CHOOSER_DIALOG (dialog),
                                      _("What is opened is a copy of a file from the sandbox.\n"
                                        "Choose a program that a file of strangers does not harm."));
  g_signal_connect_data (dialog, "response", G_CALLBACK (chosen_cb), call, (GClosureNotify) (GCallback) open_call_free,
                         0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
asked_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(OpenCall) call = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);

  if (call->page->toasts == NULL)
    return;

  if (info == NULL)
    _sb_files_page_tell (call->page, error->message);
  else if (is_program (g_file_info_get_content_type (info)))
    _sb_files_page_tell (call->page, _("Not opened: it is a program, or starts one"));
  else
    ask_program (g_steal_pointer (&call));
}

static void
fetched_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(OpenCall) call = user_data;
  g_autoptr(GError) error = NULL;
  GFile *file = sb_file_loan_fetch_finish (SB_FILE_LOAN (source), result, &error);

  if (file == NULL)
    {
      failed_cb (call->page, error, NULL);
      return;
    }

  call->file = g_object_ref (file);
  g_file_query_info_async (file, G_FILE_ATTRIBUTE_STANDARD_CONTENT_TYPE, G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT,
                           NULL, asked_cb, g_steal_pointer (&call));
}

static void
open_with_cb (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  SbFilesPage *self = SB_FILES_PAGE (widget);
  SbFileEntry *entry = _sb_files_page_get_chosen (self);
  OpenCall *call = NULL;

  if (!can_be_lent (self, entry))
    return;

  call = g_new0 (OpenCall, 1);
  call->page = g_object_ref (self);
  call->loan = g_object_ref (lend (self, sb_file_entry_get_path (entry)));
  sb_file_loan_fetch_async (call->loan, NULL, fetched_cb, call);
}

void
_sb_files_page_class_sharing_init (SbFilesPageClass *klass)
{
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "files.open-with", NULL, open_with_cb);
}

void
_sb_files_page_sharing_attach (SbFilesPage   *self,
                               GtkDropTarget *target)
{
  GtkDragSource *source = gtk_drag_source_new ();

  gtk_drag_source_set_actions (source, GDK_ACTION_COPY);
  g_signal_connect_object (source, "prepare", G_CALLBACK (prepare_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->list), GTK_EVENT_CONTROLLER (source));
  g_signal_connect_object (target, "accept", G_CALLBACK (accept_cb), self, G_CONNECT_SWAPPED);
}

void
_sb_files_page_sharing_update (SbFilesPage *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "files.open-with",
                                 can_be_lent (self, _sb_files_page_get_chosen (self)));
}
