/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-trace-row.h"

#include <math.h>

#include <glib/gi18n.h>

#include "sb-id.h"
#include "sb-trace-paint.h"
#include "sb-trace-text.h"

#define ROW_HEIGHT 28
#define PAD 12
#define INDENT 14
#define ARROW 14
#define ICON 14
#define TIME_WIDTH 70
#define MIN_TITLE_WIDTH 190
#define MAX_TITLE_WIDTH 340
#define BAR_HEIGHT 12
#define MIN_BAR_WIDTH 2
#define MAX_GRID_LINES 5

struct _SbTraceRow
{
  GtkWidget parent_instance;

  /* owned */
  SbOutlineNode  *node;
  SbTraceRows    *rows;
  SbAgentCatalog *agents;
  PangoLayout    *kind;
  PangoLayout    *title;
  PangoLayout    *subtitle;
  PangoLayout    *time;

  gboolean waterfall;
};

/* Where things are in the row, in its own coordinates. */
typedef struct
{
  int arrow_x;
  int text_x;
  int text_end;
  int bars_x; /* equal to bars_end without bars */
  int bars_end;
} Geometry;

G_DEFINE_FINAL_TYPE (SbTraceRow, sb_trace_row, GTK_TYPE_WIDGET)

static SbTraceEvent *
get_event (SbTraceRow *self)
{
  return self->node != NULL ? sb_outline_node_get_item (self->node) : NULL;
}

static Geometry
get_geometry (SbTraceRow *self)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  int indent = PAD + INDENT * sb_outline_node_get_depth (self->node);
  Geometry geometry;

  geometry.bars_end = MAX (width - TIME_WIDTH - 6, 0);
  geometry.bars_x = geometry.bars_end;
  if (self->waterfall)
    geometry.bars_x = CLAMP (width * 45 / 100, MIN_TITLE_WIDTH, MAX_TITLE_WIDTH);
  geometry.text_end = self->waterfall ? geometry.bars_x - 8 : geometry.bars_end - 8;
  geometry.arrow_x = MIN (indent - ARROW + 2, geometry.text_end - 60);
  geometry.text_x = geometry.arrow_x + ARROW + 2;

  return geometry;
}

static void
set_layout_text (SbTraceRow   *self,
                 PangoLayout **layout,
                 const char   *text,
                 gboolean      tabular)
{
  if (*layout == NULL)
    {
      *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
      pango_layout_set_ellipsize (*layout, PANGO_ELLIPSIZE_END);
      pango_layout_set_single_paragraph_mode (*layout, TRUE);
    }

  if (tabular)
    {
      g_autoptr(PangoAttrList) attributes = pango_attr_list_new ();

      pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
      pango_layout_set_attributes (*layout, attributes);
    }

  pango_layout_set_text (*layout, text != NULL ? text : "", -1);
}

static void
update_time (SbTraceRow *self)
{
  g_autofree char *text = sb_format_duration (sb_trace_event_get_duration (get_event (self)));

  set_layout_text (self, &self->time, text, TRUE);
}

static void
update_text (SbTraceRow *self)
{
  SbTraceEvent *event = get_event (self);
  g_autofree char *turn = NULL;
  g_autofree char *description = NULL;
  const char *kind = sb_trace_text_kind (event);

  if (sb_trace_event_get_kind (event) == SB_TRACE_KIND_TURN)
    {
      /* Translators: the number of a turn of the conversation */
      turn = g_strdup_printf (_("Turn %u"), sb_trace_rows_get_turn (self->rows, self->node));
      kind = turn;
    }

  description = sb_trace_text_describe (event);
  set_layout_text (self, &self->kind, kind, FALSE);
  set_layout_text (self, &self->title, sb_trace_event_get_title (event), FALSE);
  set_layout_text (self, &self->subtitle, sb_trace_event_get_subtitle (event), FALSE);
  update_time (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, description, -1);
}

static void
update_expanded (SbTraceRow *self)
{
  if (sb_outline_node_get_expandable (self->node))
    gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_EXPANDED,
                                 sb_outline_node_get_expanded (self->node), -1);
  else
    gtk_accessible_reset_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_EXPANDED);
}

