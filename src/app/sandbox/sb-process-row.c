/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-process-row.h"

#include <glib/gi18n.h>

#include "sb-id.h"

struct _SbProcessRow
{
  GtkWidget parent_instance;

  /* owned */
  SbProcessItem *item; /* nullable */

  /* template */
  GtkWidget *box;
  GtkLabel  *command;
  GtkLabel  *cpu;
  GtkLabel  *details;
  GtkLabel  *memory;
};

G_DEFINE_FINAL_TYPE (SbProcessRow, sb_process_row, GTK_TYPE_WIDGET)

static char *
describe_age (guint64 age_us)
{
  guint64 seconds = age_us / G_USEC_PER_SEC;

  if (seconds < 60)
    return g_strdup_printf (_("%u s"), (guint) seconds);
  if (seconds < 3600)
    return g_strdup_printf (_("%u min"), (guint) (seconds / 60));

  return g_strdup_printf (_("%u h"), (guint) (seconds / 3600));
}

static void
show (SbProcessRow *self)
{
  const char *command = sb_process_item_get_command (self->item);
  const char *name = sb_process_item_get_name (self->item);
  const char *origin = sb_process_item_get_origin (self->item);
  g_autofree char *age = describe_age (sb_process_item_get_age_us (self->item));
  g_autofree char *memory = sb_format_size (sb_process_item_get_memory (self->item));
  g_autofree char *cpu = g_strdup_printf (_("%.0f %%"), 100 * sb_process_item_get_cpu (self->item));
  g_autofree char *pid = g_strdup_printf (_("Process %u"), sb_process_item_get_pid (self->item));
  g_autofree char *details = origin != NULL ? g_strjoin (" · ", pid, age, origin, NULL)
                                            : g_strjoin (" · ", pid, age, NULL);
  g_autofree char *spoken = NULL;

  gtk_label_set_text (self->command, command[0] != '\0' ? command : name);
  gtk_label_set_text (self->details, details);
  gtk_label_set_text (self->cpu, cpu);
  gtk_label_set_text (self->memory, memory);
  spoken = g_strjoin (", ", command[0] != '\0' ? command : name, details, cpu, memory, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

static void
sb_process_row_dispose (GObject *object)
{
  SbProcessRow *self = SB_PROCESS_ROW (object);

  sb_process_row_set_item (self, NULL);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_process_row_parent_class)->dispose (object);
}

static void
sb_process_row_class_init (SbProcessRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_process_row_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-process-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbProcessRow, box);
  gtk_widget_class_bind_template_child (widget_class, SbProcessRow, command);
  gtk_widget_class_bind_template_child (widget_class, SbProcessRow, cpu);
  gtk_widget_class_bind_template_child (widget_class, SbProcessRow, details);
  gtk_widget_class_bind_template_child (widget_class, SbProcessRow, memory);
}

static void
sb_process_row_init (SbProcessRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_process_row_new (void)
{
  return g_object_new (SB_TYPE_PROCESS_ROW, NULL);
}

void
sb_process_row_set_item (SbProcessRow  *self,
                         SbProcessItem *item)
{
  g_return_if_fail (SB_IS_PROCESS_ROW (self));

  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_set_object (&self->item, item);
  if (item == NULL)
    return;

  g_signal_connect_swapped (item, "changed", G_CALLBACK (show), self);
  show (self);
}
