/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-code-view.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <gtksourceview/gtksource.h>

/* Beyond this much text the highlighter would be felt; beyond this long a line, so would Pango. */
#define MAX_HIGHLIGHT_BYTES (200 * 1024)

struct _SbCodeView
{
  GtkWidget parent_instance;

  /* owned */
  GtkSourceSearchContext *search;
  guint                   restore_id;
  double                  restore_value;

  /* template */
  GtkWidget         *box;
  GtkSourceBuffer   *buffer;
  GtkLabel          *matches;
  GtkScrolledWindow *scroller;
  GtkSearchBar      *search_bar;
  GtkSearchEntry    *search_entry;
  GtkSourceView     *view;
};

enum
{
  PROP_0,
  PROP_MODIFIED,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbCodeView, sb_code_view, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static void
apply_scheme (SbCodeView *self)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  const char *name = dark ? "Adwaita-dark" : "Adwaita";
  GtkSourceStyleSchemeManager *manager = gtk_source_style_scheme_manager_get_default ();

  gtk_source_buffer_set_style_scheme (self->buffer, gtk_source_style_scheme_manager_get_scheme (manager, name));
}

static void
move_to_match (SbCodeView  *self,
               GtkTextIter *start,
               GtkTextIter *end)
{
  gtk_text_buffer_select_range (GTK_TEXT_BUFFER (self->buffer), start, end);
  gtk_text_view_scroll_to_iter (GTK_TEXT_VIEW (self->view), start, 0.1, FALSE, 0, 0);
}

static void
search_next_cb (SbCodeView *self)
{
  GtkTextIter from;
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_selection_bounds (GTK_TEXT_BUFFER (self->buffer), NULL, &from);
  if (gtk_source_search_context_forward (self->search, &from, &start, &end, NULL))
    move_to_match (self, &start, &end);
}

static void
search_previous_cb (SbCodeView *self)
{
  GtkTextIter from;
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_selection_bounds (GTK_TEXT_BUFFER (self->buffer), &from, NULL);
  if (gtk_source_search_context_backward (self->search, &from, &start, &end, NULL))
    move_to_match (self, &start, &end);
}

static void
search_changed_cb (SbCodeView *self)
{
  GtkSourceSearchSettings *settings = gtk_source_search_context_get_settings (self->search);
  GtkTextIter start;

  gtk_source_search_settings_set_search_text (settings,
                                              gtk_editable_get_text (GTK_EDITABLE (self->search_entry)));
  gtk_text_buffer_get_start_iter (GTK_TEXT_BUFFER (self->buffer), &start);
  gtk_text_buffer_place_cursor (GTK_TEXT_BUFFER (self->buffer), &start);
  search_next_cb (self);
}

static void
occurrences_cb (SbCodeView *self)
{
  int n = gtk_source_search_context_get_occurrences_count (self->search);
  gboolean searching = *gtk_editable_get_text (GTK_EDITABLE (self->search_entry)) != '\0';
  g_autofree char *text = NULL;

  if (searching && n >= 0)
    text = g_strdup_printf (ngettext ("%d match", "%d matches", n), n);
  gtk_label_set_text (self->matches, text != NULL ? text : "");
}

static gboolean
restore_place_cb (gpointer user_data)
{
  SbCodeView *self = user_data;

  self->restore_id = 0;
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), self->restore_value);

  return G_SOURCE_REMOVE;
}

static void
find_action_cb (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  sb_code_view_find (SB_CODE_VIEW (widget));
}

static void
modified_cb (SbCodeView *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MODIFIED]);
}

static void
sb_code_view_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_MODIFIED:
      g_value_set_boolean (value, sb_code_view_get_modified (SB_CODE_VIEW (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static gboolean
sb_code_view_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (SB_CODE_VIEW (widget)->view));
}

static void
sb_code_view_dispose (GObject *object)
{
  SbCodeView *self = SB_CODE_VIEW (object);

  g_clear_handle_id (&self->restore_id, g_source_remove);
  g_clear_object (&self->search);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_code_view_parent_class)->dispose (object);
}

static void
sb_code_view_class_init (SbCodeViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_code_view_dispose;
  object_class->get_property = sb_code_view_get_property;
  widget_class->grab_focus = sb_code_view_grab_focus;

  properties[PROP_MODIFIED] =
    g_param_spec_boolean ("modified", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-code-view.ui");
  gtk_widget_class_bind_template_child (widget_class, SbCodeView, box);
  gtk_widget_class_bind_template_child (widget_class, SbCodeView, buffer);
  gtk_widget_class_bind_template_child (widget_class, SbCodeView, matches);
  gtk_widget_class_bind_template_child (widget_class, SbCodeView, scroller);
  gtk_widget_class_bind_template_child (widget_class, SbCodeView, search_bar);
  gtk_widget_class_bind_template_child (widget_class, SbCodeView, search_entry);
  gtk_widget_class_bind_template_child (widget_class, SbCodeView, view);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_next_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_previous_cb);
  gtk_widget_class_install_action (widget_class, "code.find", NULL, find_action_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_f, GDK_CONTROL_MASK, "code.find", NULL);

  g_type_ensure (GTK_SOURCE_TYPE_VIEW);
  g_type_ensure (GTK_SOURCE_TYPE_BUFFER);
}

