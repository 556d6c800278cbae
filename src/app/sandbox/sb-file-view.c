/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-view.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "sb-change-text.h"
#include "sb-code-view.h"
#include "sb-diff-view.h"
#include "sb-file-document.h"
#include "sb-id.h"

#define CONTEXT 3

struct _SbFileView
{
  GtkWidget parent_instance;

  /* owned */
  SbChannel      *channel;
  SbFileEntry    *entry;
  SbFileDocument *document; /* nullable: no file, or not a regular one */
  SbFileDrafts   *drafts;   /* what was typed, while other files are shown */
  char           *shown_path; /* what the text view holds, to keep the reader's place */

  /* template */
  GtkWidget     *box;
  SbCodeView    *code;
  GtkButton     *compare;
  GtkWidget     *conflict;
  GtkButton     *credit;
  SbDiffView    *diff;
  GtkWidget     *dirty;
  GtkWidget     *head;
  GtkLabel      *name;
  GtkLabel      *notice;
  GtkRevealer   *notice_revealer;
  GtkLabel      *place;
  GtkWidget     *places;
  GtkWidget     *save;
  GtkLabel      *size;
  GtkStack      *states;
  AdwStatusPage *status;

  gboolean comparing; /* in a conflict: the difference is on show */
  gboolean taking;    /* the text is being set, not typed */
  gboolean undoable;  /* what is shown next takes the place of what was typed */
};

G_DEFINE_FINAL_TYPE (SbFileView, sb_file_view, GTK_TYPE_WIDGET)

static void
show_status (SbFileView *self,
             const char *icon,
             const char *title,
             const char *description)
{
  g_autofree char *escaped = description != NULL ? g_markup_escape_text (description, -1) : NULL;

  adw_status_page_set_icon_name (self->status, icon);
  adw_status_page_set_title (self->status, title);
  adw_status_page_set_description (self->status, escaped);
  gtk_stack_set_visible_child_name (self->states, "status");
}

/* Translators: which tool call wrote, changed or deleted the file last */
static char *
describe_credit (SbFileMark  mark,
                 const char *tool)
{
  switch (mark)
    {
    case SB_FILE_MARK_MODIFIED:
      return g_strdup_printf (_("changed by %s"), tool);
    case SB_FILE_MARK_DELETED:
      return g_strdup_printf (_("deleted by %s"), tool);
    case SB_FILE_MARK_NONE:
    case SB_FILE_MARK_ADDED:
    case SB_FILE_MARK_INSIDE:
    default:
      return g_strdup_printf (_("written by %s"), tool);
    }
}

static void
update_head (SbFileView *self)
{
  g_autofree char *size = sb_format_size (sb_file_entry_get_size (self->entry));
  const SbFileCredit *credit = sb_file_entry_get_credit (self->entry);
  g_autofree char *text = NULL;

  gtk_label_set_text (self->name, sb_file_entry_get_display_name (self->entry));
  gtk_label_set_text (self->size, size);
  gtk_widget_set_visible (GTK_WIDGET (self->credit), credit != NULL);
  if (credit == NULL)
    return;

  text = describe_credit (sb_file_entry_get_mark (self->entry), credit->tool);
  gtk_button_set_label (self->credit, text);
}

static const char *
get_notice (SbFileView *self)
{
  if (sb_file_document_get_conflict (self->document))
    return _("The file changed while you edited it.");
  if (sb_file_document_get_gone (self->document))
    return _("This file was deleted; what it held last is still shown.");

  switch (sb_file_document_get_state (self->document))
    {
    case SB_FILE_DOCUMENT_TEXT:
      return sb_file_document_get_size (self->document) == 0 ? _("The file is empty") : NULL;
    case SB_FILE_DOCUMENT_PART:
      if (sb_file_document_get_size (self->document) > SB_FILE_DOCUMENT_WHOLE)
        return _("Too large to be edited; it is read page by page.");
      return _("Not everything in it can be shown as it is, so it is not edited here.");
    case SB_FILE_DOCUMENT_BYTES:
      return _("Binary file");
    case SB_FILE_DOCUMENT_LOADING:
    case SB_FILE_DOCUMENT_FAILED:
    default:
      return NULL;
    }
}

/* What is in the sandbox against what was typed, instead of the editor. */
static void
show_comparison (SbFileView *self,
                 gboolean    comparing)
{
  self->comparing = comparing;
  gtk_button_set_label (self->compare, comparing ? _("_Edit") : _("Show _Diff"));
  gtk_stack_set_visible_child_name (self->states, comparing ? "diff" : "code");
}