static void
event_notify_cb (SbTraceRow *self)
{
  if (self->node == NULL)
    return;

  update_text (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
node_notify_cb (SbTraceRow *self)
{
  if (self->node == NULL)
    return;

  update_expanded (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
pressed_cb (SbTraceRow      *self,
            int              n_press,
            double           x,
            double           y,
            GtkGestureClick *gesture)
{
  Geometry geometry;
  gboolean on_arrow;

  if (self->node == NULL || !sb_outline_node_get_expandable (self->node))
    return;

  geometry = get_geometry (self);
  on_arrow = x >= geometry.arrow_x - 4 && x <= geometry.text_x;
  if (!on_arrow && n_press != 2)
    return;

  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  sb_outline_set_expanded (sb_trace_rows_get_outline (self->rows), self->node,
                           !sb_outline_node_get_expanded (self->node));
}

static void
paint_grid (SbTraceRow     *self,
            GtkSnapshot    *snapshot,
            const Geometry *geometry,
            SbTraceSpan     span)
{
  double scale = (double) (geometry->bars_end - geometry->bars_x) / (span.end - span.start);
  gint64 step = sb_trace_paint_grid_step (span.end - span.start, MAX_GRID_LINES);
  GdkRGBA color;

  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &color);
  color.alpha = 0.1f;

  for (gint64 at = 0; at <= span.end - span.start; at += step)
    gtk_snapshot_append_color (snapshot, &color,
                               &GRAPHENE_RECT_INIT (geometry->bars_x + floor (at * scale), 0, 1, ROW_HEIGHT));
}

static void
paint_bar (SbTraceRow     *self,
           GtkSnapshot    *snapshot,
           const Geometry *geometry,
           SbTraceSpan     span)
{
  SbTraceEvent *event = get_event (self);
  double width = geometry->bars_end - geometry->bars_x;
  double scale = width / (span.end - span.start);
  double x = (sb_trace_event_get_start (event) - span.start) * scale;
  double length = MAX (sb_trace_event_get_duration (event) * scale, MIN_BAR_WIDTH);
  GdkRGBA color = sb_trace_paint_color (GTK_WIDGET (self), event, self->agents);
  GskRoundedRect outline;

  x = CLAMP (x, 0, width - MIN_BAR_WIDTH);
  length = MIN (length, width - x);
  gsk_rounded_rect_init_from_rect (&outline,
                                   &GRAPHENE_RECT_INIT (geometry->bars_x + x, (ROW_HEIGHT - BAR_HEIGHT) / 2,
                                                        length, BAR_HEIGHT),
                                   length > 6 ? 2 : 0);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, &color, &outline.bounds);
  gtk_snapshot_pop (snapshot);
}

/* Returns the x behind it. */
static int
paint_layout (GtkSnapshot   *snapshot,
              PangoLayout   *layout,
              int            x,
              int            max_width,
              const GdkRGBA *color)
{
  int width;
  int height;

  if (max_width < 12)
    return x;

  pango_layout_set_width (layout, max_width * PANGO_SCALE);
  pango_layout_get_pixel_size (layout, &width, &height);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, (ROW_HEIGHT - height) / 2));
  gtk_snapshot_append_layout (snapshot, layout, color);
  gtk_snapshot_restore (snapshot);

  return x + width;
}

static void
paint_words (SbTraceRow     *self,
             GtkSnapshot    *snapshot,
             const Geometry *geometry)
{
  SbTraceEvent *event = get_event (self);
  SbTraceState state = sb_trace_event_get_state (event);
  GdkRGBA color;
  GdkRGBA dim;
  int x;

  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &color);
  dim = color;
  dim.alpha *= 0.55f;
  x = paint_layout (snapshot, self->kind, geometry->text_x, geometry->text_end - geometry->text_x, &dim) + 6;

  if (state == SB_TRACE_STATE_FAILED || state == SB_TRACE_STATE_DENIED)
    {
      color = sb_trace_paint_named (GTK_WIDGET (self), "error_color");
      sb_trace_paint_icon (GTK_WIDGET (self), snapshot, "dialog-error-symbolic", x, (ROW_HEIGHT - ICON) / 2,
                           ICON, &color);
      x += ICON + 4;
    }
  else if (state == SB_TRACE_STATE_CANCELLED)
    {
      color = dim;
    }

  x = paint_layout (snapshot, self->title, x, geometry->text_end - x, &color) + 8;
  if (!self->waterfall && sb_trace_event_get_subtitle (event) != NULL)
    paint_layout (snapshot, self->subtitle, x, geometry->text_end - x, &dim);
}

static void
paint_time (SbTraceRow  *self,
            GtkSnapshot *snapshot)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  int text_width;
  GdkRGBA color;

  if (sb_trace_event_get_state (get_event (self)) == SB_TRACE_STATE_RUNNING)
    update_time (self);

  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &color);
  color.alpha *= 0.55f;
  pango_layout_set_width (self->time, -1);
  pango_layout_get_pixel_size (self->time, &text_width, NULL);
  paint_layout (snapshot, self->time, width - 10 - text_width, text_width + 2, &color);
}

