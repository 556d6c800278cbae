/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-form-field.h"

#include <glib/gi18n.h>

#include "sb-json.h"
#include "sb-mcp-client.h"
#include "sb-text.h"

#define MAX_TITLE 200
#define MAX_DESCRIPTION 1000
#define MAX_LINES_HEIGHT 140

struct _SbFormField
{
  GtkWidget parent_instance;

  /* owned */
  GPtrArray *fields; /* nullable: for JSON */
  char      *name;

  /* borrowed */
  const SbMcpField *field; /* nullable */

  /* children */
  GtkWidget *box;
  GtkWidget *editor;

  gboolean   touched; /* a switch that somebody has moved */
};

G_DEFINE_FINAL_TYPE (SbFormField, sb_form_field, GTK_TYPE_WIDGET)

/* Foreign and of any length: a line of it. */
static char *
clean_head (const char *text,
            gsize       max)
{
  g_autofree char *head = sb_text_head_tail (text, max, NULL);

  return sb_text_clean (head, -1, NULL);
}

static void
add_label (SbFormField *self,
           const char  *text,
           const char  *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, style);
  gtk_box_append (GTK_BOX (self->box), label);
}

static void
add_head (SbFormField *self,
          const char  *title,
          const char  *description,
          gboolean     required)
{
  g_autofree char *clean = clean_head (title, MAX_TITLE);
  g_autofree char *name = required ? g_strdup_printf (_("%s (required)"), clean) : g_strdup (clean);

  add_label (self, name, "sb-strong");
  if (description != NULL && *description != '\0')
    {
      g_autofree char *text = clean_head (description, MAX_DESCRIPTION);

      add_label (self, text, "dim-label");
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->editor), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static GtkWidget *
make_lines (SbFormField *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->editor = gtk_text_view_new ();
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (self->editor), FALSE);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (self->editor), TRUE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (self->editor), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (self->editor), 8);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (self->editor), 8);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (self->editor), 6);
  gtk_text_view_set_bottom_margin (GTK_TEXT_VIEW (self->editor), 6);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->editor);
  gtk_scrolled_window_set_has_frame (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), MAX_LINES_HEIGHT);

  return scroller;
}

static GtkWidget *
make_choice (SbFormField *self)
{
  g_autoptr(GtkStringList) names = gtk_string_list_new (NULL);
  const char *value = self->field->default_value != NULL ? json_node_get_string (self->field->default_value) : NULL;
  guint selected = 0;

  /* Not to choose is an answer, too. */
  gtk_string_list_append (names, _("None"));
  for (guint i = 0; i < self->field->choices->len; i++)
    {
      const SbMcpChoice *choice = g_ptr_array_index (self->field->choices, i);
      g_autofree char *title = clean_head (choice->title, MAX_TITLE);

      gtk_string_list_append (names, title);
      if (g_strcmp0 (choice->value, value) == 0)
        selected = i + 1;
    }
  self->editor = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&names)), NULL);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->editor), selected);

  return self->editor;
}

static gboolean
is_chosen_by_default (const SbMcpField *field,
                      const char       *value)
{
  JsonArray *array = field->default_value != NULL ? json_node_get_array (field->default_value) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    if (g_strcmp0 (json_array_get_string_element (array, i), value) == 0)
      return TRUE;

  return FALSE;
}

static GtkWidget *
make_choices (SbFormField *self)
{
  self->editor = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  for (guint i = 0; i < self->field->choices->len; i++)
    {
      const SbMcpChoice *choice = g_ptr_array_index (self->field->choices, i);
      g_autofree char *title = clean_head (choice->title, MAX_TITLE);
      GtkWidget *check = gtk_check_button_new_with_label (title);

      gtk_check_button_set_active (GTK_CHECK_BUTTON (check), is_chosen_by_default (self->field, choice->value));
      gtk_box_append (GTK_BOX (self->editor), check);
    }

  return self->editor;
}

static void
switched_cb (SbFormField *self)
{
  self->touched = TRUE;
}

