/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-change-row.h"

#include <glib/gi18n.h>

#include "sb-text.h"

struct _SbChangeRow
{
  GtkWidget parent_instance;

  char *tooltip; /* owned; nullable */

  /* template */
  GtkWidget *box;
  GtkLabel  *added;
  GtkLabel  *mark;
  GtkLabel  *path;
  GtkLabel  *removed;
};

G_DEFINE_FINAL_TYPE (SbChangeRow, sb_change_row, GTK_TYPE_WIDGET)

static const char *
get_mark (SbChangeKind kind)
{
  switch (kind)
    {
    case SB_CHANGE_ADDED:
      return C_("file mark", "A");
    case SB_CHANGE_DELETED:
      /* Translators: one letter for a file that was deleted */
      return C_("file mark", "D");
    case SB_CHANGE_MODIFIED:
    default:
      return C_("file mark", "M");
    }
}

static const char *
get_kind_name (SbChangeKind kind)
{
  switch (kind)
    {
    case SB_CHANGE_ADDED:
      return _("Added");
    case SB_CHANGE_DELETED:
      return _("Deleted");
    case SB_CHANGE_MODIFIED:
    default:
      return _("Modified");
    }
}

static void
set_style (GtkWidget    *widget,
           SbChangeKind  kind)
{
  static const char * const styles[] = { "success", "warning", "error" };

  for (guint i = 0; i < G_N_ELEMENTS (styles); i++)
    gtk_widget_remove_css_class (widget, styles[i]);
  gtk_widget_add_css_class (widget, styles[kind]);
}

/* Numbers only where lines were compared. */
static char *
show_counts (SbChangeRow *self,
             SbChange    *change)
{
  g_autoptr(SbDiff) diff = sb_change_diff (change, 0);
  gboolean counted = diff != NULL && !sb_diff_is_binary (diff);
  guint n_added = counted ? sb_diff_get_n_added (diff) : 0;
  guint n_removed = counted ? sb_diff_get_n_removed (diff) : 0;
  g_autofree char *added = g_strdup_printf ("+%u", n_added);
  g_autofree char *removed = g_strdup_printf ("−%u", n_removed);
  g_autofree char *lines_added = NULL;
  g_autofree char *lines_removed = NULL;

  gtk_label_set_text (self->added, n_added > 0 ? added : "");
  gtk_label_set_text (self->removed, n_removed > 0 ? removed : "");
  if (!counted)
    return g_strdup (_("not compared"));

  lines_added = g_strdup_printf (ngettext ("%u line added", "%u lines added", n_added), n_added);
  lines_removed = g_strdup_printf (ngettext ("%u line removed", "%u lines removed", n_removed), n_removed);

  return g_strdup_printf ("%s, %s", lines_added, lines_removed);
}

static void
sb_change_row_dispose (GObject *object)
{
  g_clear_pointer (&SB_CHANGE_ROW (object)->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_change_row_parent_class)->dispose (object);
}

static void
sb_change_row_finalize (GObject *object)
{
  g_free (SB_CHANGE_ROW (object)->tooltip);

  G_OBJECT_CLASS (sb_change_row_parent_class)->finalize (object);
}

/* Thousands of rows are bound while files change; few are pointed at. */
static gboolean
sb_change_row_query_tooltip (GtkWidget  *widget,
                             int         x,
                             int         y,
                             gboolean    keyboard_tip,
                             GtkTooltip *tooltip)
{
  gtk_tooltip_set_text (tooltip, SB_CHANGE_ROW (widget)->tooltip);

  return SB_CHANGE_ROW (widget)->tooltip != NULL;
}

static void
sb_change_row_class_init (SbChangeRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_change_row_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_change_row_finalize;
  widget_class->query_tooltip = sb_change_row_query_tooltip;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-change-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbChangeRow, added);
  gtk_widget_class_bind_template_child (widget_class, SbChangeRow, box);
  gtk_widget_class_bind_template_child (widget_class, SbChangeRow, mark);
  gtk_widget_class_bind_template_child (widget_class, SbChangeRow, path);
  gtk_widget_class_bind_template_child (widget_class, SbChangeRow, removed);
}

static void
sb_change_row_init (SbChangeRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
}

GtkWidget *
sb_change_row_new (void)
{
  return g_object_new (SB_TYPE_CHANGE_ROW, NULL);
}

void
sb_change_row_set_change (SbChangeRow *self,
                          SbChange    *change)
{
  g_autofree char *path = NULL;
  g_autofree char *counts = NULL;
  g_autofree char *label = NULL;
  SbChangeKind kind;

  g_return_if_fail (SB_IS_CHANGE_ROW (self));
  g_return_if_fail (SB_IS_CHANGE (change));

  kind = sb_change_get_kind (change);
  path = sb_change_row_dup_path (change);
  counts = show_counts (self, change);
  label = g_strdup_printf ("%s, %s, %s", path, get_kind_name (kind), counts);
  gtk_label_set_text (self->mark, get_mark (kind));
  set_style (GTK_WIDGET (self->mark), kind);
  gtk_label_set_text (self->path, path);
  g_free (self->tooltip);
  self->tooltip = g_strdup (label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

char *
sb_change_row_dup_path (SbChange *change)
{
  char *path = sb_text_clean (sb_change_get_path (change), -1, NULL);

  return g_strdelimit (path, "\n\t", ' ');
}
