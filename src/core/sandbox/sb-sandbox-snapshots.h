/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-channel-tree.h"
#include "sb-sandbox-manager.h"
#include "sb-snapshot-store.h"

G_BEGIN_DECLS

/* Snapshots of sandboxes, and holding one still. */

/* (transfer none): the store of this process, in the user's data folder unless another one was set */
SbSnapshotStore *sb_sandbox_manager_get_snapshots (SbSandboxManager     *self);
void             sb_sandbox_manager_set_snapshots (SbSandboxManager     *self,
                                                   SbSnapshotStore      *store);
void             sb_sandbox_snapshot_async        (SbSandbox            *self,
                                                   SbSnapshotStore      *store,
                                                   const char           *name,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
SbSnapshot      *sb_sandbox_snapshot_finish       (SbSandbox            *self,
                                                   GAsyncResult         *result,
                                                   SbTreeSummary        *summary,
                                                   GError              **error);
void             sb_sandbox_restore_async         (SbSandbox            *self,
                                                   GBytes               *tree,
                                                   gboolean              replace,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
gboolean         sb_sandbox_restore_finish        (SbSandbox            *self,
                                                   GAsyncResult         *result,
                                                   GError              **error);
/* A new sandbox with what tree holds. owner, trace_id nullable. */
void             sb_sandbox_manager_fork_async    (SbSandboxManager     *self,
                                                   GBytes               *tree,
                                                   const char           *owner,
                                                   const char           *trace_id,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
SbSandbox       *sb_sandbox_manager_fork_finish   (SbSandboxManager     *self,
                                                   GAsyncResult         *result,
                                                   GError              **error);
void             sb_sandbox_pause_async           (SbSandbox            *self,
                                                   gboolean              paused,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
gboolean         sb_sandbox_pause_finish          (SbSandbox            *self,
                                                   GAsyncResult         *result,
                                                   GError              **error);

G_END_DECLS