static GtkWidget *
make_switch (SbFormField *self)
{
  self->editor = gtk_switch_new ();
  gtk_widget_set_halign (self->editor, GTK_ALIGN_START);
  if (self->field->default_value != NULL)
    gtk_switch_set_active (GTK_SWITCH (self->editor), json_node_get_boolean (self->field->default_value));
  g_signal_connect_object (self->editor, "notify::active", G_CALLBACK (switched_cb), self, G_CONNECT_SWAPPED);

  return self->editor;
}

static const char *
get_hint (const SbMcpField *field)
{
  switch (field->format)
    {
    case SB_MCP_FORMAT_EMAIL:
      return "name@example.org";
    case SB_MCP_FORMAT_URI:
      return "https://example.org";
    case SB_MCP_FORMAT_DATE:
      return "2026-01-31";
    case SB_MCP_FORMAT_DATE_TIME:
      return "2026-01-31T12:00:00Z";
    case SB_MCP_FORMAT_NONE:
    default:
      return NULL;
    }
}

static void
set_default_text (SbFormField *self)
{
  JsonNode *value = self->field->default_value;
  g_autofree char *text = NULL;

  if (value == NULL)
    return;

  text = self->field->kind == SB_MCP_FIELD_STRING ? g_strdup (json_node_get_string (value))
                                                  : sb_json_to_string (value, FALSE);
  if (GTK_IS_TEXT_VIEW (self->editor))
    gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->editor)), text, -1);
  else
    gtk_editable_set_text (GTK_EDITABLE (self->editor), text);
}

static GtkWidget *
make_entry (SbFormField *self)
{
  self->editor = gtk_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->editor), get_hint (self->field));
  if (self->field->kind != SB_MCP_FIELD_STRING)
    gtk_entry_set_input_purpose (GTK_ENTRY (self->editor), GTK_INPUT_PURPOSE_NUMBER);
  gtk_entry_set_activates_default (GTK_ENTRY (self->editor), TRUE);

  return self->editor;
}

static GtkWidget *
make_editor (SbFormField *self,
             gboolean     lines)
{
  GtkWidget *editor = NULL;

  switch (self->field->kind)
    {
    case SB_MCP_FIELD_BOOLEAN:
      return make_switch (self);
    case SB_MCP_FIELD_CHOICE:
      return make_choice (self);
    case SB_MCP_FIELD_CHOICES:
      return make_choices (self);
    case SB_MCP_FIELD_STRING:
    case SB_MCP_FIELD_INTEGER:
    case SB_MCP_FIELD_NUMBER:
    default:
      lines = lines && self->field->kind == SB_MCP_FIELD_STRING && self->field->format == SB_MCP_FORMAT_NONE;
      editor = lines ? make_lines (self) : make_entry (self);
      set_default_text (self);
      return editor;
    }
}

/* Values */

/* A switch that nobody moved is no answer, unless one is wanted: off is not the same as not said. */
static JsonNode *
new_switch_value (SbFormField *self)
{
  if (!self->touched && !self->field->required && self->field->default_value == NULL)
    return NULL;

  return json_node_init_boolean (json_node_alloc (), gtk_switch_get_active (GTK_SWITCH (self->editor)));
}

static char *
dup_text (SbFormField *self)
{
  GtkTextBuffer *buffer;
  GtkTextIter start;
  GtkTextIter end;

  if (!GTK_IS_TEXT_VIEW (self->editor))
    return g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->editor)));

  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->editor));
  gtk_text_buffer_get_bounds (buffer, &start, &end);

  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

static JsonNode *
new_choice_value (SbFormField *self)
{
  guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->editor));
  const SbMcpChoice *choice;

  if (selected == 0 || selected == GTK_INVALID_LIST_POSITION)
    return NULL;

  choice = g_ptr_array_index (self->field->choices, selected - 1);

  return json_node_init_string (json_node_alloc (), choice->value);
}

