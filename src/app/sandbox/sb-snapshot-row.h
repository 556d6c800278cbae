/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-snapshot-store.h"

G_BEGIN_DECLS

/* One snapshot of the list. Its buttons activate "snapshots.restore", "snapshots.fork" and "snapshots.remove" with its
 * name. */
#define SB_TYPE_SNAPSHOT_ROW (sb_snapshot_row_get_type ())
G_DECLARE_FINAL_TYPE (SbSnapshotRow, sb_snapshot_row, SB, SNAPSHOT_ROW, GtkWidget)

GtkWidget *sb_snapshot_row_new (SbSnapshot *snapshot);

G_END_DECLS
