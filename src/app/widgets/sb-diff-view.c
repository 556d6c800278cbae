/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-diff-view.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <gtksourceview/gtksource.h>

#include "sb-text.h"

/* Longer lines would be felt. */
#define MAX_LINE 4000

struct _SbDiffView
{
  GtkWidget parent_instance;

  /* owned */
  GPtrArray *numbers; /* for each line of the text: the two line numbers, or "" */
  GArray    *hunks;   /* of guint: the lines that hunks begin in */

  /* borrowed */
  GtkTextTag *added;
  GtkTextTag *removed;
  GtkTextTag *heading;

  /* template */
  GtkSourceBuffer *buffer;
  GtkWidget       *scroller;
  GtkSourceView   *view;
};

G_DEFINE_FINAL_TYPE (SbDiffView, sb_diff_view, GTK_TYPE_WIDGET)

static void
apply_scheme (SbDiffView *self)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  GtkSourceStyleSchemeManager *manager = gtk_source_style_scheme_manager_get_default ();
  const char *name = dark ? "Adwaita-dark" : "Adwaita";

  gtk_source_buffer_set_style_scheme (self->buffer, gtk_source_style_scheme_manager_get_scheme (manager, name));
  g_object_set (self->added, "paragraph-background", dark ? "#153823" : "#dcf5e4", NULL);
  g_object_set (self->removed, "paragraph-background", dark ? "#46211f" : "#fbe3e1", NULL);
  g_object_set (self->heading,
                "paragraph-background", dark ? "#2b3440" : "#e8eff8",
                "foreground", dark ? "#99c1f1" : "#1a5fb4", NULL);
}

static void
query_number_cb (SbDiffView              *self,
                 GtkSourceGutterLines    *lines,
                 guint                    line,
                 GtkSourceGutterRenderer *renderer)
{
  const char *text = line < self->numbers->len ? g_ptr_array_index (self->numbers, line) : "";

  gtk_source_gutter_renderer_text_set_text (GTK_SOURCE_GUTTER_RENDERER_TEXT (renderer), text, -1);
}

static void
append (SbDiffView *self,
        const char *text,
        GtkTextTag *tag,
        char       *numbers)
{
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self->buffer);
  GtkTextIter end;

  gtk_text_buffer_get_end_iter (buffer, &end);
  if (tag != NULL)
    gtk_text_buffer_insert_with_tags (buffer, &end, text, -1, tag, NULL);
  else
    gtk_text_buffer_insert (buffer, &end, text, -1);
  g_ptr_array_add (self->numbers, numbers);
}

static void
append_line (SbDiffView       *self,
             const SbDiffLine *line)
{
  g_autofree char *clean = sb_text_clean (line->text, MIN (line->length, MAX_LINE), NULL);
  const char *more = line->length > MAX_LINE ? "…" : "";
  const char *last = line->no_newline ? _(" (no newline at the end)") : "";
  g_autofree char *old_number = line->old_line > 0 ? g_strdup_printf ("%u", line->old_line) : g_strdup ("");
  g_autofree char *new_number = line->new_line > 0 ? g_strdup_printf ("%u", line->new_line) : g_strdup ("");
  char *numbers = g_strdup_printf ("%4s %4s", old_number, new_number);
  g_autofree char *text = NULL;

  switch (line->kind)
    {
    case SB_DIFF_ADDED:
      text = g_strconcat ("+ ", clean, more, last, "\n", NULL);
      append (self, text, self->added, numbers);
      break;
    case SB_DIFF_REMOVED:
      text = g_strconcat ("- ", clean, more, last, "\n", NULL);
      append (self, text, self->removed, numbers);
      break;
    case SB_DIFF_CONTEXT:
    default:
      text = g_strconcat ("  ", clean, more, last, "\n", NULL);
      append (self, text, NULL, numbers);
      break;
    }
}

static void
append_hunk (SbDiffView       *self,
             const SbDiff     *diff,
             const SbDiffHunk *hunk)
{
  g_autofree char *heading = g_strdup_printf ("@@ -%u,%u +%u,%u @@\n", hunk->old_start, hunk->old_count,
                                              hunk->new_start, hunk->new_count);

  g_array_append_val (self->hunks, self->numbers->len);
  append (self, heading, self->heading, g_strdup (""));
  for (guint i = 0; i < hunk->n_lines; i++)
    append_line (self, sb_diff_get_line (diff, hunk->first + i));
}

static void
go_to_line (SbDiffView *self,
            guint       line)
{
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_line (GTK_TEXT_BUFFER (self->buffer), &iter, line);
  gtk_text_buffer_place_cursor (GTK_TEXT_BUFFER (self->buffer), &iter);
  gtk_text_view_scroll_to_mark (GTK_TEXT_VIEW (self->view),
                                gtk_text_buffer_get_insert (GTK_TEXT_BUFFER (self->buffer)), 0, TRUE, 0, 0.1);
}

