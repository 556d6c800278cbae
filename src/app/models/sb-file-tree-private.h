/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-file-credits.h"
#include "sb-file-entry.h"
#include "sb-file-tree.h"

G_BEGIN_DECLS

struct _SbFileTree
{
  GObject parent_instance;

  /* owned */
  SbChannel     *channel;
  SbChangeSet   *changes;   /* nullable: nothing is marked */
  SbFileCredits *credits;
  SbOutline     *outline;
  GCancellable  *cancellable;
  GHashTable    *nodes;     /* path → SbOutlineNode, borrowed from the outline; "" is the root */
  GHashTable    *listings;  /* path → SbFileListing: directories that have been asked for */
  GHashTable    *watched;   /* of paths: directories that are open */
  GHashTable    *outdated;  /* of paths: directories that something was deleted from since they were looked at */
  guint          outdated_id;

  gboolean loading;
};

/* What is known about listing one directory. */
typedef struct
{
  gboolean in_flight;
  gboolean again;     /* it changed while it was being listed */
  gboolean complete;  /* listed at least once */
  gboolean truncated;
} SbFileListing;

/* sb-file-tree.c. path "" is the workspace. */
void           _sb_file_tree_emit_changed   (SbFileTree    *self,
                                             const char    *path);
char          *_sb_file_tree_dup_parent     (const char    *path);
SbOutlineNode *_sb_file_tree_find_directory (SbFileTree    *self,
                                             const char    *path); /* nullable */
void           _sb_file_tree_open_directory (SbFileTree    *self,
                                             const char    *path);
void           _sb_file_tree_unwatch        (SbFileTree    *self,
                                             const char    *path);
/* A node and all below it, before it goes. */
void           _sb_file_tree_forget         (SbFileTree    *self,
                                             SbOutlineNode *node);

/* sb-file-tree-merge.c: what is listed, into what is shown. */
void           _sb_file_tree_merge          (SbFileTree    *self,
                                             const char    *path,
                                             GPtrArray     *list_of_infos);
/* entries: sorted here */
void           _sb_file_tree_insert         (SbFileTree    *self,
                                             SbOutlineNode *parent,
                                             GPtrArray     *entries);
void           _sb_file_tree_remove_node    (SbFileTree    *self,
                                             SbOutlineNode *node);

/* sb-file-tree-marks.c: what changed, and what was deleted. */
void           _sb_file_tree_mark_entry     (SbFileTree    *self,
                                             SbFileEntry   *entry);
void           _sb_file_tree_mark_deleted   (SbFileTree    *self,
                                             SbFileEntry   *entry);
gboolean       _sb_file_tree_is_deleted     (SbOutlineNode *node);
/* Brings the rows of what was deleted from a directory up to date. */
void           _sb_file_tree_list_deleted   (SbFileTree    *self,
                                             const char    *directory);
void           _sb_file_tree_change_all     (SbFileTree    *self);
void           _sb_file_tree_changes_cb     (SbFileTree    *self,
                                             const char    *path,
                                             SbChangeSet   *changes);
void           _sb_file_tree_credited_cb    (SbFileTree    *self,
                                             const char    *path,
                                             SbFileCredits *credits);

G_END_DECLS
