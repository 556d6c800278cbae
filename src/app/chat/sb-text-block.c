/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-text-block.h"

#include <string.h>

#define LIST_INDENT 24
#define MARKER_GAP 8
#define QUOTE_INDENT 16
#define QUOTE_WIDTH 3
#define SPACE 6      /* above and below a paragraph */
#define LIST_SPACE 2
#define HEADING_SPACE 10

struct _SbTextBlock
{
  GtkWidget      parent_instance;

  /* owned */
  SbChatContext *context; /* nullable */
  SbBlock       *block;   /* nullable */
  char          *text;    /* nullable: without a block */
  PangoLayout   *layout;  /* nullable: made when it is needed */
  PangoLayout   *marker;  /* nullable */

  gulong         changed_id;
  guint          natural_chars;
  int            layout_width; /* Pango units, as allocated last; -1: not yet */
  int            anchor; /* selection, in bytes; equal: none */
  int            cursor;
  gboolean       selecting;
};

static void sb_text_block_iface_init (SbBlockWidgetInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbTextBlock, sb_text_block, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_BLOCK_WIDGET, sb_text_block_iface_init))

static const SbLeaf *
get_leaf (SbTextBlock *self)
{
  return self->block != NULL ? sb_block_get_leaf (self->block) : NULL;
}

static const char *
get_text (SbTextBlock *self)
{
  const SbLeaf *leaf = get_leaf (self);

  if (leaf != NULL)
    return leaf->text;

  return self->text != NULL ? self->text : "";
}

static int
get_inset (SbTextBlock *self)
{
  const SbLeaf *leaf = get_leaf (self);

  return leaf != NULL ? leaf->quote * QUOTE_INDENT + leaf->depth * LIST_INDENT : 0;
}

static int
get_space_above (SbTextBlock *self)
{
  const SbLeaf *leaf = get_leaf (self);

  if (leaf == NULL)
    return 0;

  if (leaf->heading > 0)
    return HEADING_SPACE;

  return leaf->depth > 0 ? LIST_SPACE : SPACE;
}

static int
get_space_below (SbTextBlock *self)
{
  const SbLeaf *leaf = get_leaf (self);

  if (leaf == NULL)
    return 0;

  return leaf->depth > 0 ? LIST_SPACE : SPACE;
}

static void
add_to_list (PangoAttrList  *list,
             PangoAttribute *attribute,
             guint           start,
             guint           end)
{
  attribute->start_index = start;
  attribute->end_index = end;
  pango_attr_list_insert (list, attribute);
}

static void
color_links (SbTextBlock   *self,
             const SbLeaf  *leaf,
             PangoAttrList *list)
{
  GdkRGBA color = { 0.11, 0.44, 0.85, 1.0 };

  gtk_style_context_lookup_color (gtk_widget_get_style_context (GTK_WIDGET (self)), "accent_color", &color);

  for (guint i = 0; i < leaf->links->len; i++)
    {
      const SbLeafLink *link = &g_array_index (leaf->links, SbLeafLink, i);

      add_to_list (list,
                   pango_attr_foreground_new (color.red * 65535, color.green * 65535, color.blue * 65535),
                   link->start, link->end);
      add_to_list (list, pango_attr_underline_new (PANGO_UNDERLINE_SINGLE), link->start, link->end);
    }
}

static PangoAttrList *
create_attributes (SbTextBlock  *self,
                   const SbLeaf *leaf)
{
  static const double scales[] = { 1.0, 1.45, 1.25, 1.1, 1.0, 1.0, 1.0 };
  PangoAttrList *list = leaf->attributes != NULL ? pango_attr_list_copy (leaf->attributes) : pango_attr_list_new ();

  if (leaf->heading > 0)
    {
      add_to_list (list, pango_attr_weight_new (PANGO_WEIGHT_BOLD), 0, G_MAXUINT);
      add_to_list (list, pango_attr_scale_new (scales[MIN (leaf->heading, G_N_ELEMENTS (scales) - 1)]), 0, G_MAXUINT);
    }

  if (leaf->links != NULL)
    color_links (self, leaf, list);

  return list;
}

