/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-window-private.h"

#define DEFAULT_WIDTH 1480
#define DEFAULT_HEIGHT 880
#define DEFAULT_SIDEBAR 236
#define DEFAULT_INSPECTOR 596

static int
load_int (SbWindow   *self,
          const char *key,
          int         fallback,
          int         min,
          int         max)
{
  g_autofree char *text = sb_store_get_setting (sb_workspace_get_store (self->workspace), key);
  gint64 value;

  if (text == NULL || !g_ascii_string_to_signed (text, 10, min, max, &value, NULL))
    return fallback;

  return value;
}

static void
save_int (SbWindow   *self,
          const char *key,
          int         value)
{
  g_autofree char *text = g_strdup_printf ("%d", value);

  sb_store_set_setting (sb_workspace_get_store (self->workspace), key, text);
}

void
_sb_window_layout_load (SbWindow *self)
{
  int width = load_int (self, "window.width", DEFAULT_WIDTH, 360, 16384);
  int height = load_int (self, "window.height", DEFAULT_HEIGHT, 300, 16384);
  int sidebar = load_int (self, "window.sidebar-width", DEFAULT_SIDEBAR, 160, 2000);

  self->inspector_width = load_int (self, "window.inspector-width", DEFAULT_INSPECTOR, 300, 8000);
  self->wants_sidebar = load_int (self, "window.sidebar", TRUE, FALSE, TRUE);
  self->wants_inspector = load_int (self, "window.inspector", TRUE, FALSE, TRUE);
  self->show_sidebar = self->wants_sidebar;
  self->show_inspector = self->wants_inspector;

  gtk_window_set_default_size (GTK_WINDOW (self), width, height);
  if (load_int (self, "window.maximized", FALSE, FALSE, TRUE))
    gtk_window_maximize (GTK_WINDOW (self));
  gtk_paned_set_position (self->outer_paned, sidebar);
  gtk_paned_set_position (self->inner_paned, MAX (width - sidebar - self->inspector_width, 340));
}

void
_sb_window_layout_save (SbWindow *self)
{
  int inner = gtk_widget_get_width (GTK_WIDGET (self->inner_paned));
  int width;
  int height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  if (!gtk_window_is_maximized (GTK_WINDOW (self)) && width > 0 && height > 0)
    {
      save_int (self, "window.width", width);
      save_int (self, "window.height", height);
    }

  save_int (self, "window.maximized", gtk_window_is_maximized (GTK_WINDOW (self)));
  save_int (self, "window.sidebar", self->wants_sidebar);
  save_int (self, "window.inspector", self->wants_inspector);
  save_int (self, "window.sidebar-width", gtk_paned_get_position (self->outer_paned));
  if (self->show_inspector && inner > 0 && sb_panes_get_width_class (self->panes) != SB_PANES_NARROW)
    save_int (self, "window.inspector-width", MAX (inner - gtk_paned_get_position (self->inner_paned), 300));
}

void
_sb_window_layout_apply (SbWindow *self)
{
  SbPanesWidth width = sb_panes_get_width_class (self->panes);
  gboolean narrow = width == SB_PANES_NARROW;

  if (width == SB_PANES_WIDE)
    {
      self->show_sidebar = self->wants_sidebar;
      self->show_inspector = self->wants_inspector;
    }

  gtk_widget_set_visible (self->sidebar_column, self->show_sidebar);
  gtk_widget_set_visible (self->inspector, self->show_inspector);
  gtk_widget_set_visible (self->chat_column, !narrow || (!self->show_sidebar && !self->show_inspector));
  gtk_widget_set_visible (GTK_WIDGET (self->inner_paned), !narrow || !self->show_sidebar);
  gtk_widget_set_visible (self->back_from_sidebar, narrow);
  gtk_widget_set_visible (self->back_from_inspector, narrow);

  adw_header_bar_set_show_start_title_buttons (self->chat_header, !self->show_sidebar);
  adw_header_bar_set_show_end_title_buttons (self->chat_header, !self->show_inspector);
  _sb_window_actions_update (self);
}

/* What gives way when there is less room: the inspector first, unless it was asked for where it took the place of
 * the conversations; with room for one pane, the conversations as well. */
void
_sb_window_layout_narrow (SbWindow *self)
{
  SbPanesWidth width = sb_panes_get_width_class (self->panes);

  if (self->show_sidebar && width < SB_PANES_WIDE)
    self->show_inspector = FALSE;
  if (width == SB_PANES_NARROW)
    self->show_sidebar = FALSE;

  _sb_window_layout_apply (self);
}

void
_sb_window_show_sidebar (SbWindow *self,
                         gboolean  show)
{
  SbPanesWidth width = sb_panes_get_width_class (self->panes);

  self->show_sidebar = show;
  if (width == SB_PANES_WIDE)
    self->wants_sidebar = show;
  else if (show)
    self->show_inspector = FALSE;

  _sb_window_layout_apply (self);
}

void
_sb_window_show_inspector (SbWindow *self,
                           gboolean  show)
{
  SbPanesWidth width = sb_panes_get_width_class (self->panes);

  self->show_inspector = show;
  if (width == SB_PANES_WIDE)
    self->wants_inspector = show;
  else if (show)
    self->show_sidebar = FALSE;
  else if (width == SB_PANES_MEDIUM)
    self->show_sidebar = self->wants_sidebar;

  _sb_window_layout_apply (self);
}
