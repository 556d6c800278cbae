/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-row.h"

#include <glib/gi18n.h>

#include "sb-file-entry.h"
#include "sb-id.h"

#define INDENT 16

struct _SbFileRow
{
  GtkWidget parent_instance;

  /* owned */
  SbOutline     *outline;
  SbOutlineNode *node;

  /* template */
  GtkWidget *box;
  GtkButton *arrow;
  GtkImage  *icon;
  GtkLabel  *name;
  GtkLabel  *caption;
  GtkLabel  *mark;
};

G_DEFINE_FINAL_TYPE (SbFileRow, sb_file_row, GTK_TYPE_WIDGET)

static const char *
get_icon (SbFileEntry *entry,
          gboolean     expanded)
{
  switch (sb_file_entry_get_file_type (entry))
    {
    case SB_FILE_TYPE_DIRECTORY:
      return expanded ? "folder-open-symbolic" : "folder-symbolic";
    case SB_FILE_TYPE_SYMLINK:
      return "emblem-symbolic-link-symbolic";
    case SB_FILE_TYPE_REGULAR:
      return "text-x-generic-symbolic";
    case SB_FILE_TYPE_OTHER:
    default:
      return "application-x-executable-symbolic";
    }
}

static char *
format_clock (gint64 wall)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_local (wall / G_USEC_PER_SEC);

  return time != NULL ? g_date_time_format (time, "%H:%M") : NULL;
}

static char *
describe (SbFileEntry *entry)
{
  g_autofree char *clock = format_clock (sb_file_entry_get_mtime (entry));
  g_autofree char *size = sb_format_size (sb_file_entry_get_size (entry));
  const SbFileCredit *credit = sb_file_entry_get_credit (entry);

  if (sb_file_entry_get_mark (entry) == SB_FILE_MARK_DELETED)
    return g_strdup (credit != NULL ? credit->tool : "");
  if (sb_file_entry_get_file_type (entry) == SB_FILE_TYPE_DIRECTORY)
    return g_strdup (clock != NULL ? clock : "");
  if (credit != NULL && clock != NULL)
    return g_strdup_printf ("%s · %s", credit->tool, clock);

  return clock != NULL ? g_strdup_printf ("%s · %s", size, clock) : g_steal_pointer (&size);
}

static const char *
get_mark_name (SbFileMark mark)
{
  switch (mark)
    {
    case SB_FILE_MARK_ADDED:
      return _("Added");
    case SB_FILE_MARK_MODIFIED:
      return _("Modified");
    case SB_FILE_MARK_DELETED:
      return _("Deleted");
    case SB_FILE_MARK_INSIDE:
      return _("Something in it changed");
    case SB_FILE_MARK_NONE:
    default:
      return NULL;
    }
}

static const char *
get_mark_sign (SbFileMark mark)
{
  switch (mark)
    {
    case SB_FILE_MARK_ADDED:
      /* Translators: one letter for a file that was added, for one that was modified, and for one that was deleted */
      return C_("file mark", "A");
    case SB_FILE_MARK_MODIFIED:
      return C_("file mark", "M");
    case SB_FILE_MARK_DELETED:
      return C_("file mark", "D");
    case SB_FILE_MARK_INSIDE:
      return "•";
    case SB_FILE_MARK_NONE:
    default:
      return "";
    }
}

static const char *
get_mark_style (SbFileMark mark)
{
  switch (mark)
    {
    case SB_FILE_MARK_ADDED:
      return "success";
    case SB_FILE_MARK_DELETED:
      return "error";
    case SB_FILE_MARK_MODIFIED:
      return "warning";
    case SB_FILE_MARK_INSIDE:
    case SB_FILE_MARK_NONE:
    default:
      return "dim-label";
    }
}

static void
update_mark (SbFileRow  *self,
             SbFileMark  mark)
{
  const char *styles[] = { "caption-heading", get_mark_style (mark), NULL };

  gtk_label_set_text (self->mark, get_mark_sign (mark));
  gtk_widget_set_css_classes (GTK_WIDGET (self->mark), styles);
}

/* What is only remembered is struck through. */
static void
update_name (SbFileRow  *self,
             const char *name,
             gboolean    deleted)
{
  g_autoptr(PangoAttrList) attributes = deleted ? pango_attr_list_new () : NULL;

  gtk_label_set_text (self->name, name);
  if (deleted)
    {
      pango_attr_list_insert (attributes, pango_attr_strikethrough_new (TRUE));
      gtk_widget_add_css_class (GTK_WIDGET (self->name), "dim-label");
    }
  else
    {
      gtk_widget_remove_css_class (GTK_WIDGET (self->name), "dim-label");
    }
  gtk_label_set_attributes (self->name, attributes);
}

