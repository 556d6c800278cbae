/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-wrap-box.h"

#define SPACING 6
#define LINE_SPACING 4

struct _SbWrapBox
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (SbWrapBox, sb_wrap_box, GTK_TYPE_WIDGET)

static int
measure_child (GtkWidget      *child,
               GtkOrientation  orientation)
{
  int natural;

  gtk_widget_measure (child, orientation, -1, NULL, &natural, NULL, NULL);

  return natural;
}

static void
place (GtkWidget *self,
       GtkWidget *child,
       int        x,
       int        y,
       int        width,
       int        height,
       int        total)
{
  if (gtk_widget_get_direction (self) == GTK_TEXT_DIR_RTL)
    x = total - x - width;

  gtk_widget_size_allocate (child, &(GtkAllocation) { x, y, width, height }, -1);
}

/* Returns the height; places the children unless only that is asked for. */
static int
flow (GtkWidget *self,
      int        total,
      gboolean   measure_only)
{
  int x = 0;
  int y = 0;
  int line_height = 0;

  GtkWidget *child;

  for (child = gtk_widget_get_first_child (self); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      int width = MIN (measure_child (child, GTK_ORIENTATION_HORIZONTAL), total);
      int height = measure_child (child, GTK_ORIENTATION_VERTICAL);

      if (x > 0 && x + width > total)
        {
          x = 0;
          y += line_height + LINE_SPACING;
          line_height = 0;
        }
      if (!measure_only)
        place (self, child, x, y, width, height, total);
      x += width + SPACING;
      line_height = MAX (line_height, height);
    }

  return y + line_height;
}

static GtkSizeRequestMode
sb_wrap_box_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
sb_wrap_box_measure (GtkWidget      *widget,
                     GtkOrientation  orientation,
                     int             for_size,
                     int            *minimum,
                     int            *natural,
                     int            *minimum_baseline,
                     int            *natural_baseline)
{
  GtkWidget *child;

  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      *minimum = *natural = flow (widget, for_size < 0 ? G_MAXINT / 2 : for_size, TRUE);
      return;
    }

  for (child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      int child_minimum;

      gtk_widget_measure (child, orientation, -1, &child_minimum, NULL, NULL, NULL);
      *minimum = MAX (*minimum, child_minimum);
      *natural += measure_child (child, orientation) + SPACING;
    }
  *natural = MAX (*natural - SPACING, *minimum);
}

static void
sb_wrap_box_size_allocate (GtkWidget *widget,
                           int        width,
                           int        height,
                           int        baseline)
{
  flow (widget, width, FALSE);
}

static void
sb_wrap_box_dispose (GObject *object)
{
  sb_wrap_box_clear (SB_WRAP_BOX (object));

  G_OBJECT_CLASS (sb_wrap_box_parent_class)->dispose (object);
}

static void
sb_wrap_box_class_init (SbWrapBoxClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_wrap_box_dispose;
  widget_class->get_request_mode = sb_wrap_box_get_request_mode;
  widget_class->measure = sb_wrap_box_measure;
  widget_class->size_allocate = sb_wrap_box_size_allocate;
}

static void
sb_wrap_box_init (SbWrapBox *self)
{
}

void
sb_wrap_box_append (SbWrapBox *self,
                    GtkWidget *child)
{
  g_return_if_fail (SB_IS_WRAP_BOX (self));

  gtk_widget_insert_before (child, GTK_WIDGET (self), NULL);
}

void
sb_wrap_box_clear (SbWrapBox *self)
{
  GtkWidget *child;

  g_return_if_fail (SB_IS_WRAP_BOX (self));

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
}