static void
fill_layout (SbTextBlock *self)
{
  const SbLeaf *leaf = get_leaf (self);

  pango_layout_set_wrap (self->layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_text (self->layout, get_text (self), -1);

  if (leaf != NULL && (leaf->attributes != NULL || leaf->links != NULL || leaf->heading > 0))
    {
      g_autoptr(PangoAttrList) list = create_attributes (self, leaf);

      pango_layout_set_attributes (self->layout, list);
    }
}

static PangoLayout *
ensure_layout (SbTextBlock *self)
{
  PangoLayout *kept = NULL;

  if (self->layout != NULL)
    return self->layout;

  if (self->context != NULL && self->block != NULL)
    kept = sb_chat_context_get_layout (self->context, self->block);

  if (kept != NULL)
    {
      self->layout = g_object_ref (kept);
      pango_layout_set_width (self->layout, self->layout_width);
      return self->layout;
    }

  self->layout = self->context != NULL && self->block != NULL
                 ? sb_chat_context_create_layout (self->context, self->block)
                 : pango_layout_new (gtk_widget_get_pango_context (GTK_WIDGET (self)));
  fill_layout (self);
  pango_layout_set_width (self->layout, self->layout_width);

  return self->layout;
}

static int
to_layout_width (SbTextBlock *self,
                 int          width)
{
  return MAX (width - get_inset (self), 1) * PANGO_SCALE;
}

static void
drop_layout (SbTextBlock *self)
{
  g_clear_object (&self->layout);
  g_clear_object (&self->marker);
}

static void
clear_selection (SbTextBlock *self)
{
  self->anchor = 0;
  self->cursor = 0;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
update_accessible (SbTextBlock *self)
{
  if (self->block == NULL || !sb_block_get_open (self->block))
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, get_text (self), -1);
}

static gboolean
is_rtl (SbTextBlock *self)
{
  return gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
}

static void
get_text_origin (SbTextBlock *self,
                 int         *x,
                 int         *y)
{
  *x = is_rtl (self) ? 0 : get_inset (self);
  *y = get_space_above (self);
}

static int
get_index_at (SbTextBlock *self,
              double       x,
              double       y)
{
  PangoLayout *layout = ensure_layout (self);
  int origin_x;
  int origin_y;
  int index;
  int trailing;
  const char *position;

  get_text_origin (self, &origin_x, &origin_y);
  pango_layout_xy_to_index (layout, (x - origin_x) * PANGO_SCALE, (y - origin_y) * PANGO_SCALE, &index, &trailing);

  position = pango_layout_get_text (layout) + index;
  for (; trailing > 0 && *position != '\0'; trailing--)
    position = g_utf8_next_char (position);

  return position - pango_layout_get_text (layout);
}

static const SbLeafLink *
get_link_at (SbTextBlock *self,
             double       x,
             double       y)
{
  const SbLeaf *leaf = get_leaf (self);
  PangoLayout *layout;
  int origin_x;
  int origin_y;
  int index;
  int trailing;

  if (leaf == NULL || leaf->links == NULL)
    return NULL;

  layout = ensure_layout (self);
  get_text_origin (self, &origin_x, &origin_y);
  if (!pango_layout_xy_to_index (layout, (x - origin_x) * PANGO_SCALE, (y - origin_y) * PANGO_SCALE,
                                 &index, &trailing))
    return NULL;

  return sb_leaf_get_link_at (leaf, index);
}

static void
take_selection (SbTextBlock *self)
{
  GtkWidget *owner;

  if (self->context == NULL)
    return;

  owner = sb_chat_context_get_selection_owner (self->context);
  if (owner != NULL && owner != GTK_WIDGET (self))
    clear_selection (SB_TEXT_BLOCK (owner));

  sb_chat_context_set_selection_owner (self->context, GTK_WIDGET (self));
}

static void
find_word (SbTextBlock *self,
           int          index,
           int         *start,
           int         *end)
{
  PangoLayout *layout = ensure_layout (self);
  const char *text = pango_layout_get_text (layout);
  int n_attrs;
  const PangoLogAttr *attrs = pango_layout_get_log_attrs_readonly (layout, &n_attrs);
  int position = g_utf8_pointer_to_offset (text, text + index);
  int from = MIN (position, n_attrs - 1);
  int to = from;

  while (from > 0 && !attrs[from].is_word_start)
    from--;
  while (to < n_attrs - 1 && (to == from || !attrs[to].is_word_end))
    to++;

  *start = g_utf8_offset_to_pointer (text, from) - text;
  *end = g_utf8_offset_to_pointer (text, to) - text;
}

static void
pressed_cb (SbTextBlock     *self,
            int              n_press,
            double           x,
            double           y,
            GtkGestureClick *gesture)
{
  int index = get_index_at (self, x, y);

  take_selection (self);

  if (n_press == 1 && (gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture)) & GDK_SHIFT_MASK))
    self->cursor = index;
  else if (n_press == 2)
    find_word (self, index, &self->anchor, &self->cursor);
  else if (n_press >= 3)
    sb_text_block_select (self, 0, -1);
  else
    self->anchor = self->cursor = index;

  self->selecting = n_press == 1;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
