/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <adwaita.h>

#include "sb-file-removal.h"
#include "sb-file-tree.h"
#include "sb-file-view.h"
#include "sb-files-page.h"

G_BEGIN_DECLS

struct _SbFilesPage
{
  GtkWidget parent_instance;

  /* owned */
  SbFileTree         *tree;
  SbChannel          *channel;
  GtkSingleSelection *chosen;
  SbFileRemoval      *removed; /* nullable: what Undo brings back */
  char               *path;    /* of the file that is shown */
  char               *wanted;  /* nullable: to be shown when what is above it has been listed */

  /* template */
  GtkListView     *list;
  GtkPopover      *menu;
  GtkSpinner      *spinner;
  GtkStack        *states;
  AdwToastOverlay *toasts;
  GtkLabel        *truncated;
  SbFileView      *view;
};

void _sb_files_page_class_actions_init (SbFilesPageClass *klass);
void _sb_files_page_actions_update     (SbFilesPage      *self);

G_END_DECLS
