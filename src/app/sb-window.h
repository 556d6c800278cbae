/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <adwaita.h>

#include "sb-selection.h"

G_BEGIN_DECLS

/* Conversations | chat | inspector. All is shown by way of the selection; every verb is a win. action. */
#define SB_TYPE_WINDOW (sb_window_get_type ())
G_DECLARE_FINAL_TYPE (SbWindow, sb_window, SB, WINDOW, AdwApplicationWindow)

SbWindow    *sb_window_new           (GtkApplication *application,
                                      SbWorkspace    *workspace);
SbSelection *sb_window_get_selection (SbWindow       *self);
SbWorkspace *sb_window_get_workspace (SbWindow       *self);
/* text is plain: foreign text is safe. */
void         sb_window_show_toast    (SbWindow       *self,
                                      const char     *text);

G_END_DECLS
