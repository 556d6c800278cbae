/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-window.h"

#include "sb-chat-view.h"
#include "sb-panes.h"
#include "sb-sandbox-view.h"
#include "sb-sidebar.h"
#include "sb-tools-view.h"

G_BEGIN_DECLS

struct _SbWindow
{
  AdwApplicationWindow parent_instance;

  /* owned */
  SbWorkspace    *workspace;
  SbSelection    *selection;
  SbConversation *last_deleted; /* what Undo brings back */
  SbConversation *watched;      /* whose title the header shows */

  /* template */
  SbChatView         *chat;
  AdwHeaderBar       *chat_header;
  AdwWindowTitle     *chat_title;
  GtkWidget          *inspector;
  AdwHeaderBar       *inspector_header;
  GtkPaned           *inner_paned;
  GtkPaned           *outer_paned;
  GtkStack           *pages;
  SbPanes            *panes;
  GtkRevealer        *rehearsal;
  SbSandboxView      *sandbox_view;
  SbSidebar          *sidebar;
  GtkWidget          *sidebar_column;
  GtkWidget          *chat_column;
  AdwToastOverlay    *toasts;
  SbToolsView        *tools_view;
  GtkWidget          *back_from_inspector;
  GtkWidget          *back_from_sidebar;

  /* what the user wants where there is room for all three panes */
  gboolean wants_sidebar;
  gboolean wants_inspector;
  /* what is shown now */
  gboolean show_sidebar;
  gboolean show_inspector;
  int      inspector_width;

  gboolean asks_to_close;
  gboolean leaves_unsaved; /* the user's answer */
};

void     _sb_window_class_actions_init (SbWindowClass *klass);
void     _sb_window_actions_update     (SbWindow      *self);
/* FALSE while there is something to lose: the user is asked, and the answer closes it. */
gboolean _sb_window_may_close          (SbWindow      *self);
void     _sb_window_layout_load        (SbWindow      *self);
void     _sb_window_layout_save        (SbWindow      *self);
void     _sb_window_layout_apply       (SbWindow      *self);
/* After the room for the panes changed. */
void     _sb_window_layout_narrow      (SbWindow      *self);
/* The user's wish; what gives way to it is decided here. */
void     _sb_window_show_sidebar       (SbWindow      *self,
                                        gboolean       show);
void     _sb_window_show_inspector     (SbWindow      *self,
                                        gboolean       show);

G_END_DECLS
