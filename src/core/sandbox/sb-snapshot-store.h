/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-snapshot.h"

G_BEGIN_DECLS

#define SB_SNAPSHOT_ERROR (sb_snapshot_error_quark ())

typedef enum
{
  SB_SNAPSHOT_ERROR_NAME,      /* it cannot be a name, or is taken */
  SB_SNAPSHOT_ERROR_NOT_FOUND,
  SB_SNAPSHOT_ERROR_LIMIT,     /* too many */
  SB_SNAPSHOT_ERROR_IO,
} SbSnapshotError;

GQuark sb_snapshot_error_quark (void);

/* The snapshots in a folder, one file each: a GListModel of SbSnapshot, newest first. They are there again after a
 * restart. */
#define SB_TYPE_SNAPSHOT_STORE (sb_snapshot_store_get_type ())
G_DECLARE_FINAL_TYPE (SbSnapshotStore, sb_snapshot_store, SB, SNAPSHOT_STORE, GObject)

SbSnapshotStore *sb_snapshot_store_new    (const char           *folder);
SbSnapshot      *sb_snapshot_store_lookup (SbSnapshotStore      *self,
                                           const char           *name);
gboolean         sb_snapshot_store_check_name (SbSnapshotStore  *self,
                                               const char       *name,
                                               GError          **error);
/* Writing: into a file that gets its name only when it is complete. */
GOutputStream   *sb_snapshot_store_begin  (SbSnapshotStore      *self,
                                           const char           *name,
                                           GError              **error);
SbSnapshot      *sb_snapshot_store_commit (SbSnapshotStore      *self,
                                           const char           *name,
                                           GOutputStream        *stream,
                                           GError              **error);
void             sb_snapshot_store_abandon (SbSnapshotStore     *self,
                                            const char          *name,
                                            GOutputStream       *stream);
GBytes          *sb_snapshot_store_load   (SbSnapshotStore      *self,
                                           SbSnapshot           *snapshot,
                                           GError              **error);
/* Removed for as long as it may be wanted back; a store that is made later forgets it. */
gboolean         sb_snapshot_store_set_aside (SbSnapshotStore   *self,
                                              SbSnapshot        *snapshot,
                                              GError           **error);
gboolean         sb_snapshot_store_take_back (SbSnapshotStore   *self,
                                              SbSnapshot        *snapshot,
                                              GError           **error);
gboolean         sb_snapshot_store_remove (SbSnapshotStore      *self,
                                           SbSnapshot           *snapshot,
                                           GError              **error);

G_END_DECLS