static JsonNode *
new_choices_value (SbFormField *self)
{
  g_autoptr(JsonArray) array = json_array_new ();
  GtkWidget *check = gtk_widget_get_first_child (self->editor);

  for (guint i = 0; i < self->field->choices->len && check != NULL; i++, check = gtk_widget_get_next_sibling (check))
    if (gtk_check_button_get_active (GTK_CHECK_BUTTON (check)))
      json_array_add_string_element (array, ((SbMcpChoice *) g_ptr_array_index (self->field->choices, i))->value);

  if (json_array_get_length (array) == 0 && !self->field->required)
    return NULL;

  return json_node_init_array (json_node_alloc (), array);
}

static gboolean
parse_number (SbFormField  *self,
              const char   *text,
              JsonNode    **value,
              GError      **error)
{
  gboolean whole = self->field->kind == SB_MCP_FIELD_INTEGER;
  gint64 integer = 0;
  char *end = NULL;
  double number = g_ascii_strtod (text, &end);

  if ((whole && !g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &integer, NULL)) || *end != '\0')
    {
      g_set_error (error, SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL,
                   whole ? _("“%s” is a whole number.") : _("“%s” is a number."), self->field->title);
      return FALSE;
    }
  *value = json_node_alloc ();
  if (whole)
    json_node_init_int (*value, integer);
  else
    json_node_init_double (*value, number);

  return TRUE;
}

static void
sb_form_field_dispose (GObject *object)
{
  g_clear_pointer (&SB_FORM_FIELD (object)->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_form_field_parent_class)->dispose (object);
}

static void
sb_form_field_finalize (GObject *object)
{
  SbFormField *self = SB_FORM_FIELD (object);

  g_clear_pointer (&self->fields, g_ptr_array_unref);
  g_free (self->name);

  G_OBJECT_CLASS (sb_form_field_parent_class)->finalize (object);
}

static void
sb_form_field_class_init (SbFormFieldClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_form_field_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_form_field_finalize;

  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
sb_form_field_init (SbFormField *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
sb_form_field_new (GPtrArray        *fields,
                   const SbMcpField *field,
                   gboolean          lines)
{
  SbFormField *self = g_object_new (SB_TYPE_FORM_FIELD, NULL);
  GtkWidget *editor;

  self->fields = g_ptr_array_ref (fields);
  self->field = field;
  self->name = g_strdup (field->name);
  editor = make_editor (self, lines);
  add_head (self, field->title, field->description, field->required);
  gtk_box_append (GTK_BOX (self->box), editor);

  return GTK_WIDGET (self);
}

GtkWidget *
sb_form_field_new_json (const char *name,
                        const char *description,
                        gboolean    required)
{
  SbFormField *self = g_object_new (SB_TYPE_FORM_FIELD, NULL);
  g_autofree char *title = g_strdup_printf (_("%s, as JSON"), name);
  GtkWidget *editor = make_lines (self);

  self->name = g_strdup (name);
  add_head (self, title, description, required);
  gtk_box_append (GTK_BOX (self->box), editor);

  return GTK_WIDGET (self);
}

const char *
sb_form_field_get_name (SbFormField *self)
{
  g_return_val_if_fail (SB_IS_FORM_FIELD (self), NULL);

  return self->name;
}

gboolean
sb_form_field_dup_value (SbFormField  *self,
                         JsonNode    **value,
                         GError      **error)
{
  g_autofree char *text = NULL;
  SbMcpFieldKind kind;

  g_return_val_if_fail (SB_IS_FORM_FIELD (self), FALSE);

  *value = NULL;
  kind = self->field != NULL ? self->field->kind : SB_MCP_FIELD_STRING;
  if (kind == SB_MCP_FIELD_BOOLEAN)
    *value = new_switch_value (self);
  else if (kind == SB_MCP_FIELD_CHOICE)
    *value = new_choice_value (self);
  else if (kind == SB_MCP_FIELD_CHOICES)
    *value = new_choices_value (self);
  else
    text = dup_text (self);
  if (text == NULL || *text == '\0')
    return TRUE;

  if (self->field == NULL)
    *value = sb_json_parse (text, -1, error);
  else if (kind == SB_MCP_FIELD_STRING)
    *value = json_node_init_string (json_node_alloc (), text);
  else
    return parse_number (self, text, value, error);

  return *value != NULL;
}
