/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-file-document.h"

G_BEGIN_DECLS

/* Documents that hold what was typed and not saved, while they are not on show: of sandboxes that live, to be taken up
 * again, and of those that ended. These are a GListModel of SbFileDocument: nothing but their drafts is left. */
#define SB_TYPE_FILE_DRAFTS (sb_file_drafts_get_type ())
G_DECLARE_FINAL_TYPE (SbFileDrafts, sb_file_drafts, SB, FILE_DRAFTS, GObject)

SbFileDrafts   *sb_file_drafts_new    (void);
void            sb_file_drafts_put    (SbFileDrafts   *self,
                                       SbFileDocument *document);
/* (transfer full) (nullable): of a sandbox that lives */
SbFileDocument *sb_file_drafts_take   (SbFileDrafts   *self,
                                       SbChannel      *channel,
                                       const char     *path);
gboolean        sb_file_drafts_has    (SbFileDrafts   *self,
                                       SbChannel      *channel,
                                       const char     *path);
/* Of a sandbox that lives; channel: nullable: of all sandboxes, and of those that ended. */
guint           sb_file_drafts_count  (SbFileDrafts   *self,
                                       SbChannel      *channel);
/* Whoever ends that sandbox knows that it is lost, and wants that. */
void            sb_file_drafts_forget (SbFileDrafts   *self,
                                       SbChannel      *channel);
/* One of the list. */
void            sb_file_drafts_remove (SbFileDrafts   *self,
                                       SbFileDocument *document);

G_END_DECLS