released_cb (SbTextBlock     *self,
             int              n_press,
             double           x,
             double           y,
             GtkGestureClick *gesture)
{
  const SbLeafLink *link = get_link_at (self, x, y);
  g_autofree char *selection = sb_text_block_dup_selection (self);

  self->selecting = FALSE;

  if (selection != NULL)
    gdk_clipboard_set_text (gtk_widget_get_primary_clipboard (GTK_WIDGET (self)), selection);
  else if (link != NULL && n_press == 1)
    gtk_show_uri (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), link->uri, GDK_CURRENT_TIME);
}

static void
drag_update_cb (SbTextBlock    *self,
                double          offset_x,
                double          offset_y,
                GtkGestureDrag *gesture)
{
  double x;
  double y;

  if (!self->selecting)
    return;

  gtk_gesture_drag_get_start_point (gesture, &x, &y);
  self->cursor = get_index_at (self, x + offset_x, y + offset_y);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
motion_cb (SbTextBlock *self,
           double       x,
           double       y)
{
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), get_link_at (self, x, y) != NULL ? "pointer" : "text");
}

static void
changed_cb (SbTextBlock *self)
{
  if (self->context != NULL)
    sb_chat_context_forget_layout (self->context, self->block);
  drop_layout (self);
  update_accessible (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static gboolean
sb_text_block_query_tooltip (GtkWidget  *widget,
                             int         x,
                             int         y,
                             gboolean    keyboard,
                             GtkTooltip *tooltip)
{
  const SbLeafLink *link = keyboard ? NULL : get_link_at (SB_TEXT_BLOCK (widget), x, y);

  if (link == NULL)
    return FALSE;

  gtk_tooltip_set_text (tooltip, link->uri);

  return TRUE;
}

static GtkSizeRequestMode
sb_text_block_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static int
measure_natural_width (SbTextBlock *self)
{
  PangoLayout *layout = ensure_layout (self);
  int before = pango_layout_get_width (layout);
  PangoFontMetrics *metrics;
  int widest;
  int width;

  metrics = pango_context_get_metrics (pango_layout_get_context (layout), NULL, NULL);
  widest = pango_font_metrics_get_approximate_char_width (metrics) * self->natural_chars / PANGO_SCALE;
  pango_font_metrics_unref (metrics);

  if (strlen (get_text (self)) > self->natural_chars * 4)
    return widest;

  pango_layout_set_width (layout, -1);
  pango_layout_get_pixel_size (layout, &width, NULL);
  pango_layout_set_width (layout, before);

  return MIN (width + 1, widest);
}

static void
sb_text_block_measure (GtkWidget      *widget,
                       GtkOrientation  orientation,
                       int             for_size,
                       int            *minimum,
                       int            *natural,
                       int            *minimum_baseline,
                       int            *natural_baseline)
{
  SbTextBlock *self = SB_TEXT_BLOCK (widget);
  int height;

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = get_inset (self) + 1;
      *natural = self->natural_chars > 0 ? MAX (measure_natural_width (self), *minimum) : *minimum;
      return;
    }

  if (for_size >= 0)
    pango_layout_set_width (ensure_layout (self), to_layout_width (self, for_size));

  pango_layout_get_pixel_size (ensure_layout (self), NULL, &height);
  *minimum = *natural = height + get_space_above (self) + get_space_below (self);
}

static void
sb_text_block_size_allocate (GtkWidget *widget,
                             int        width,
                             int        height,
                             int        baseline)
{
  SbTextBlock *self = SB_TEXT_BLOCK (widget);

  self->layout_width = to_layout_width (self, width);
  pango_layout_set_width (ensure_layout (self), self->layout_width);
}

static void
snapshot_quote (SbTextBlock  *self,
                const SbLeaf *leaf,
                GtkSnapshot  *snapshot,
                GdkRGBA      *color)
{
  GdkRGBA faint = *color;
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  int height = gtk_widget_get_height (GTK_WIDGET (self)) - 2 * QUOTE_WIDTH;

  faint.alpha *= 0.25;
  for (guint i = 0; i < leaf->quote; i++)
    {
      float x = is_rtl (self) ? width - i * QUOTE_INDENT - QUOTE_WIDTH : i * QUOTE_INDENT;

      gtk_snapshot_append_color (snapshot, &faint,
                                 &GRAPHENE_RECT_INIT (x, QUOTE_WIDTH, QUOTE_WIDTH, height));
    }
}

static void
snapshot_marker (SbTextBlock  *self,
                 const SbLeaf *leaf,
                 GtkSnapshot  *snapshot,
                 GdkRGBA      *color)
{
  int width;
  int x;

  if (self->marker == NULL)
    self->marker = gtk_widget_create_pango_layout (GTK_WIDGET (self), leaf->marker);

  pango_layout_get_pixel_size (self->marker, &width, NULL);
  x = is_rtl (self) ? gtk_widget_get_width (GTK_WIDGET (self)) - get_inset (self) + MARKER_GAP
                    : get_inset (self) - MARKER_GAP - width;

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (MAX (x, 0), get_space_above (self)));
  gtk_snapshot_append_layout (snapshot, self->marker, color);
  gtk_snapshot_restore (snapshot);
}

