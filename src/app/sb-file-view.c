/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-view.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "sb-code-view.h"
#include "sb-hex-dump.h"
#include "sb-id.h"
#include "sb-text.h"

#define MAX_BYTES (1024 * 1024)
#define MAX_HEX_BYTES (16 * 1024)
#define MAX_LINE 20000

struct _SbFileView
{
  GtkWidget parent_instance;

  /* owned */
  SbChannel    *channel;
  SbFileEntry  *entry;
  GCancellable *cancellable;
  char         *shown_path; /* what the text view holds, to keep the reader's place */

  /* template */
  GtkWidget     *box;
  SbCodeView    *code;
  GtkLabel      *name;
  GtkLabel      *notice;
  GtkRevealer   *notice_revealer;
  GtkLabel      *credit;
  GtkLabel      *size;
  GtkStack      *states;
  AdwStatusPage *status;

  gboolean in_flight;
  gboolean again; /* it changed while it was being read */
};

G_DEFINE_FINAL_TYPE (SbFileView, sb_file_view, GTK_TYPE_WIDGET)

static void read_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data);

static void
set_notice (SbFileView *self,
            const char *text)
{
  if (text != NULL)
    gtk_label_set_text (self->notice, text);
  gtk_revealer_set_reveal_child (self->notice_revealer, text != NULL);
}

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

static void
update_head (SbFileView *self)
{
  g_autofree char *size = sb_format_size (sb_file_entry_get_size (self->entry));
  const char *credit = sb_file_entry_get_credit (self->entry);
  g_autofree char *text = NULL;

  if (credit != NULL)
    /* Translators: which tool call wrote the file last */
    text = g_strdup_printf (sb_file_entry_get_mark (self->entry) == SB_FILE_MARK_MODIFIED
                            ? _("changed by %s") : _("written by %s"), credit);
  gtk_label_set_text (self->name, sb_file_entry_get_display_name (self->entry));
  gtk_label_set_text (self->size, size);
  gtk_label_set_text (self->credit, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->credit), text != NULL);
}

static void
read_file (SbFileView *self)
{
  if (self->in_flight)
    {
      self->again = TRUE;
      return;
    }

  self->in_flight = TRUE;
  self->again = FALSE;
  sb_channel_read_file_async (self->channel, sb_file_entry_get_path (self->entry), 0, MAX_BYTES,
                              self->cancellable,
                              read_cb, g_object_ref (self));
}

/* A line of a megabyte would take Pango seconds: such text is shown in pieces. */
static char *
break_long_lines (const char *text)
{
  GString *out = g_string_new (NULL);
  const char *line = text;

  while (*line != '\0')
    {
      const char *end = strchrnul (line, '\n');

      while (end - line > MAX_LINE)
        {
          const char *cut = g_utf8_find_prev_char (line, line + MAX_LINE);

          g_string_append_len (out, line, cut - line);
          g_string_append (out, "↩\n");
          line = cut;
        }
      g_string_append_len (out, line, end - line);
      if (*end == '\n')
        g_string_append_c (out, *end++);
      line = end;
    }

  return g_string_free (out, FALSE);
}

static void
show_text (SbFileView *self,
           const char *text,
           const char *name)
{
  const char *path = sb_file_entry_get_path (self->entry);
  gboolean same = g_strcmp0 (path, self->shown_path) == 0;

  sb_code_view_set_text (self->code, text, -1, NULL, name, same);
  gtk_stack_set_visible_child_name (self->states, "code");
  if (!same)
    {
      g_free (self->shown_path);
      self->shown_path = g_strdup (path);
    }
}

static void
show_binary (SbFileView   *self,
             const guint8 *data,
             gsize         length,
             guint64       total)
{
  g_autofree char *dump = sb_hex_dump (data, length, MAX_HEX_BYTES);
  g_autofree char *part = sb_format_size (MAX_HEX_BYTES);
  g_autofree char *size = sb_format_size (total);
  g_autofree char *notice = NULL;

  if (total > MAX_HEX_BYTES)
    notice = g_strdup_printf (_("Binary file, showing the first %s of %s"), part, size);
  show_text (self, dump, NULL);
  set_notice (self, notice != NULL ? notice : _("Binary file"));
}

