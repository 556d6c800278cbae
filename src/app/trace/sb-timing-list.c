/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-timing-list.h"

#include <glib/gi18n.h>

#include "sb-id.h"
#include "sb-trace-text.h"

struct _SbTimingList
{
  GtkWidget parent_instance;

  /* owned */
  GtkWidget *scroller;

  /* borrowed */
  GtkGrid *grid;

  int n_rows;
};

G_DEFINE_FINAL_TYPE (SbTimingList, sb_timing_list, GTK_TYPE_WIDGET)

static void
add_row (SbTimingList *self,
         const char   *name,
         const char   *value)
{
  GtkWidget *name_label = gtk_label_new (name);
  GtkWidget *value_label = gtk_label_new (value);

  gtk_label_set_xalign (GTK_LABEL (name_label), 0);
  gtk_widget_add_css_class (name_label, "dim-label");
  gtk_label_set_xalign (GTK_LABEL (value_label), 0);
  gtk_label_set_selectable (GTK_LABEL (value_label), TRUE);
  gtk_label_set_wrap (GTK_LABEL (value_label), TRUE);
  gtk_widget_add_css_class (value_label, "numeric");
  gtk_widget_set_hexpand (value_label, TRUE);

  gtk_grid_attach (self->grid, name_label, 0, self->n_rows, 1, 1);
  gtk_grid_attach (self->grid, value_label, 1, self->n_rows, 1, 1);
  self->n_rows++;
}

static void
add_duration (SbTimingList *self,
              const char   *name,
              gint64        microseconds)
{
  g_autofree char *text = sb_format_duration (microseconds);

  add_row (self, name, text);
}

static void
add_time (SbTimingList *self,
          const char   *name,
          gint64        wall)
{
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc (wall / G_USEC_PER_SEC);
  g_autoptr(GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autofree char *clock = NULL;
  g_autofree char *text = NULL;

  if (local == NULL)
    return;

  clock = g_date_time_format (local, "%X");
  text = g_strdup_printf ("%s.%03d", clock, (int) (wall % G_USEC_PER_SEC / 1000));
  add_row (self, name, text);
}

static void
add_count (SbTimingList *self,
           const char   *name,
           gint64        count)
{
  g_autofree char *text = sb_format_count (count);

  if (count >= 0)
    add_row (self, name, text);
}

static void
add_usage (SbTimingList *self,
           SbTraceEvent *event)
{
  const SbTraceUsage *usage = sb_trace_event_get_usage (event);
  gint64 streaming;

  if (usage == NULL || (usage->prompt_tokens <= 0 && usage->completion_tokens <= 0))
    return;

  add_count (self, _("Tokens in"), usage->prompt_tokens);
  add_count (self, _("Tokens out"), usage->completion_tokens);
  if (usage->first_token_us < 0)
    return;

  add_duration (self, _("First token after"), usage->first_token_us);
  streaming = sb_trace_event_get_duration (event) - usage->first_token_us;
  if (streaming > 0 && usage->completion_tokens > 1)
    {
      double rate = usage->completion_tokens * (double) G_USEC_PER_SEC / streaming;
      g_autofree char *speed = g_strdup_printf (_("%.0f tokens/s"), rate);

      add_row (self, _("Speed"), speed);
    }
}

static void
sb_timing_list_dispose (GObject *object)
{
  SbTimingList *self = SB_TIMING_LIST (object);

  g_clear_pointer (&self->scroller, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_timing_list_parent_class)->dispose (object);
}

static void
sb_timing_list_class_init (SbTimingListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_timing_list_dispose;

  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
sb_timing_list_init (SbTimingList *self)
{
  GtkWidget *grid = gtk_grid_new ();

  self->grid = GTK_GRID (grid);
  gtk_grid_set_row_spacing (self->grid, 6);
  gtk_grid_set_column_spacing (self->grid, 24);
  gtk_widget_set_margin_start (grid, 14);
  gtk_widget_set_margin_end (grid, 14);
  gtk_widget_set_margin_top (grid, 6);
  gtk_widget_set_margin_bottom (grid, 12);
  gtk_widget_set_valign (grid, GTK_ALIGN_START);

  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), grid);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
}

void
sb_timing_list_set_event (SbTimingList *self,
                          SbTraceEvent *event)
{
  gint64 wall;

  g_return_if_fail (SB_IS_TIMING_LIST (self));

  for (; self->n_rows > 0; self->n_rows--)
    gtk_grid_remove_row (self->grid, self->n_rows - 1);
  if (event == NULL)
    return;

  wall = sb_trace_event_get_wall_start (event);
  add_row (self, _("State"), sb_trace_text_state (sb_trace_event_get_state (event)));
  add_time (self, _("Began"), wall);
  if (sb_trace_event_get_end (event) > 0)
    add_time (self, _("Ended"), wall + sb_trace_event_get_duration (event));
  add_duration (self, _("Took"), sb_trace_event_get_duration (event));
  add_usage (self, event);
}