static void
snapshot_selection (SbTextBlock *self,
                    GtkSnapshot *snapshot)
{
  GdkRGBA color = { 0.2, 0.5, 0.9, 1.0 };
  int range[2];
  int x;
  int y;
  cairo_region_t *region;

  if (!sb_text_block_get_selection (self, &range[0], &range[1]))
    return;

  gtk_style_context_lookup_color (gtk_widget_get_style_context (GTK_WIDGET (self)), "accent_bg_color", &color);
  color.alpha = 0.3;
  get_text_origin (self, &x, &y);
  region = gdk_pango_layout_get_clip_region (self->layout, x, y, range, 1);

  for (int i = 0; i < cairo_region_num_rectangles (region); i++)
    {
      cairo_rectangle_int_t area;

      cairo_region_get_rectangle (region, i, &area);
      gtk_snapshot_append_color (snapshot, &color, &GRAPHENE_RECT_INIT (area.x, area.y, area.width, area.height));
    }

  cairo_region_destroy (region);
}

static void
sb_text_block_snapshot (GtkWidget   *widget,
                        GtkSnapshot *snapshot)
{
  SbTextBlock *self = SB_TEXT_BLOCK (widget);
  const SbLeaf *leaf = get_leaf (self);
  GdkRGBA color;
  int x;
  int y;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  pango_layout_set_width (ensure_layout (self), self->layout_width);

  if (leaf != NULL && leaf->quote > 0)
    {
      snapshot_quote (self, leaf, snapshot, &color);
      color.alpha *= 0.8;
    }
  if (leaf != NULL && leaf->marker != NULL)
    snapshot_marker (self, leaf, snapshot, &color);

  snapshot_selection (self, snapshot);

  get_text_origin (self, &x, &y);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  gtk_snapshot_append_layout (snapshot, self->layout, &color);
  gtk_snapshot_restore (snapshot);
}

static void
sb_text_block_css_changed (GtkWidget         *widget,
                           GtkCssStyleChange *change)
{
  SbTextBlock *self = SB_TEXT_BLOCK (widget);

  GTK_WIDGET_CLASS (sb_text_block_parent_class)->css_changed (widget, change);

  /* A kept layout has the shared context, which notices a change of font by itself; not so the colour of links. */
  if (self->context == NULL || self->block == NULL)
    drop_layout (self);
  else if (get_leaf (self) != NULL && get_leaf (self)->links != NULL)
    changed_cb (self);
  gtk_widget_queue_resize (widget);
}