static void
update_notice (SbFileView *self)
{
  const char *notice = self->document != NULL ? get_notice (self) : NULL;
  gboolean conflict = self->document != NULL && sb_file_document_get_conflict (self->document);

  if (notice != NULL)
    gtk_label_set_text (self->notice, notice);
  gtk_widget_set_visible (self->conflict, conflict);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "file.compare",
                                 conflict && sb_file_document_get_theirs (self->document) != NULL);
  if (!conflict && self->comparing)
    show_comparison (self, FALSE);
  gtk_revealer_set_reveal_child (self->notice_revealer, notice != NULL);
}

static void
update_place (SbFileView *self)
{
  guint64 size = sb_file_document_get_size (self->document);
  guint64 offset = sb_file_document_get_offset (self->document);
  guint64 length = sb_file_document_get_length (self->document);
  g_autofree char *from = sb_format_size (offset);
  g_autofree char *to = sb_format_size (offset + length);
  g_autofree char *total = sb_format_size (size);
  g_autofree char *text = NULL;

  /* Translators: a part of a large file: "1 MiB – 1.3 MiB of 2 GiB" */
  text = g_strdup_printf (_("%s – %s of %s"), from, to, total);
  gtk_label_set_text (self->place, text);
  gtk_widget_set_visible (self->places, length < size);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "file.previous", offset > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "file.next", offset + length < size);
}

static void
update (SbFileView *self)
{
  gboolean edited = self->document != NULL && sb_file_document_get_edited (self->document);

  gtk_widget_set_visible (self->dirty, edited);
  gtk_widget_set_visible (self->save, edited);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "file.save", edited);
  update_notice (self);
  if (self->document == NULL)
    return;

  update_place (self);
  if (sb_file_document_get_state (self->document) == SB_FILE_DOCUMENT_FAILED)
    show_status (self, "dialog-error-symbolic", _("The file cannot be read"),
                 sb_file_document_get_message (self->document));
}

static void
show_text (SbFileView *self,
           const char *text)
{
  const char *path = sb_file_document_get_path (self->document);
  SbFileDocumentState state = sb_file_document_get_state (self->document);
  gboolean same = g_strcmp0 (path, self->shown_path) == 0;

  self->taking = TRUE;
  if (self->undoable)
    sb_code_view_replace_text (self->code, text);
  else
    sb_code_view_set_text (self->code, text, -1, NULL,
                           state != SB_FILE_DOCUMENT_BYTES ? sb_file_entry_get_display_name (self->entry) : NULL,
                           same && sb_file_document_get_offset (self->document) == 0);
  sb_code_view_set_modified (self->code, FALSE);
  self->undoable = FALSE;
  sb_code_view_set_editable (self->code, state == SB_FILE_DOCUMENT_TEXT);
  self->taking = FALSE;
  gtk_stack_set_visible_child_name (self->states, "code");
  if (!same)
    {
      g_free (self->shown_path);
      self->shown_path = g_strdup (path);
    }
}

static void
loaded_cb (SbFileView *self)
{
  show_text (self, sb_file_document_get_text (self->document));
  update (self);
}

static void
modified_cb (SbFileView *self)
{
  if (!self->taking && self->document != NULL)
    sb_file_document_set_edited (self->document, sb_code_view_get_modified (self->code));
}

static void
entry_changed_cb (SbFileView *self)
{
  if (self->entry != NULL)
    update_head (self);
}

static void
saved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(SbFileView) self = user_data;
  SbFileDocument *document = SB_FILE_DOCUMENT (source);
  g_autoptr(GError) error = NULL;

  if (!sb_file_document_save_finish (document, result, &error))
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
      return;
    }

  /* What was typed while it was being written is not saved yet. */
  if (document == self->document && sb_file_document_get_draft (document) != NULL)
    {
      g_autofree char *text = sb_code_view_dup_text (self->code);

      if (g_str_equal (text, sb_file_document_get_draft (document)))
        sb_code_view_set_modified (self->code, FALSE);
      sb_file_document_set_draft (document, NULL);
    }
}

static void
save_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbFileView *self = SB_FILE_VIEW (widget);
  g_autofree char *text = NULL;

  if (self->document == NULL || !sb_file_document_get_edited (self->document))
    return;

  text = sb_code_view_dup_text (self->code);
  sb_file_document_set_draft (self->document, text);
  sb_file_document_save_async (self->document, text, saved_cb, g_object_ref (self));
}

