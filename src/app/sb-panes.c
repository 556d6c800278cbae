/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-panes.h"

#define MIN_WIDTH 360
#define MEDIUM_WIDTH 680
#define WIDE_WIDTH 990

struct _SbPanes
{
  GtkWidget parent_instance;

  /* owned */
  GtkWidget *child;
  guint      announce_id;

  SbPanesWidth width_class;
};

enum
{
  PROP_0,
  PROP_CHILD,
  PROP_WIDTH_CLASS,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbPanes, sb_panes, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static SbPanesWidth
classify (int width)
{
  if (width >= WIDE_WIDTH)
    return SB_PANES_WIDE;

  return width >= MEDIUM_WIDTH ? SB_PANES_MEDIUM : SB_PANES_NARROW;
}

static gboolean
announce_cb (gpointer user_data)
{
  SbPanes *self = user_data;

  self->announce_id = 0;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WIDTH_CLASS]);

  return G_SOURCE_REMOVE;
}

static void
sb_panes_measure (GtkWidget      *widget,
                  GtkOrientation  orientation,
                  int             for_size,
                  int            *minimum,
                  int            *natural,
                  int            *minimum_baseline,
                  int            *natural_baseline)
{
  SbPanes *self = SB_PANES (widget);

  if (self->child != NULL)
    gtk_widget_measure (self->child, orientation, -1, minimum, natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *minimum = MIN (*minimum, MIN_WIDTH);
}

static void
sb_panes_size_allocate (GtkWidget *widget,
                        int        width,
                        int        height,
                        int        baseline)
{
  SbPanes *self = SB_PANES (widget);
  SbPanesWidth width_class = classify (width);
  int minimum = 0;

  if (self->child != NULL)
    {
      gtk_widget_measure (self->child, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
      gtk_widget_allocate (self->child, MAX (width, minimum), height, baseline, NULL);
    }

  if (self->width_class == width_class)
    return;

  /* Panes must not be hidden in the middle of an allocation. */
  self->width_class = width_class;
  if (self->announce_id == 0)
    self->announce_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, announce_cb, self, NULL);
}

static void
sb_panes_dispose (GObject *object)
{
  SbPanes *self = SB_PANES (object);

  g_clear_handle_id (&self->announce_id, g_source_remove);
  g_clear_pointer (&self->child, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_panes_parent_class)->dispose (object);
}

static void
sb_panes_get_property (GObject    *object,
                       guint       prop_id,
                       GValue     *value,
                       GParamSpec *pspec)
{
  SbPanes *self = SB_PANES (object);

  switch (prop_id)
    {
    case PROP_CHILD:
      g_value_set_object (value, self->child);
      break;
    case PROP_WIDTH_CLASS:
      g_value_set_uint (value, self->width_class);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_panes_set_property (GObject      *object,
                       guint         prop_id,
                       const GValue *value,
                       GParamSpec   *pspec)
{
  SbPanes *self = SB_PANES (object);

  switch (prop_id)
    {
    case PROP_CHILD:
      g_clear_pointer (&self->child, gtk_widget_unparent);
      self->child = g_value_get_object (value);
      if (self->child != NULL)
        gtk_widget_set_parent (self->child, GTK_WIDGET (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_panes_class_init (SbPanesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_panes_dispose;
  object_class->get_property = sb_panes_get_property;
  object_class->set_property = sb_panes_set_property;
  widget_class->measure = sb_panes_measure;
  widget_class->size_allocate = sb_panes_size_allocate;

  properties[PROP_CHILD] =
    g_param_spec_object ("child", NULL, NULL, GTK_TYPE_WIDGET, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_WIDTH_CLASS] =
    g_param_spec_uint ("width-class", NULL, NULL, SB_PANES_NARROW, SB_PANES_WIDE, SB_PANES_WIDE,
                       G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_panes_init (SbPanes *self)
{
  self->width_class = SB_PANES_WIDE;
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

SbPanesWidth
sb_panes_get_width_class (SbPanes *self)
{
  g_return_val_if_fail (SB_IS_PANES (self), SB_PANES_WIDE);

  return self->width_class;
}
