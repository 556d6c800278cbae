/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-unsaved-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "sb-code-view.h"
#include "sb-text.h"
#include "sb-undo.h"

struct _SbUnsavedPage
{
  GtkWidget parent_instance;

  /* owned */
  SbFileDrafts         *drafts;
  SbFileDocument       *document; /* nullable: the one on show */
  GtkFileChooserNative *chooser;  /* nullable: while it is open */

  /* template */
  GtkWidget   *box;
  SbCodeView  *code;
  GtkDropDown *picker;
  GtkLabel    *reason;

  gboolean syncing;
};

/* A text on its way to a file of the user, or thrown away for now. */
typedef struct
{
  /* owned */
  SbUnsavedPage  *page;
  SbFileDocument *document;
  GBytes         *text; /* nullable */
} DraftCall;

G_DEFINE_FINAL_TYPE (SbUnsavedPage, sb_unsaved_page, GTK_TYPE_WIDGET)

static DraftCall *
draft_call_new (SbUnsavedPage *self)
{
  DraftCall *call = g_new0 (DraftCall, 1);

  call->page = g_object_ref (self);
  call->document = g_object_ref (self->document);

  return call;
}

static void
draft_call_free (gpointer data)
{
  DraftCall *call = data;

  g_object_unref (call->page);
  g_object_unref (call->document);
  g_clear_pointer (&call->text, g_bytes_unref);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DraftCall, draft_call_free)

/* Fit to be shown. */
static char *
describe (SbFileDocument *document)
{
  char *path = sb_text_clean (sb_file_document_get_path (document), -1, NULL);

  return g_strdelimit (path, "\n\t", ' ');
}

/* What is typed on here is kept, too. */
static void
keep_text (SbUnsavedPage *self)
{
  g_autofree char *text = NULL;

  if (self->document == NULL || !sb_code_view_get_modified (self->code))
    return;

  text = sb_code_view_dup_text (self->code);
  sb_file_document_set_draft (self->document, text);
  sb_code_view_set_modified (self->code, FALSE);
}

static void
show (SbUnsavedPage *self,
      guint          position)
{
  g_autoptr(SbFileDocument) document = g_list_model_get_item (G_LIST_MODEL (self->drafts), position);
  g_autofree char *name = document != NULL ? describe (document) : NULL;

  if (document == self->document)
    return;

  keep_text (self);
  g_set_object (&self->document, document);
  sb_code_view_set_text (self->code, document != NULL ? sb_file_document_get_draft (document) : "", -1, NULL, name,
                         FALSE);
  sb_code_view_set_modified (self->code, FALSE);
}

static guint
find_position (SbUnsavedPage *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->drafts));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(SbFileDocument) document = g_list_model_get_item (G_LIST_MODEL (self->drafts), i);

      if (document == self->document)
        return i;
    }

  return 0;
}

static void
update (SbUnsavedPage *self)
{
  g_autoptr(GtkStringList) names = gtk_string_list_new (NULL);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->drafts));
  guint position = find_position (self);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(SbFileDocument) document = g_list_model_get_item (G_LIST_MODEL (self->drafts), i);

      gtk_string_list_take (names, describe (document));
    }

  self->syncing = TRUE;
  gtk_drop_down_set_model (self->picker, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (self->picker, n > 0 ? position : GTK_INVALID_LIST_POSITION);
  self->syncing = FALSE;
  show (self, position);
}

static void
picked_cb (SbUnsavedPage *self)
{
  if (!self->syncing)
    show (self, gtk_drop_down_get_selected (self->picker));
}

static void
copy_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  g_autofree char *text = sb_code_view_dup_text (SB_UNSAVED_PAGE (widget)->code);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  gtk_widget_activate_action (widget, "win.toast", "s", _("Copied to the clipboard"));
}

static void
undo_cb (GtkWidget *widget,
         gpointer   user_data)
{
  DraftCall *call = user_data;

  sb_file_drafts_put (call->page->drafts, call->document);
}

