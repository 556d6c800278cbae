/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-change.h"
#include "sb-channel.h"
#include "sb-file-drafts.h"
#include "sb-file-entry.h"

G_BEGIN_DECLS

/* Shows one file of a sandbox as it is now: text highlighted by its name and to be edited, anything else as bytes, a
 * large one page by page. What was typed and not saved stays while other files are shown, and when the sandbox ends. */
#define SB_TYPE_FILE_VIEW (sb_file_view_get_type ())
G_DECLARE_FINAL_TYPE (SbFileView, sb_file_view, SB, FILE_VIEW, GtkWidget)

/* entry NULL: nothing. */
void  sb_file_view_set_file      (SbFileView  *self,
                                  SbChannel   *channel,
                                  SbFileEntry *entry);
/* One that is not there any more: as what was deleted. */
void  sb_file_view_set_deleted   (SbFileView  *self,
                                  SbChannel   *channel,
                                  SbFileEntry *entry,
                                  SbChange    *change); /* nullable */
/* A file may have changed, or gone. */
void  sb_file_view_refresh       (SbFileView  *self,
                                  const char  *path);
/* How many files of that sandbox hold what was typed and not saved. */
guint sb_file_view_get_n_unsaved (SbFileView  *self,
                                  SbChannel   *channel);
SbFileDrafts *sb_file_view_get_drafts (SbFileView *self);

G_END_DECLS
