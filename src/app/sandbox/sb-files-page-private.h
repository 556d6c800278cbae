/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <adwaita.h>

#include "sb-file-entry.h"
#include "sb-file-removal.h"
#include "sb-file-tree.h"
#include "sb-file-view.h"
#include "sb-files-page.h"
#include "sb-since-picker.h"

G_BEGIN_DECLS

struct _SbFilesPage
{
  GtkWidget parent_instance;

  /* owned */
  SbFileTree         *tree;
  SbChannel          *channel;
  SbChangeSet        *changes; /* nullable */
  GtkSingleSelection *chosen;
  SbFileRemoval      *removed; /* nullable: what Undo brings back */
  GPtrArray          *loans;    /* of SbFileLoan: copies that other programs may use */
  GCancellable       *transfer; /* nullable: files are being added, or a folder saved */
  GtkFileChooserNative *chooser; /* nullable: while it is open */
  char               *path;    /* of the file that is shown */
  char               *wanted;  /* nullable: to be shown when what is above it has been listed */

  /* template */
  GtkWidget       *incomplete;
  GtkLabel        *progress;
  GtkWidget       *progress_box;
  GtkListView     *list;
  GtkPopover      *menu;
  SbSincePicker   *since;
  GtkSpinner      *spinner;
  GtkStack        *states;
  AdwToastOverlay *toasts;
  GtkLabel        *truncated;
  SbFileView      *view;
};

void _sb_files_page_class_actions_init   (SbFilesPageClass *klass);
void _sb_files_page_actions_update       (SbFilesPage      *self);
void _sb_files_page_class_transfers_init (SbFilesPageClass *klass);
/* What is dropped on the list is added, what is dragged out of it copied. */
void _sb_files_page_transfers_attach     (SbFilesPage      *self);

void _sb_files_page_class_sharing_init   (SbFilesPageClass *klass);
void _sb_files_page_sharing_attach       (SbFilesPage      *self,
                                          GtkDropTarget    *target);
void _sb_files_page_sharing_update       (SbFilesPage      *self);

/* (nullable): coordinates of the list */
SbOutlineNode *_sb_files_page_find_node_at (SbFilesPage *self,
                                            double       x,
                                            double       y);

void         _sb_files_page_tell          (SbFilesPage *self,
                                           const char  *text);
SbFileEntry *_sb_files_page_get_chosen    (SbFilesPage *self); /* nullable */
/* (transfer full): into the directory that is selected, or beside the file that is; "" is the workspace */
char        *_sb_files_page_dup_directory (SbFilesPage *self);

G_END_DECLS
