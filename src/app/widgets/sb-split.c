/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-split.h"

/* Below this width the second child is shown under the first instead of beside it. */
#define SIDE_BY_SIDE_WIDTH 460

struct _SbSplit
{
  GtkWidget parent_instance;

  /* owned */
  GtkPaned *paned;
  guint     turn_id;

  gboolean placed; /* the children have their first shares */
};

enum
{
  PROP_0,
  PROP_START_CHILD,
  PROP_END_CHILD,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbSplit, sb_split, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static gboolean
turn_cb (gpointer user_data)
{
  SbSplit *self = user_data;
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  int height = gtk_widget_get_height (GTK_WIDGET (self));
  gboolean beside = width >= SIDE_BY_SIDE_WIDTH;

  self->turn_id = 0;
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->paned),
                                  beside ? GTK_ORIENTATION_HORIZONTAL : GTK_ORIENTATION_VERTICAL);
  gtk_paned_set_position (self->paned, beside ? width * 46 / 100 : height * 40 / 100);

  return G_SOURCE_REMOVE;
}

static void
sb_split_size_allocate (GtkWidget *widget,
                        int        width,
                        int        height,
                        int        baseline)
{
  SbSplit *self = SB_SPLIT (widget);
  GtkOrientation orientation = gtk_orientable_get_orientation (GTK_ORIENTABLE (self->paned));
  gboolean beside = orientation == GTK_ORIENTATION_HORIZONTAL;

  if (!self->placed && width > 0)
    {
      self->placed = TRUE;
      gtk_paned_set_position (self->paned, width * 46 / 100);
    }
  gtk_widget_allocate (GTK_WIDGET (self->paned), width, height, baseline, NULL);
  /* Not in the middle of an allocation. */
  if (beside != (width >= SIDE_BY_SIDE_WIDTH) && self->turn_id == 0)
    self->turn_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, turn_cb, self, NULL);
}

static void
sb_split_measure (GtkWidget      *widget,
                  GtkOrientation  orientation,
                  int             for_size,
                  int            *minimum,
                  int            *natural,
                  int            *minimum_baseline,
                  int            *natural_baseline)
{
  SbSplit *self = SB_SPLIT (widget);

  gtk_widget_measure (GTK_WIDGET (self->paned), orientation, -1, minimum, natural, NULL, NULL);
  /* It turns itself when it gets narrow. */
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *minimum = MIN (*minimum, 200);
}

static void
sb_split_dispose (GObject *object)
{
  SbSplit *self = SB_SPLIT (object);

  g_clear_handle_id (&self->turn_id, g_source_remove);
  g_clear_pointer ((GtkWidget **) &self->paned, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_split_parent_class)->dispose (object);
}

static void
sb_split_get_property (GObject    *object,
                       guint       prop_id,
                       GValue     *value,
                       GParamSpec *pspec)
{
  SbSplit *self = SB_SPLIT (object);

  switch (prop_id)
    {
    case PROP_START_CHILD:
      g_value_set_object (value, gtk_paned_get_start_child (self->paned));
      break;
    case PROP_END_CHILD:
      g_value_set_object (value, gtk_paned_get_end_child (self->paned));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_split_set_property (GObject      *object,
                       guint         prop_id,
                       const GValue *value,
                       GParamSpec   *pspec)
{
  SbSplit *self = SB_SPLIT (object);

  switch (prop_id)
    {
    case PROP_START_CHILD:
      gtk_paned_set_start_child (self->paned, g_value_get_object (value));
      break;
    case PROP_END_CHILD:
      gtk_paned_set_end_child (self->paned, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_split_class_init (SbSplitClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_split_dispose;
  object_class->get_property = sb_split_get_property;
  object_class->set_property = sb_split_set_property;
  widget_class->measure = sb_split_measure;
  widget_class->size_allocate = sb_split_size_allocate;

  properties[PROP_START_CHILD] = g_param_spec_object ("start-child", NULL, NULL, GTK_TYPE_WIDGET, flags);
  properties[PROP_END_CHILD] = g_param_spec_object ("end-child", NULL, NULL, GTK_TYPE_WIDGET, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_split_init (SbSplit *self)
{
  self->paned = GTK_PANED (gtk_paned_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_paned_set_shrink_start_child (self->paned, FALSE);
  gtk_paned_set_shrink_end_child (self->paned, FALSE);
  gtk_paned_set_resize_start_child (self->paned, FALSE);
  gtk_widget_set_parent (GTK_WIDGET (self->paned), GTK_WIDGET (self));
}
