/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A kept copy of a workspace. Properties: name, size (bytes), created (wall µs). */
#define SB_TYPE_SNAPSHOT (sb_snapshot_get_type ())
G_DECLARE_FINAL_TYPE (SbSnapshot, sb_snapshot, SB, SNAPSHOT, GObject)

SbSnapshot *sb_snapshot_new         (const char *name,
                                     guint64     size,
                                     gint64      created);
const char *sb_snapshot_get_name    (SbSnapshot *self);
guint64     sb_snapshot_get_size    (SbSnapshot *self);
gint64      sb_snapshot_get_created (SbSnapshot *self);

G_END_DECLS
