/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sparkline.h"

#define N_VALUES 60
#define WIDTH 44
#define HEIGHT 18

struct _SbSparkline
{
  GtkWidget parent_instance;

  guint  n_values;
  guint  next;
  double values[N_VALUES]; /* a ring */
};

G_DEFINE_FINAL_TYPE (SbSparkline, sb_sparkline, GTK_TYPE_WIDGET)

static double
get_value (SbSparkline *self,
           guint        age)
{
  return self->values[(self->next + N_VALUES - 1 - age) % N_VALUES];
}

static void
draw_line (SbSparkline *self,
           cairo_t     *cr,
           double       width,
           double       height,
           GdkRGBA     *color)
{
  double step = width / (N_VALUES - 1);
  double oldest = width - step * (self->n_values - 1);

  for (guint age = 0; age < self->n_values; age++)
    cairo_line_to (cr, width - age * step, 1 + (height - 2) * (1 - get_value (self, age)));

  gdk_cairo_set_source_rgba (cr, color);
  cairo_set_line_width (cr, 1.5);
  cairo_stroke_preserve (cr);
  cairo_line_to (cr, oldest, height);
  cairo_line_to (cr, width, height);
  cairo_close_path (cr);
  color->alpha *= 0.2;
  gdk_cairo_set_source_rgba (cr, color);
  cairo_fill (cr);
}

static void
sb_sparkline_snapshot (GtkWidget   *widget,
                       GtkSnapshot *snapshot)
{
  SbSparkline *self = SB_SPARKLINE (widget);
  int width = gtk_widget_get_width (widget);
  int height = gtk_widget_get_height (widget);
  GdkRGBA color;
  GdkRGBA faint;
  cairo_t *cr;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  faint = color;
  faint.alpha *= 0.25;
  gtk_snapshot_append_color (snapshot, &faint, &GRAPHENE_RECT_INIT (0, height - 1, width, 1));
  if (self->n_values < 2)
    return;

  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  draw_line (self, cr, width, height, &color);
  cairo_destroy (cr);
}

static void
sb_sparkline_measure (GtkWidget      *widget,
                      GtkOrientation  orientation,
                      int             for_size,
                      int            *minimum,
                      int            *natural,
                      int            *minimum_baseline,
                      int            *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT;
}

static void
sb_sparkline_class_init (SbSparklineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = sb_sparkline_measure;
  widget_class->snapshot = sb_sparkline_snapshot;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "sparkline");
}

static void
sb_sparkline_init (SbSparkline *self)
{
}

void
sb_sparkline_push (SbSparkline *self,
                   double       value)
{
  g_return_if_fail (SB_IS_SPARKLINE (self));

  self->values[self->next] = CLAMP (value, 0, 1);
  self->next = (self->next + 1) % N_VALUES;
  self->n_values = MIN (self->n_values + 1, N_VALUES);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
sb_sparkline_clear (SbSparkline *self)
{
  g_return_if_fail (SB_IS_SPARKLINE (self));

  self->n_values = 0;
  self->next = 0;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