static void
update (SbFileRow *self)
{
  SbFileEntry *entry = sb_outline_node_get_item (self->node);
  const char *name = sb_file_entry_get_display_name (entry);
  gboolean expanded = sb_outline_node_get_expanded (self->node);
  g_autofree char *caption = describe (entry);
  SbFileMark mark = sb_file_entry_get_mark (entry);
  g_autofree char *label = g_strjoin (", ", name, caption, get_mark_name (mark), NULL);

  gtk_widget_set_margin_start (GTK_WIDGET (self->arrow), INDENT * sb_outline_node_get_depth (self->node));
  gtk_widget_set_opacity (GTK_WIDGET (self->arrow), sb_outline_node_get_expandable (self->node) ? 1 : 0);
  gtk_widget_set_can_target (GTK_WIDGET (self->arrow), sb_outline_node_get_expandable (self->node));
  gtk_button_set_icon_name (self->arrow, expanded ? "pan-down-symbolic" : "pan-end-symbolic");
  gtk_image_set_from_icon_name (self->icon, get_icon (entry, expanded));
  update_name (self, name, mark == SB_FILE_MARK_DELETED);
  gtk_label_set_text (self->caption, caption);
  update_mark (self, mark);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->arrow), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  expanded ? _("Collapse") : _("Expand"), -1);
}

static void
changed_cb (SbFileRow *self)
{
  if (self->node != NULL)
    update (self);
}

static void
arrow_clicked_cb (SbFileRow *self)
{
  if (self->node != NULL && sb_outline_node_get_expandable (self->node))
    sb_outline_set_expanded (self->outline, self->node, !sb_outline_node_get_expanded (self->node));
}

/* Thousands of rows are bound while files change; few are pointed at. */
static gboolean
sb_file_row_query_tooltip (GtkWidget  *widget,
                           int         x,
                           int         y,
                           gboolean    keyboard_tip,
                           GtkTooltip *tooltip)
{
  SbFileRow *self = SB_FILE_ROW (widget);
  SbFileEntry *entry = self->node != NULL ? sb_outline_node_get_item (self->node) : NULL;
  g_autoptr(GString) text = NULL;
  const char *mark;

  if (entry == NULL)
    return FALSE;

  text = g_string_new (sb_file_entry_get_display_name (entry));
  mark = get_mark_name (sb_file_entry_get_mark (entry));
  if (sb_file_entry_get_file_type (entry) != SB_FILE_TYPE_DIRECTORY)
    {
      g_autofree char *size = sb_format_size (sb_file_entry_get_size (entry));

      g_string_append_printf (text, " · %s", size);
    }
  if (mark != NULL)
    g_string_append_printf (text, " · %s", mark);
  gtk_tooltip_set_text (tooltip, text->str);

  return TRUE;
}

static void
sb_file_row_dispose (GObject *object)
{
  SbFileRow *self = SB_FILE_ROW (object);

  sb_file_row_set_node (self, NULL);
  g_clear_object (&self->outline);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_file_row_parent_class)->dispose (object);
}

static void
sb_file_row_class_init (SbFileRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_file_row_dispose;
  widget_class->query_tooltip = sb_file_row_query_tooltip;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-file-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbFileRow, arrow);
  gtk_widget_class_bind_template_child (widget_class, SbFileRow, box);
  gtk_widget_class_bind_template_child (widget_class, SbFileRow, caption);
  gtk_widget_class_bind_template_child (widget_class, SbFileRow, icon);
  gtk_widget_class_bind_template_child (widget_class, SbFileRow, mark);
  gtk_widget_class_bind_template_child (widget_class, SbFileRow, name);
  gtk_widget_class_bind_template_callback (widget_class, arrow_clicked_cb);
}

static void
sb_file_row_init (SbFileRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
}

GtkWidget *
sb_file_row_new (SbOutline *outline)
{
  SbFileRow *self = g_object_new (SB_TYPE_FILE_ROW, NULL);

  g_set_object (&self->outline, outline);

  return GTK_WIDGET (self);
}

void
sb_file_row_set_node (SbFileRow     *self,
                      SbOutlineNode *node)
{
  g_return_if_fail (SB_IS_FILE_ROW (self));

  if (self->node == node)
    return;

  if (self->node != NULL)
    {
      g_signal_handlers_disconnect_by_data (sb_outline_node_get_item (self->node), self);
      g_signal_handlers_disconnect_by_data (self->node, self);
    }

  g_set_object (&self->node, node);
  if (node == NULL)
    return;

  g_signal_connect_object (sb_outline_node_get_item (node), "changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (node, "notify", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  update (self);
}

SbOutlineNode *
sb_file_row_get_node (SbFileRow *self)
{
  g_return_val_if_fail (SB_IS_FILE_ROW (self), NULL);

  return self->node;
}
