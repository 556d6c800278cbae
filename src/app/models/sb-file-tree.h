/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-change-set.h"
#include "sb-channel.h"
#include "sb-outline.h"
#include "sb-trace.h"

G_BEGIN_DECLS

/* The files of a sandbox as an outline of SbFileEntry. A directory is listed and watched when it is expanded;
 * changes are merged in, so the tree stays where its reader left it. What changed is marked; what was deleted is
 * remembered in its place.
 * Signals: "changed" (char *path): a file that is shown changed or went; "listed" (char *path): the entries of that
 * directory are up to date; "failed" (GError*): a directory could not be listed. Property: loading (the first listing
 * is under way). */
#define SB_TYPE_FILE_TREE (sb_file_tree_get_type ())
G_DECLARE_FINAL_TYPE (SbFileTree, sb_file_tree, SB, FILE_TREE, GObject)

SbFileTree    *sb_file_tree_new         (void);
/* Starts over with the workspace of that channel; NULL: empty. */
void           sb_file_tree_set_channel (SbFileTree *self,
                                         SbChannel  *channel);
/* Where "which tool call wrote it" comes from; nullable. */
void           sb_file_tree_set_trace   (SbFileTree *self,
                                         SbTrace    *trace);
/* What is marked, of the sandbox that the channel leads to; nullable. */
void           sb_file_tree_set_changes (SbFileTree  *self,
                                         SbChangeSet *changes);
SbOutline     *sb_file_tree_get_outline (SbFileTree *self);
gboolean       sb_file_tree_get_loading (SbFileTree *self);
/* (transfer none) (nullable): only what has been listed */
SbOutlineNode *sb_file_tree_lookup      (SbFileTree *self,
                                         const char *path);
/* The directory had more entries than are shown. path "" is the workspace. */
gboolean       sb_file_tree_get_truncated (SbFileTree *self,
                                           const char *path);
/* A path as the wire has it, relative to the workspace. */
char          *sb_file_tree_normalize   (const char *path);

G_END_DECLS
