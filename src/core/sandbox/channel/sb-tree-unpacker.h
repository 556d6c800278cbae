/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SB_TREE_UNPACKER_MAX_NAMES 20

/* What has become of a tree so far. */
typedef struct
{
  guint   n_files;
  guint   n_directories;
  guint   n_links;    /* left out, always */
  guint   n_existing; /* left out: something of that name was there */
  guint   n_refused;  /* left out: a name that is unfit to show, or a way through something that is no directory */
  guint   n_skipped;  /* left out by who made the tree */
  guint64 bytes;      /* of contents, written */
} SbTreeUnpacked;

/* A tree of files (sb-tree-codec.h), hostile, on its way into a folder of this machine: whatever is written to the
 * stream makes directories and regular files in that folder, and nothing anywhere else. */
#define SB_TYPE_TREE_UNPACKER (sb_tree_unpacker_get_type ())
G_DECLARE_FINAL_TYPE (SbTreeUnpacker, sb_tree_unpacker, SB, TREE_UNPACKER, GOutputStream)

GOutputStream  *sb_tree_unpacker_new          (GFile          *folder,
                                               const char     *base,
                                               guint64         max_entries,
                                               guint64         max_bytes);
SbTreeUnpacked  sb_tree_unpacker_get_unpacked (SbTreeUnpacker *self);
gboolean        sb_tree_unpacker_is_complete  (SbTreeUnpacker *self);
/* (transfer full): the first names that were left out, clean */
char          **sb_tree_unpacker_dup_left_out (SbTreeUnpacker *self);

G_END_DECLS