static void
sb_text_block_set_block (SbBlockWidget *widget,
                         SbChatContext *context,
                         SbBlock       *block)
{
  SbTextBlock *self = SB_TEXT_BLOCK (widget);

  sb_text_block_set_context (self, context);

  if (self->block == block)
    return;

  if (self->block != NULL)
    g_clear_signal_handler (&self->changed_id, self->block);
  g_set_object (&self->block, block);
  drop_layout (self);
  clear_selection (self);

  if (block != NULL)
    {
      self->changed_id = g_signal_connect_swapped (block, "changed", G_CALLBACK (changed_cb), self);
      update_accessible (self);
    }

  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
sb_text_block_dispose (GObject *object)
{
  SbTextBlock *self = SB_TEXT_BLOCK (object);

  if (self->block != NULL)
    g_clear_signal_handler (&self->changed_id, self->block);
  drop_layout (self);
  g_clear_object (&self->block);
  g_clear_object (&self->context);
  g_clear_pointer (&self->text, g_free);

  G_OBJECT_CLASS (sb_text_block_parent_class)->dispose (object);
}

static void
sb_text_block_iface_init (SbBlockWidgetInterface *iface)
{
  iface->set_block = sb_text_block_set_block;
}

static void
sb_text_block_class_init (SbTextBlockClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_text_block_dispose;

  widget_class->get_request_mode = sb_text_block_get_request_mode;
  widget_class->measure = sb_text_block_measure;
  widget_class->size_allocate = sb_text_block_size_allocate;
  widget_class->snapshot = sb_text_block_snapshot;
  widget_class->css_changed = sb_text_block_css_changed;
  widget_class->query_tooltip = sb_text_block_query_tooltip;

  gtk_widget_class_set_css_name (widget_class, "textblock");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
}

static void
sb_text_block_init (SbTextBlock *self)
{
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();

  self->layout_width = -1;

  g_signal_connect_swapped (click, "pressed", G_CALLBACK (pressed_cb), self);
  g_signal_connect_swapped (click, "released", G_CALLBACK (released_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));

  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_gesture_group (click, drag);

  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);

  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "text");
}

GtkWidget *
sb_text_block_new (void)
{
  return g_object_new (SB_TYPE_TEXT_BLOCK, NULL);
}

void
sb_text_block_set_context (SbTextBlock   *self,
                           SbChatContext *context)
{
  g_return_if_fail (SB_IS_TEXT_BLOCK (self));

  g_set_object (&self->context, context);
}

void
sb_text_block_set_text (SbTextBlock *self,
                        const char  *text)
{
  g_return_if_fail (SB_IS_TEXT_BLOCK (self));

  if (g_strcmp0 (self->text, text) == 0)
    return;

  g_free (self->text);
  self->text = g_strdup (text);
  self->anchor = self->cursor = 0;
  drop_layout (self);
  update_accessible (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
sb_text_block_set_natural_chars (SbTextBlock *self,
                                 guint        n_chars)
{
  g_return_if_fail (SB_IS_TEXT_BLOCK (self));

  self->natural_chars = n_chars;
}

gboolean
sb_text_block_get_selection (SbTextBlock *self,
                             int         *start,
                             int         *end)
{
  int length = strlen (get_text (self));

  *start = CLAMP (MIN (self->anchor, self->cursor), 0, length);
  *end = CLAMP (MAX (self->anchor, self->cursor), 0, length);

  return *start < *end;
}

void
sb_text_block_select (SbTextBlock *self,
                      int          start,
                      int          end)
{
  g_return_if_fail (SB_IS_TEXT_BLOCK (self));

  take_selection (self);
  self->anchor = start;
  self->cursor = end >= 0 ? end : (int) strlen (get_text (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* (transfer full) (nullable) */
char *
sb_text_block_dup_selection (SbTextBlock *self)
{
  int start;
  int end;

  g_return_val_if_fail (SB_IS_TEXT_BLOCK (self), NULL);

  if (!sb_text_block_get_selection (self, &start, &end))
    return NULL;

  return g_strndup (get_text (self) + start, end - start);
}