static void
compare_cb (GtkWidget  *widget,
            const char *action_name,
            GVariant   *parameter)
{
  SbFileView *self = SB_FILE_VIEW (widget);
  GBytes *theirs = self->document != NULL ? sb_file_document_get_theirs (self->document) : NULL;
  g_autofree char *text = sb_code_view_dup_text (self->code);
  g_autoptr(GBytes) mine = g_bytes_new (text, strlen (text));
  g_autoptr(SbDiff) diff = NULL;

  if (theirs == NULL)
    return;

  diff = sb_diff_new (theirs, mine, CONTEXT);
  sb_diff_view_set_diff (self->diff, diff, FALSE);
  show_comparison (self, !self->comparing);
}

static void
keep_mine_cb (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  SbFileView *self = SB_FILE_VIEW (widget);

  if (self->document != NULL)
    sb_file_document_keep_mine (self->document);
}

/* As if it was typed, so Ctrl+Z brings back what was. */
static void
load_theirs_cb (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  SbFileView *self = SB_FILE_VIEW (widget);

  if (self->document == NULL)
    return;

  self->undoable = TRUE;
  sb_file_document_load_theirs (self->document);
}

static void
page_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbFileView *self = SB_FILE_VIEW (widget);

  if (self->document != NULL)
    sb_file_document_go (self->document, g_str_equal (action_name, "file.next") ? 1 : -1);
}

static void
show_call_cb (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  SbFileView *self = SB_FILE_VIEW (widget);
  const SbFileCredit *credit = self->entry != NULL ? sb_file_entry_get_credit (self->entry) : NULL;

  if (credit != NULL)
    gtk_widget_activate_action (widget, "sandbox.show-call", "s", credit->trace_id);
}

static void
copy_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbFileView *self = SB_FILE_VIEW (widget);
  g_autofree char *text = self->document != NULL ? sb_code_view_dup_text (self->code)
                                                 : sb_diff_view_dup_text (self->diff);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  gtk_widget_activate_action (widget, "win.toast", "s", _("Copied to the clipboard"));
}

/* What was typed is kept with its document until that file is shown again. */
static void
leave_document (SbFileView *self)
{
  g_autoptr(SbFileDocument) document = g_steal_pointer (&self->document);
  g_autofree char *text = NULL;

  if (document == NULL)
    return;

  g_signal_handlers_disconnect_by_data (document, self);
  if (!sb_file_document_get_edited (document))
    return;

  text = sb_code_view_dup_text (self->code);
  sb_file_document_set_draft (document, text);
  sb_file_drafts_put (self->drafts, document);
}

static void
enter_document (SbFileView *self)
{
  const char *path = sb_file_entry_get_path (self->entry);
  gboolean drafted = sb_file_drafts_has (self->drafts, self->channel, path);

  if (drafted)
    self->document = sb_file_drafts_take (self->drafts, self->channel, path);
  else
    self->document = sb_file_document_new (self->channel, path);
  g_signal_connect_object (self->document, "loaded", G_CALLBACK (loaded_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  if (!drafted)
    return;

  show_text (self, sb_file_document_get_text (self->document));
  sb_code_view_replace_text (self->code, sb_file_document_get_draft (self->document));
  sb_file_document_set_draft (self->document, NULL);
  sb_file_document_refresh (self->document);
}

static gboolean
holds_draft (SbFileView *self,
             const char *path)
{
  if (self->document != NULL && g_str_equal (sb_file_document_get_path (self->document), path))
    return sb_file_document_get_edited (self->document);

  return sb_file_drafts_has (self->drafts, self->channel, path);
}

static void
set_entry (SbFileView  *self,
           SbChannel   *channel,
           SbFileEntry *entry)
{
  if (self->entry != NULL)
    g_signal_handlers_disconnect_by_data (self->entry, self);
  self->undoable = FALSE;
  self->comparing = FALSE;
  leave_document (self);
  g_set_object (&self->channel, channel);
  g_set_object (&self->entry, entry);
  gtk_widget_set_visible (self->head, entry != NULL);
  gtk_widget_set_visible (self->places, FALSE);
  if (entry == NULL)
    return;

  g_signal_connect_object (entry, "changed", G_CALLBACK (entry_changed_cb), self, G_CONNECT_SWAPPED);
  update_head (self);
}

static void
sb_file_view_dispose (GObject *object)
{
  SbFileView *self = SB_FILE_VIEW (object);

  if (self->entry != NULL)
    g_signal_handlers_disconnect_by_data (self->entry, self);
  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  g_clear_object (&self->entry);
  g_clear_object (&self->channel);
  g_clear_object (&self->drafts);
  g_clear_pointer (&self->shown_path, g_free);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_file_view_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-file-view.ui");
  gtk_widget_class_bind_template_child (widget_class, SbFileView, box);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, code);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, compare);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, conflict);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, credit);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, diff);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, dirty);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, head);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, name);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, notice);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, notice_revealer);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, place);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, places);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, save);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, size);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, states);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, status);
  gtk_widget_class_bind_template_callback (widget_class, modified_cb);
}

