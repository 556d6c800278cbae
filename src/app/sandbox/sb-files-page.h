/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-change-set.h"
#include "sb-channel.h"
#include "sb-file-drafts.h"
#include "sb-trace.h"

G_BEGIN_DECLS

/* The file tree of a sandbox and the file that is selected in it. Property: changes (what is marked in the tree). */
#define SB_TYPE_FILES_PAGE (sb_files_page_get_type ())
G_DECLARE_FINAL_TYPE (SbFilesPage, sb_files_page, SB, FILES_PAGE, GtkWidget)

/* channel, trace: nullable */
void sb_files_page_set_source  (SbFilesPage *self,
                                SbChannel   *channel,
                                SbTrace     *trace);
void sb_files_page_set_changes (SbFilesPage *self,
                                SbChangeSet *changes); /* nullable */
/* Selects it, expanding what is above; as far as there is such a file. */
void sb_files_page_show_file   (SbFilesPage *self,
                                const char  *path);

/* How many files of that sandbox hold what was typed and not saved. channel: nullable: of all. */
guint sb_files_page_get_n_unsaved (SbFilesPage *self,
                                   SbChannel   *channel);
/* What was typed for sandboxes that ended. */
SbFileDrafts *sb_files_page_get_drafts (SbFilesPage *self);

G_END_DECLS