static void
sb_code_view_init (SbCodeView *self)
{
  g_autoptr(GtkSourceSearchSettings) settings = gtk_source_search_settings_new ();

  gtk_widget_init_template (GTK_WIDGET (self));

  gtk_source_search_settings_set_wrap_around (settings, TRUE);
  self->search = gtk_source_search_context_new (self->buffer, settings);
  g_signal_connect_object (self->search, "notify::occurrences-count", G_CALLBACK (occurrences_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));

  g_signal_connect_object (self->buffer, "modified-changed", G_CALLBACK (modified_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (apply_scheme), self,
                           G_CONNECT_SWAPPED);
  apply_scheme (self);
}

void
sb_code_view_set_text (SbCodeView *self,
                       const char *text,
                       gssize      length,
                       const char *language_id,
                       const char *file_name,
                       gboolean    keep_place)
{
  GtkSourceLanguageManager *manager = gtk_source_language_manager_get_default ();
  GtkSourceLanguage *language = NULL;
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self->buffer);
  GtkTextIter start;
  int cursor = 0;

  g_return_if_fail (SB_IS_CODE_VIEW (self));

  if (keep_place)
    g_object_get (buffer, "cursor-position", &cursor, NULL);
  length = length < 0 ? (gssize) strlen (text) : length;
  if (language_id != NULL)
    language = gtk_source_language_manager_get_language (manager, language_id);
  else if (file_name != NULL)
    language = gtk_source_language_manager_guess_language (manager, file_name, NULL);

  self->restore_value = gtk_adjustment_get_value (gtk_scrolled_window_get_vadjustment (self->scroller));
  gtk_source_buffer_set_highlight_syntax (self->buffer, FALSE);
  gtk_source_buffer_set_language (self->buffer, language);
  gtk_text_buffer_set_text (buffer, text, length);
  gtk_text_buffer_set_modified (buffer, FALSE);
  gtk_source_buffer_set_highlight_syntax (self->buffer, language != NULL && length <= MAX_HIGHLIGHT_BYTES);

  gtk_text_buffer_get_iter_at_offset (buffer, &start, cursor);
  gtk_text_buffer_place_cursor (buffer, &start);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  file_name != NULL ? file_name : _("Text"), -1);
  if (!keep_place)
    self->restore_value = 0;
  if (self->restore_id == 0)
    self->restore_id = g_idle_add_full (GDK_PRIORITY_REDRAW + 10, restore_place_cb, self, NULL);
}

void
sb_code_view_replace_text (SbCodeView *self,
                           const char *text)
{
  GtkTextBuffer *buffer;
  GtkTextIter start;
  GtkTextIter end;

  g_return_if_fail (SB_IS_CODE_VIEW (self));

  buffer = GTK_TEXT_BUFFER (self->buffer);
  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_text_buffer_delete (buffer, &start, &end);
  gtk_text_buffer_insert (buffer, &start, text, -1);
  gtk_text_buffer_end_user_action (buffer);
}

void
sb_code_view_set_editable (SbCodeView *self,
                           gboolean    editable)
{
  g_return_if_fail (SB_IS_CODE_VIEW (self));

  gtk_text_view_set_editable (GTK_TEXT_VIEW (self->view), editable);
  gtk_text_view_set_cursor_visible (GTK_TEXT_VIEW (self->view), editable);
  /* What cannot be changed is searched by typing. */
  gtk_search_bar_set_key_capture_widget (self->search_bar, editable ? NULL : GTK_WIDGET (self->view));
}

gboolean
sb_code_view_get_modified (SbCodeView *self)
{
  g_return_val_if_fail (SB_IS_CODE_VIEW (self), FALSE);

  return gtk_text_buffer_get_modified (GTK_TEXT_BUFFER (self->buffer));
}

void
sb_code_view_set_modified (SbCodeView *self,
                           gboolean    modified)
{
  g_return_if_fail (SB_IS_CODE_VIEW (self));

  gtk_text_buffer_set_modified (GTK_TEXT_BUFFER (self->buffer), modified);
}

char *
sb_code_view_dup_text (SbCodeView *self)
{
  GtkTextIter start;
  GtkTextIter end;

  g_return_val_if_fail (SB_IS_CODE_VIEW (self), NULL);

  gtk_text_buffer_get_bounds (GTK_TEXT_BUFFER (self->buffer), &start, &end);

  return gtk_text_buffer_get_text (GTK_TEXT_BUFFER (self->buffer), &start, &end, FALSE);
}

void
sb_code_view_find (SbCodeView *self)
{
  g_return_if_fail (SB_IS_CODE_VIEW (self));

  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}
