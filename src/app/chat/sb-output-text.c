/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-output-text.h"

#include <glib/gi18n.h>
#include <string.h>

#include "sb-fold-text.h"
#include "sb-markdown.h"
#include "sb-text-block.h"

#define PREVIEW_LINES 12
#define PREVIEW_BYTES 4000
#define MAX_LINES 5000
#define MAX_BYTES (1024 * 1024) /* looked at in one go, from the end */

struct _SbOutputText
{
  GtkWidget      parent_instance;

  gsize          n_seen;   /* bytes of the text */
  guint          n_lines;  /* newlines in them */
  gsize          preview_end; /* bytes of the text that the preview shows */
  gboolean       preview_full;
  gboolean       unfolded;
  gsize          n_viewed; /* bytes of the text that went into the view */

  GtkWidget     *box;
  GtkWidget     *preview;
  GtkWidget     *more;
  GtkWidget     *scroller; /* nullable: only when unfolded */
  GtkTextBuffer *buffer;   /* borrowed from its view */
};

G_DEFINE_FINAL_TYPE (SbOutputText, sb_output_text, GTK_TYPE_WIDGET)

static guint
count_newlines (const char *text,
                gsize       length)
{
  const char *end = text + length;
  guint n_lines = 0;

  for (const char *at = memchr (text, '\n', length); at != NULL; at = memchr (at + 1, '\n', end - at - 1))
    n_lines++;

  return n_lines;
}

/* How far the first lines reach. */
static gsize
find_preview_end (const char *text,
                  gsize       length,
                  gboolean   *full)
{
  gsize end = 0;

  for (guint i = 0; i < PREVIEW_LINES && end < MIN (length, PREVIEW_BYTES); i++)
    {
      const char *newline = memchr (text + end, '\n', length - end);

      end = newline != NULL ? (gsize) (newline - text) + 1 : length;
      *full = i + 1 == PREVIEW_LINES && newline != NULL;
    }

  if (end > PREVIEW_BYTES)
    {
      end = PREVIEW_BYTES;
      while (end > 0 && ((guchar) text[end] & 0xc0) == 0x80)
        end--;
      *full = TRUE;
    }

  return end;
}

static void
update_preview (SbOutputText *self,
                const char   *text,
                gsize         length)
{
  g_autofree char *clean = NULL;
  gsize shown;

  if (!self->preview_full)
    {
      self->preview_end = find_preview_end (text, length, &self->preview_full);
      shown = self->preview_end;
      while (shown > 0 && text[shown - 1] == '\n')
        shown--;
      clean = sb_markdown_clean (text, shown);
      sb_text_block_set_text (SB_TEXT_BLOCK (self->preview), clean);
    }

  gtk_widget_set_visible (self->more, !self->unfolded && self->preview_end < length);
  if (self->preview_end < length)
    {
      guint n_more = MAX (self->n_lines, PREVIEW_LINES + 1) - PREVIEW_LINES;
      g_autofree char *more = g_strdup_printf (ngettext ("%u more line", "%u more lines", n_more), n_more);

      gtk_label_set_text (GTK_LABEL (self->more), more);
    }
}

static void
append_view (SbOutputText *self,
             const char   *text,
             gsize         length)
{
  g_autofree char *clean = NULL;
  g_autofree char *folded = NULL;
  GtkTextIter end;
  int surplus;

  if (length - self->n_viewed > MAX_BYTES)
    self->n_viewed = length - MAX_BYTES;
  while (self->n_viewed < length && ((guchar) text[self->n_viewed] & 0xc0) == 0x80)
    self->n_viewed++;
  if (self->n_viewed == length)
    return;

  clean = sb_markdown_clean (text + self->n_viewed, length - self->n_viewed);
  folded = sb_fold_text (clean, 0, strlen (clean));
  self->n_viewed = length;

  gtk_text_buffer_get_end_iter (self->buffer, &end);
  gtk_text_buffer_insert (self->buffer, &end, folded, -1);

  surplus = gtk_text_buffer_get_line_count (self->buffer) - MAX_LINES;
  if (surplus > 0)
    {
      GtkTextIter start;

      gtk_text_buffer_get_start_iter (self->buffer, &start);
      gtk_text_buffer_get_iter_at_line (self->buffer, &end, surplus);
      gtk_text_buffer_delete (self->buffer, &start, &end);
    }
}

static void
create_view (SbOutputText *self)
{
  GtkWidget *view = gtk_text_view_new ();

  gtk_text_view_set_editable (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_cursor_visible (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Output"), -1);
  self->buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  gtk_text_buffer_set_enable_undo (self->buffer, FALSE);

  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (self->scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (self->scroller), 320);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), view);
  gtk_box_append (GTK_BOX (self->box), self->scroller);
}

static void
drop_view (SbOutputText *self)
{
  if (self->scroller != NULL)
    gtk_box_remove (GTK_BOX (self->box), self->scroller);

  self->scroller = NULL;
  self->buffer = NULL;
  self->n_viewed = 0;
}

static void
sb_output_text_dispose (GObject *object)
{
  SbOutputText *self = SB_OUTPUT_TEXT (object);

  self->scroller = NULL;
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_output_text_parent_class)->dispose (object);
}

static void
sb_output_text_class_init (SbOutputTextClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_output_text_dispose;

  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "outputtext");
}

static void
sb_output_text_init (SbOutputText *self)
{
  self->preview = sb_text_block_new ();
  gtk_widget_add_css_class (self->preview, "monospace");
  gtk_widget_set_direction (self->preview, GTK_TEXT_DIR_LTR); /* a terminal has no other */

  self->more = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->more), 0);
  gtk_widget_add_css_class (self->more, "dim-label");
  gtk_widget_add_css_class (self->more, "caption");
  gtk_widget_set_visible (self->more, FALSE);

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  gtk_box_append (GTK_BOX (self->box), self->preview);
  gtk_box_append (GTK_BOX (self->box), self->more);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

void
sb_output_text_set_context (SbOutputText  *self,
                            SbChatContext *context)
{
  g_return_if_fail (SB_IS_OUTPUT_TEXT (self));

  sb_text_block_set_context (SB_TEXT_BLOCK (self->preview), context);
}

void
sb_output_text_clear (SbOutputText *self)
{
  g_return_if_fail (SB_IS_OUTPUT_TEXT (self));

  drop_view (self);
  self->unfolded = FALSE;
  self->n_seen = 0;
  self->n_lines = 0;
  self->preview_end = 0;
  self->preview_full = FALSE;
  sb_text_block_set_text (SB_TEXT_BLOCK (self->preview), "");
  gtk_widget_set_visible (self->preview, TRUE);
  gtk_widget_set_visible (self->more, FALSE);
}

void
sb_output_text_set_text (SbOutputText *self,
                         const char   *text,
                         gsize         length)
{
  g_return_if_fail (SB_IS_OUTPUT_TEXT (self));

  if (length < self->n_seen)
    sb_output_text_clear (self);

  self->n_lines += count_newlines (text + self->n_seen, length - self->n_seen);
  self->n_seen = length;

  update_preview (self, text, length);
  if (self->unfolded)
    append_view (self, text, length);
}

/* The caller passes the text again after it. */
void
sb_output_text_set_unfolded (SbOutputText *self,
                             gboolean      unfolded)
{
  g_return_if_fail (SB_IS_OUTPUT_TEXT (self));

  if (self->unfolded == unfolded)
    return;

  self->unfolded = unfolded;
  gtk_widget_set_visible (self->preview, !unfolded);
  if (unfolded)
    create_view (self);
  else
    drop_view (self);
}
