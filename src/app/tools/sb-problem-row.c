/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-problem-row.h"

#include <glib/gi18n.h>

#include "sb-text.h"

struct _SbProblemRow
{
  GtkWidget parent_instance;

  /* owned */
  SbCatalogProblem *problem; /* nullable */

  /* template */
  GtkWidget *box;
  GtkLabel  *chip;
  GtkWidget *fix;
  GtkLabel  *message;
};

enum
{
  FIX,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbProblemRow, sb_problem_row, GTK_TYPE_WIDGET)

static guint signals[N_SIGNALS];

static const char *
get_style (SbLintSeverity severity)
{
  if (severity == SB_LINT_ERROR)
    return "error";

  return severity == SB_LINT_WARNING ? "warning" : NULL;
}

static void
fix_cb (SbProblemRow *self)
{
  if (self->problem != NULL)
    g_signal_emit (self, signals[FIX], 0, self->problem);
}

static void
sb_problem_row_dispose (GObject *object)
{
  SbProblemRow *self = SB_PROBLEM_ROW (object);

  g_clear_object (&self->problem);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_problem_row_parent_class)->dispose (object);
}

static void
sb_problem_row_class_init (SbProblemRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_problem_row_dispose;

  signals[FIX] = g_signal_new ("fix",
                               G_TYPE_FROM_CLASS (klass),
                               G_SIGNAL_RUN_LAST,
                               0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, SB_TYPE_CATALOG_PROBLEM);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-problem-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbProblemRow, box);
  gtk_widget_class_bind_template_child (widget_class, SbProblemRow, chip);
  gtk_widget_class_bind_template_child (widget_class, SbProblemRow, fix);
  gtk_widget_class_bind_template_child (widget_class, SbProblemRow, message);
  gtk_widget_class_bind_template_callback (widget_class, fix_cb);
}

static void
sb_problem_row_init (SbProblemRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_problem_row_new (void)
{
  return g_object_new (SB_TYPE_PROBLEM_ROW, NULL);
}

void
sb_problem_row_set_problem (SbProblemRow     *self,
                            SbCatalogProblem *problem)
{
  const char *classes[] = { "sb-chip", NULL, NULL };
  g_autofree char *line = NULL;
  g_autofree char *message = NULL;
  const char *fix;

  g_return_if_fail (SB_IS_PROBLEM_ROW (self));

  g_set_object (&self->problem, problem);
  if (problem == NULL)
    return;

  fix = sb_catalog_problem_get_fix (problem);
  classes[1] = get_style (sb_catalog_problem_get_severity (problem));
  line = g_strdup_printf (_("line %u"), sb_catalog_problem_get_line (problem));
  message = sb_text_clean (sb_catalog_problem_get_message (problem), -1, NULL);
  gtk_label_set_text (self->chip, line);
  gtk_widget_set_css_classes (GTK_WIDGET (self->chip), classes);
  gtk_label_set_text (self->message, message);
  gtk_widget_set_visible (self->fix, fix != NULL);
  gtk_widget_set_tooltip_text (self->fix, fix);
}