static void
discard_cb (GtkWidget  *widget,
            const char *action_name,
            GVariant   *parameter)
{
  SbUnsavedPage *self = SB_UNSAVED_PAGE (widget);
  DraftCall *call = NULL;
  g_autofree char *name = NULL;
  g_autofree char *title = NULL;

  if (self->document == NULL)
    return;

  keep_text (self);
  call = draft_call_new (self);
  name = describe (self->document);
  /* Translators: a text that was not saved was thrown away; the name is that of its file */
  title = g_strdup_printf (_("Discarded %s"), name);
  sb_file_drafts_remove (self->drafts, call->document);
  sb_undo_offer (widget, title, undo_cb, call, draft_call_free);
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(DraftCall) call = user_data;
  g_autoptr(GError) error = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    {
      gtk_widget_activate_action (GTK_WIDGET (call->page), "win.toast", "s", _("Saved"));
      sb_file_drafts_remove (call->page->drafts, call->document);
    }
  else
    {
      gtk_widget_activate_action (GTK_WIDGET (call->page), "win.toast", "s", error->message);
    }
}

static void
response_cb (SbUnsavedPage        *self,
             int                   response,
             GtkFileChooserNative *dialog)
{
  g_autoptr(GtkFileChooserNative) chooser = g_steal_pointer (&self->chooser);
  g_autoptr(GFile) target = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));

  if (response == GTK_RESPONSE_ACCEPT && target != NULL)
    sb_unsaved_page_save_to (self, target);
}

static void
save_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbUnsavedPage *self = SB_UNSAVED_PAGE (widget);
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (widget));
  g_autofree char *path = self->document != NULL ? describe (self->document) : NULL;
  g_autofree char *name = path != NULL ? g_path_get_basename (path) : NULL;

  if (name == NULL)
    return;

  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (_("Save a Copy"), window, GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"),
                                               NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), name);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (response_cb), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
sb_unsaved_page_unmap (GtkWidget *widget)
{
  keep_text (SB_UNSAVED_PAGE (widget));
  GTK_WIDGET_CLASS (sb_unsaved_page_parent_class)->unmap (widget);
}

static void
sb_unsaved_page_dispose (GObject *object)
{
  SbUnsavedPage *self = SB_UNSAVED_PAGE (object);

  if (self->drafts != NULL)
    g_signal_handlers_disconnect_by_data (self->drafts, self);
  g_clear_object (&self->chooser);
  g_clear_object (&self->document);
  g_clear_object (&self->drafts);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_unsaved_page_parent_class)->dispose (object);
}

static void
sb_unsaved_page_class_init (SbUnsavedPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_unsaved_page_dispose;
  widget_class->unmap = sb_unsaved_page_unmap;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-unsaved-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbUnsavedPage, box);
  gtk_widget_class_bind_template_child (widget_class, SbUnsavedPage, code);
  gtk_widget_class_bind_template_child (widget_class, SbUnsavedPage, picker);
  gtk_widget_class_bind_template_child (widget_class, SbUnsavedPage, reason);
  gtk_widget_class_bind_template_callback (widget_class, picked_cb);
  gtk_widget_class_install_action (widget_class, "unsaved.copy", NULL, copy_cb);
  gtk_widget_class_install_action (widget_class, "unsaved.discard", NULL, discard_cb);
  gtk_widget_class_install_action (widget_class, "unsaved.save", NULL, save_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_s, GDK_CONTROL_MASK, "unsaved.save", NULL);

  g_type_ensure (SB_TYPE_CODE_VIEW);
}

static void
sb_unsaved_page_init (SbUnsavedPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  sb_code_view_set_editable (self->code, TRUE);
}

void
sb_unsaved_page_set_drafts (SbUnsavedPage *self,
                            SbFileDrafts  *drafts)
{
  g_return_if_fail (SB_IS_UNSAVED_PAGE (self));
  g_return_if_fail (self->drafts == NULL);

  self->drafts = g_object_ref (drafts);
  g_signal_connect_object (drafts, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

void
sb_unsaved_page_set_reason (SbUnsavedPage *self,
                            const char    *reason)
{
  g_return_if_fail (SB_IS_UNSAVED_PAGE (self));

  gtk_label_set_text (self->reason, reason);
}

/* Writes the text on show there; when all is written it is no longer unsaved. */
void
sb_unsaved_page_save_to (SbUnsavedPage *self,
                         GFile         *target)
{
  DraftCall *call = NULL;
  const char *text;

  g_return_if_fail (SB_IS_UNSAVED_PAGE (self));
  g_return_if_fail (self->document != NULL);

  keep_text (self);
  text = sb_file_document_get_draft (self->document);
  call = draft_call_new (self);
  call->text = g_bytes_new (text, strlen (text));
  g_file_replace_contents_bytes_async (target, call->text, NULL, FALSE, G_FILE_CREATE_NONE, NULL, written_cb, call);
}
