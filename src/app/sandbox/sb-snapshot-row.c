/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-snapshot-row.h"

#include <glib/gi18n.h>

#include "sb-id.h"
#include "sb-sandbox-text.h"

struct _SbSnapshotRow
{
  GtkWidget parent_instance;

  /* template */
  GtkWidget *box;
  GtkButton *fork;
  GtkLabel  *name;
  GtkButton *remove;
  GtkButton *restore;
  GtkLabel  *subtitle;
};

G_DEFINE_FINAL_TYPE (SbSnapshotRow, sb_snapshot_row, GTK_TYPE_WIDGET)

static void
sb_snapshot_row_dispose (GObject *object)
{
  g_clear_pointer (&SB_SNAPSHOT_ROW (object)->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_snapshot_row_parent_class)->dispose (object);
}

static void
sb_snapshot_row_class_init (SbSnapshotRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_snapshot_row_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-snapshot-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbSnapshotRow, box);
  gtk_widget_class_bind_template_child (widget_class, SbSnapshotRow, fork);
  gtk_widget_class_bind_template_child (widget_class, SbSnapshotRow, name);
  gtk_widget_class_bind_template_child (widget_class, SbSnapshotRow, remove);
  gtk_widget_class_bind_template_child (widget_class, SbSnapshotRow, restore);
  gtk_widget_class_bind_template_child (widget_class, SbSnapshotRow, subtitle);
}

static void
sb_snapshot_row_init (SbSnapshotRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
set_verb (GtkButton  *button,
          const char *label,
          const char *name)
{
  gtk_widget_set_tooltip_text (GTK_WIDGET (button), label);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

GtkWidget *
sb_snapshot_row_new (SbSnapshot *snapshot)
{
  SbSnapshotRow *self = g_object_new (SB_TYPE_SNAPSHOT_ROW, NULL);
  const char *name = sb_snapshot_get_name (snapshot);
  g_autofree char *age = sb_sandbox_text_age (sb_snapshot_get_created (snapshot));
  g_autofree char *size = sb_format_size (sb_snapshot_get_size (snapshot));
  g_autofree char *subtitle = g_strdup_printf ("%s · %s", size, age);
  g_autofree char *label = g_strdup_printf ("%s, %s", name, subtitle);
  g_autofree char *restore = g_strdup_printf (_("Restore %s in this sandbox"), name);
  g_autofree char *fork = g_strdup_printf (_("New sandbox with the files of %s"), name);
  g_autofree char *remove = g_strdup_printf (_("Delete %s"), name);

  gtk_label_set_text (self->name, name);
  gtk_label_set_text (self->subtitle, subtitle);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  set_verb (self->restore, restore, name);
  set_verb (self->fork, fork, name);
  set_verb (self->remove, remove, name);

  return GTK_WIDGET (self);
}
