/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-sandbox-manager.h"

G_BEGIN_DECLS

/* The snapshots that are kept, and taking one of a sandbox. Property: sandbox (nullable). Actions: snapshots.take,
 * and with a name snapshots.restore, .fork, .remove. Signals: "done": nothing more to be seen here; "forked"
 * (SbSandbox): a new one with the files of a snapshot. */
#define SB_TYPE_SNAPSHOTS_VIEW (sb_snapshots_view_get_type ())
G_DECLARE_FINAL_TYPE (SbSnapshotsView, sb_snapshots_view, SB, SNAPSHOTS_VIEW, GtkWidget)

void sb_snapshots_view_set_manager (SbSnapshotsView  *self,
                                    SbSandboxManager *manager);
void sb_snapshots_view_set_sandbox (SbSnapshotsView  *self,
                                    SbSandbox        *sandbox);

G_END_DECLS