static void
show_bytes (SbFileView *self,
            GBytes     *bytes,
            guint64     total)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autofree char *clean = NULL;
  g_autofree char *text = NULL;
  g_autofree char *part = sb_format_size (length);
  g_autofree char *size = sb_format_size (total);
  g_autofree char *notice = NULL;

  if (sb_text_looks_binary (data, length))
    {
      show_binary (self, (const guint8 *) data, length, total);
      return;
    }

  clean = sb_text_clean (data, length, NULL);
  text = break_long_lines (clean);
  if (total > length)
    notice = g_strdup_printf (_("Showing the first %s of %s"), part, size);
  show_text (self, text, sb_file_entry_get_display_name (self->entry));
  set_notice (self, notice);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(SbFileView) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = NULL;
  guint64 total = 0;

  bytes = sb_channel_read_file_finish (SB_CHANNEL (source), result, &total, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  self->in_flight = FALSE;
  if (self->entry == NULL)
    return;

  if (bytes != NULL && total == 0)
    show_status (self, "text-x-generic-symbolic", _("The file is empty"), NULL);
  else if (bytes != NULL)
    show_bytes (self, bytes, total);
  else
    show_status (self, "dialog-error-symbolic", _("The file cannot be read"), error->message);

  if (self->again)
    read_file (self);
}

static void
entry_changed_cb (SbFileView *self)
{
  if (self->entry != NULL)
    update_head (self);
}

static void
copy_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbFileView *self = SB_FILE_VIEW (widget);
  g_autofree char *text = sb_code_view_dup_text (self->code);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  gtk_widget_activate_action (widget, "win.toast", "s", _("Copied to the clipboard"));
}

static void
sb_file_view_dispose (GObject *object)
{
  SbFileView *self = SB_FILE_VIEW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->entry != NULL)
    g_signal_handlers_disconnect_by_data (self->entry, self);
  g_clear_object (&self->entry);
  g_clear_object (&self->channel);
  g_clear_pointer (&self->shown_path, g_free);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_file_view_parent_class)->dispose (object);
}

static void
sb_file_view_class_init (SbFileViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_file_view_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-file-view.ui");
  gtk_widget_class_bind_template_child (widget_class, SbFileView, box);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, code);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, credit);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, name);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, notice);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, notice_revealer);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, size);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, states);
  gtk_widget_class_bind_template_child (widget_class, SbFileView, status);
  gtk_widget_class_install_action (widget_class, "file.copy", NULL, copy_cb);

  g_type_ensure (SB_TYPE_CODE_VIEW);
}

static void
sb_file_view_init (SbFileView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  sb_file_view_set_file (self, NULL, NULL);
}

void
sb_file_view_set_file (SbFileView  *self,
                       SbChannel   *channel,
                       SbFileEntry *entry)
{
  g_return_if_fail (SB_IS_FILE_VIEW (self));

  if (entry != NULL && self->entry == entry && self->channel == channel)
    return;

  if (self->entry != NULL)
    g_signal_handlers_disconnect_by_data (self->entry, self);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->in_flight = self->again = FALSE;
  g_set_object (&self->channel, channel);
  g_set_object (&self->entry, entry);
  set_notice (self, NULL);
  gtk_widget_set_visible (gtk_widget_get_parent (GTK_WIDGET (self->name)), entry != NULL);
  if (entry == NULL)
    {
      gtk_stack_set_visible_child_name (self->states, "none");
      return;
    }

  g_signal_connect_object (entry, "changed", G_CALLBACK (entry_changed_cb), self, G_CONNECT_SWAPPED);
  update_head (self);
  if (sb_file_entry_get_file_type (entry) == SB_FILE_TYPE_REGULAR)
    {
      self->cancellable = g_cancellable_new ();
      read_file (self);
    }
  else
    {
      show_status (self, "dialog-information-symbolic", _("Not a regular file"),
                   _("Links, sockets and devices are listed but not opened."));
    }
}

void
sb_file_view_refresh (SbFileView *self,
                      gboolean    gone)
{
  g_return_if_fail (SB_IS_FILE_VIEW (self));

  if (self->entry == NULL || sb_file_entry_get_file_type (self->entry) != SB_FILE_TYPE_REGULAR)
    return;

  if (gone)
    set_notice (self, _("This file was deleted; what it held last is still shown."));
  else
    read_file (self);
}
