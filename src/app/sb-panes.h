/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  SB_PANES_NARROW, /* room for one pane */
  SB_PANES_MEDIUM, /* for two */
  SB_PANES_WIDE,   /* for all three */
} SbPanesWidth;

/* Holds the panes of the window and says how many of them fit (property width-class). It asks for less room
 * than its child needs, so that the window can get narrower than the panes that are shown: the owner hides some. */
#define SB_TYPE_PANES (sb_panes_get_type ())
G_DECLARE_FINAL_TYPE (SbPanes, sb_panes, SB, PANES, GtkWidget)

SbPanesWidth sb_panes_get_width_class (SbPanes *self);

G_END_DECLS