static guint
get_cursor_line (SbDiffView *self)
{
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self->buffer);
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_mark (buffer, &iter, gtk_text_buffer_get_insert (buffer));

  return gtk_text_iter_get_line (&iter);
}

static void
step_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbDiffView *self = SB_DIFF_VIEW (widget);
  gboolean forward = g_str_equal (action_name, "diff.next");
  guint line = get_cursor_line (self);
  guint found = line;

  for (guint i = 0; i < self->hunks->len; i++)
    {
      guint start = g_array_index (self->hunks, guint, i);

      if (forward && start > line)
        {
          found = start;
          break;
        }
      if (!forward && start < line)
        found = start;
    }

  go_to_line (self, found);
}

static gboolean
sb_diff_view_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (SB_DIFF_VIEW (widget)->view));
}

static void
sb_diff_view_dispose (GObject *object)
{
  g_clear_pointer (&SB_DIFF_VIEW (object)->scroller, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_diff_view_parent_class)->dispose (object);
}

static void
sb_diff_view_finalize (GObject *object)
{
  SbDiffView *self = SB_DIFF_VIEW (object);

  g_clear_pointer (&self->numbers, g_ptr_array_unref);
  g_clear_pointer (&self->hunks, g_array_unref);

  G_OBJECT_CLASS (sb_diff_view_parent_class)->finalize (object);
}

static void
sb_diff_view_class_init (SbDiffViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_diff_view_dispose;
  object_class->finalize = sb_diff_view_finalize;
  widget_class->grab_focus = sb_diff_view_grab_focus;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-diff-view.ui");
  gtk_widget_class_bind_template_child (widget_class, SbDiffView, buffer);
  gtk_widget_class_bind_template_child (widget_class, SbDiffView, scroller);
  gtk_widget_class_bind_template_child (widget_class, SbDiffView, view);
  gtk_widget_class_install_action (widget_class, "diff.next", NULL, step_cb);
  gtk_widget_class_install_action (widget_class, "diff.previous", NULL, step_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Down, GDK_ALT_MASK, "diff.next", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Up, GDK_ALT_MASK, "diff.previous", NULL);

  g_type_ensure (GTK_SOURCE_TYPE_VIEW);
  g_type_ensure (GTK_SOURCE_TYPE_BUFFER);
}

static void
sb_diff_view_init (SbDiffView *self)
{
  GtkSourceGutterRenderer *renderer = gtk_source_gutter_renderer_text_new ();

  self->numbers = g_ptr_array_new_with_free_func (g_free);
  self->hunks = g_array_new (FALSE, FALSE, sizeof (guint));
  gtk_widget_init_template (GTK_WIDGET (self));

  self->added = gtk_text_buffer_create_tag (GTK_TEXT_BUFFER (self->buffer), NULL, NULL);
  self->removed = gtk_text_buffer_create_tag (GTK_TEXT_BUFFER (self->buffer), NULL, NULL);
  self->heading = gtk_text_buffer_create_tag (GTK_TEXT_BUFFER (self->buffer), NULL, NULL);

  gtk_source_gutter_renderer_set_xpad (renderer, 6);
  g_signal_connect_object (renderer, "query-data", G_CALLBACK (query_number_cb), self, G_CONNECT_SWAPPED);
  gtk_source_gutter_insert (gtk_source_view_get_gutter (self->view, GTK_TEXT_WINDOW_LEFT), renderer, 0);
  gtk_source_gutter_renderer_text_set_text (GTK_SOURCE_GUTTER_RENDERER_TEXT (renderer), "9999 9999", -1);

  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (apply_scheme), self,
                           G_CONNECT_SWAPPED);
  apply_scheme (self);
}

void
sb_diff_view_set_diff (SbDiffView   *self,
                       const SbDiff *diff,
                       gboolean      keep_place)
{
  GtkTextBuffer *buffer;
  guint line = 0;

  g_return_if_fail (SB_IS_DIFF_VIEW (self));

  buffer = GTK_TEXT_BUFFER (self->buffer);
  line = keep_place ? get_cursor_line (self) : 0;
  gtk_text_buffer_set_text (buffer, "", 0);
  g_ptr_array_set_size (self->numbers, 0);
  g_array_set_size (self->hunks, 0);
  for (guint i = 0; i < sb_diff_get_n_hunks (diff); i++)
    append_hunk (self, diff, sb_diff_get_hunk (diff, i));
  go_to_line (self, line);
}

char *
sb_diff_view_dup_text (SbDiffView *self)
{
  GtkTextIter start;
  GtkTextIter end;

  g_return_val_if_fail (SB_IS_DIFF_VIEW (self), NULL);

  gtk_text_buffer_get_bounds (GTK_TEXT_BUFFER (self->buffer), &start, &end);

  return gtk_text_buffer_get_text (GTK_TEXT_BUFFER (self->buffer), &start, &end, FALSE);
}