static void
sb_trace_row_snapshot (GtkWidget   *widget,
                       GtkSnapshot *snapshot)
{
  SbTraceRow *self = SB_TRACE_ROW (widget);
  Geometry geometry;
  SbTraceSpan span;

  if (self->node == NULL)
    return;

  geometry = get_geometry (self);
  if (sb_outline_node_get_expandable (self->node))
    {
      const char *icon = sb_outline_node_get_expanded (self->node) ? "pan-down-symbolic" : "pan-end-symbolic";
      GdkRGBA color;

      gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
      color.alpha *= 0.55f;
      sb_trace_paint_icon (widget, snapshot, icon,
                           geometry.arrow_x, (ROW_HEIGHT - ARROW) / 2, ARROW, &color);
    }

  paint_words (self, snapshot, &geometry);
  paint_time (self, snapshot);
  if (geometry.bars_end - geometry.bars_x < 40)
    return;

  span = sb_trace_rows_get_span (self->rows, self->node);
  paint_grid (self, snapshot, &geometry, span);
  paint_bar (self, snapshot, &geometry, span);
}

static void
sb_trace_row_measure (GtkWidget      *widget,
                      GtkOrientation  orientation,
                      int             for_size,
                      int            *minimum,
                      int            *natural,
                      int            *minimum_baseline,
                      int            *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? ROW_HEIGHT : 200;
  *minimum_baseline = *natural_baseline = -1;
}

/* Made when it is asked for: to set a tooltip's text asks the display server each time where the pointer is. */
static gboolean
sb_trace_row_query_tooltip (GtkWidget  *widget,
                            int         x,
                            int         y,
                            gboolean    keyboard,
                            GtkTooltip *tooltip)
{
  SbTraceRow *self = SB_TRACE_ROW (widget);
  g_autofree char *description = self->node != NULL ? sb_trace_text_describe (get_event (self)) : NULL;

  gtk_tooltip_set_text (tooltip, description);

  return description != NULL;
}

static void
sb_trace_row_css_changed (GtkWidget         *widget,
                          GtkCssStyleChange *change)
{
  SbTraceRow *self = SB_TRACE_ROW (widget);

  GTK_WIDGET_CLASS (sb_trace_row_parent_class)->css_changed (widget, change);

  /* The font may have changed: made anew when the next text is set. */
  g_clear_object (&self->kind);
  g_clear_object (&self->title);
  g_clear_object (&self->subtitle);
  g_clear_object (&self->time);
  if (self->node != NULL)
    update_text (self);
}

static void
sb_trace_row_dispose (GObject *object)
{
  SbTraceRow *self = SB_TRACE_ROW (object);

  sb_trace_row_set_node (self, NULL);
  g_clear_object (&self->agents);
  g_clear_object (&self->rows);
  g_clear_object (&self->kind);
  g_clear_object (&self->title);
  g_clear_object (&self->subtitle);
  g_clear_object (&self->time);

  G_OBJECT_CLASS (sb_trace_row_parent_class)->dispose (object);
}

static void
sb_trace_row_class_init (SbTraceRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_trace_row_dispose;
  widget_class->measure = sb_trace_row_measure;
  widget_class->snapshot = sb_trace_row_snapshot;
  widget_class->css_changed = sb_trace_row_css_changed;
  widget_class->query_tooltip = sb_trace_row_query_tooltip;

  gtk_widget_class_set_css_name (widget_class, "tracerow");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
}

static void
sb_trace_row_init (SbTraceRow *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

GtkWidget *
sb_trace_row_new (SbTraceRows    *rows,
                  SbAgentCatalog *agents)
{
  SbTraceRow *self = g_object_new (SB_TYPE_TRACE_ROW, NULL);

  g_set_object (&self->rows, rows);
  g_set_object (&self->agents, agents);

  return GTK_WIDGET (self);
}

void
sb_trace_row_set_agents (SbTraceRow     *self,
                         SbAgentCatalog *agents)
{
  g_return_if_fail (SB_IS_TRACE_ROW (self));

  if (g_set_object (&self->agents, agents))
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
sb_trace_row_set_node (SbTraceRow    *self,
                       SbOutlineNode *node)
{
  g_return_if_fail (SB_IS_TRACE_ROW (self));

  if (self->node == node)
    return;

  if (self->node != NULL)
    {
      g_signal_handlers_disconnect_by_data (get_event (self), self);
      g_signal_handlers_disconnect_by_data (self->node, self);
    }

  g_set_object (&self->node, node);
  if (node == NULL)
    return;

  g_signal_connect_object (get_event (self), "notify", G_CALLBACK (event_notify_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (node, "notify", G_CALLBACK (node_notify_cb), self, G_CONNECT_SWAPPED);
  update_text (self);
  update_expanded (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
sb_trace_row_set_waterfall (SbTraceRow *self,
                            gboolean    waterfall)
{
  g_return_if_fail (SB_IS_TRACE_ROW (self));

  if (self->waterfall == !!waterfall)
    return;

  self->waterfall = !!waterfall;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