static void
sb_file_view_class_init (SbFileViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_file_view_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "file.copy", NULL, copy_cb);
  gtk_widget_class_install_action (widget_class, "file.save", NULL, save_cb);
  gtk_widget_class_install_action (widget_class, "file.show-call", NULL, show_call_cb);
  gtk_widget_class_install_action (widget_class, "file.compare", NULL, compare_cb);
  gtk_widget_class_install_action (widget_class, "file.keep-mine", NULL, keep_mine_cb);
  gtk_widget_class_install_action (widget_class, "file.load-theirs", NULL, load_theirs_cb);
  gtk_widget_class_install_action (widget_class, "file.next", NULL, page_cb);
  gtk_widget_class_install_action (widget_class, "file.previous", NULL, page_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_s, GDK_CONTROL_MASK, "file.save", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Page_Down, GDK_ALT_MASK, "file.next", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Page_Up, GDK_ALT_MASK, "file.previous", NULL);

  g_type_ensure (SB_TYPE_CODE_VIEW);
  g_type_ensure (SB_TYPE_DIFF_VIEW);
}

static void
sb_file_view_init (SbFileView *self)
{
  self->drafts = sb_file_drafts_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  sb_file_view_set_file (self, NULL, NULL);
}

void
sb_file_view_set_file (SbFileView  *self,
                       SbChannel   *channel,
                       SbFileEntry *entry)
{
  g_return_if_fail (SB_IS_FILE_VIEW (self));

  if (entry != NULL && self->entry == entry && self->channel == channel && self->document != NULL)
    return;

  set_entry (self, channel, entry);
  if (entry == NULL)
    gtk_stack_set_visible_child_name (self->states, "none");
  else if (sb_file_entry_get_file_type (entry) == SB_FILE_TYPE_REGULAR)
    enter_document (self);
  else
    show_status (self, "dialog-information-symbolic", _("Not a regular file"),
                 _("Links, sockets and devices are listed but not opened."));
  update (self);
}

void
sb_file_view_set_deleted (SbFileView  *self,
                          SbChannel   *channel,
                          SbFileEntry *entry,
                          SbChange    *change)
{
  g_autoptr(SbDiff) diff = NULL;
  const char *message;

  g_return_if_fail (SB_IS_FILE_VIEW (self));

  /* What was typed into it comes first. */
  if (self->channel == channel && holds_draft (self, sb_file_entry_get_path (entry)))
    {
      sb_file_view_set_file (self, channel, entry);
      return;
    }

  diff = change != NULL ? sb_change_diff (change, CONTEXT) : NULL;
  message = sb_change_text_explain (diff);
  set_entry (self, channel, entry);
  if (message == NULL)
    {
      sb_diff_view_set_diff (self->diff, diff, FALSE);
      gtk_stack_set_visible_child_name (self->states, "diff");
    }
  else
    {
      show_status (self, "user-trash-symbolic", _("This file was deleted"), message);
    }
  update (self);
}

void
sb_file_view_refresh (SbFileView *self,
                      const char *path)
{
  g_return_if_fail (SB_IS_FILE_VIEW (self));

  if (self->document != NULL && g_str_equal (sb_file_document_get_path (self->document), path))
    sb_file_document_refresh (self->document);
}

guint
sb_file_view_get_n_unsaved (SbFileView *self,
                            SbChannel  *channel)
{
  gboolean edited;

  g_return_val_if_fail (SB_IS_FILE_VIEW (self), 0);

  edited = self->document != NULL && sb_file_document_get_edited (self->document)
           && (channel == NULL || sb_file_document_get_channel (self->document) == channel);

  return sb_file_drafts_count (self->drafts, channel) + (edited ? 1 : 0);
}

SbFileDrafts *
sb_file_view_get_drafts (SbFileView *self)
{
  g_return_val_if_fail (SB_IS_FILE_VIEW (self), NULL);

  return self->drafts;
}
