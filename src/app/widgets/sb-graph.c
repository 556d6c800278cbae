/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-graph.h"

#define WINDOW_US (120 * G_USEC_PER_SEC)
#define MAX_SAMPLES 256
#define GAP_US (3 * G_USEC_PER_SEC) /* nobody looked meanwhile */
#define HEADROOM 1.15

typedef struct
{
  gint64 time_us;
  double value;
} Sample;

struct _SbGraph
{
  GtkWidget parent_instance;

  /* owned */
  GArray *samples; /* of Sample, the newest last */

  double limit;
};

G_DEFINE_FINAL_TYPE (SbGraph, sb_graph, GTK_TYPE_WIDGET)

static double
get_top (SbGraph *self)
{
  double top = self->limit;

  for (guint i = 0; i < self->samples->len; i++)
    top = MAX (top, g_array_index (self->samples, Sample, i).value);

  return top > 0 ? top * HEADROOM : 1;
}

static void
draw_limit (SbGraph *self,
            cairo_t *cr,
            double   width,
            double   height)
{
  static const double dashes[] = { 4, 4 };
  double y = height * (1 - self->limit / get_top (self));

  if (self->limit <= 0)
    return;

  cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0);
  cairo_set_line_width (cr, 1);
  cairo_move_to (cr, 0, y);
  cairo_line_to (cr, width, y);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

/* From first up to, not with, last: a stretch without a gap. */
static void
draw_stretch (SbGraph *self,
              cairo_t *cr,
              guint    first,
              guint    last,
              double   width,
              double   height)
{
  gint64 end = g_array_index (self->samples, Sample, self->samples->len - 1).time_us;
  double top = get_top (self);
  double x = 0;
  double start = 0;

  for (guint i = first; i < last; i++)
    {
      const Sample *sample = &g_array_index (self->samples, Sample, i);

      x = width * (1 - (double) (end - sample->time_us) / WINDOW_US);
      if (i == first)
        start = x;
      cairo_line_to (cr, x, height * (1 - sample->value / top));
    }

  cairo_set_line_width (cr, 1.5);
  cairo_stroke_preserve (cr);
  cairo_line_to (cr, x, height);
  cairo_line_to (cr, start, height);
  cairo_close_path (cr);
  cairo_push_group (cr);
  cairo_fill (cr);
  cairo_pop_group_to_source (cr);
  cairo_paint_with_alpha (cr, 0.2);
}

static void
draw_samples (SbGraph       *self,
              cairo_t       *cr,
              const GdkRGBA *color,
              double         width,
              double         height)
{
  guint first = 0;

  for (guint i = 1; i <= self->samples->len; i++)
    {
      const Sample *samples = (const Sample *) self->samples->data;

      if (i < self->samples->len && samples[i].time_us - samples[i - 1].time_us <= GAP_US)
        continue;
      gdk_cairo_set_source_rgba (cr, color);
      draw_stretch (self, cr, first, i, width, height);
      first = i;
    }
}

static void
sb_graph_snapshot (GtkWidget   *widget,
                   GtkSnapshot *snapshot)
{
  SbGraph *self = SB_GRAPH (widget);
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  double width = gtk_widget_get_width (widget);
  double height = gtk_widget_get_height (widget);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  GdkRGBA color;
  GdkRGBA warning;

  gtk_style_context_get_color (context, &color);
  if (!gtk_style_context_lookup_color (context, "warning_color", &warning))
    warning = color;
  draw_samples (self, cr, &color, width, height);
  gdk_cairo_set_source_rgba (cr, &warning);
  draw_limit (self, cr, width, height);
  cairo_destroy (cr);
}

static void
sb_graph_finalize (GObject *object)
{
  g_array_unref (SB_GRAPH (object)->samples);

  G_OBJECT_CLASS (sb_graph_parent_class)->finalize (object);
}

static void
sb_graph_class_init (SbGraphClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sb_graph_finalize;
  widget_class->snapshot = sb_graph_snapshot;

  gtk_widget_class_set_css_name (widget_class, "sb-graph");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
sb_graph_init (SbGraph *self)
{
  self->samples = g_array_new (FALSE, FALSE, sizeof (Sample));
}

void
sb_graph_add (SbGraph *self,
              gint64   time_us,
              double   value,
              double   limit)
{
  const Sample sample = { time_us, value };
  guint old = 0;

  g_return_if_fail (SB_IS_GRAPH (self));

  g_array_append_val (self->samples, sample);
  while (old < self->samples->len
         && (self->samples->len - old > MAX_SAMPLES
             || time_us - g_array_index (self->samples, Sample, old).time_us > WINDOW_US))
    old++;
  g_array_remove_range (self->samples, 0, old);
  self->limit = limit;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
sb_graph_clear (SbGraph *self)
{
  g_return_if_fail (SB_IS_GRAPH (self));

  g_array_set_size (self->samples, 0);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
