/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-sandbox-manager.h"

G_BEGIN_DECLS

/* A sandbox that is removed, and what its workspace held, to bring it back in a new one. In this order: prepare, run,
 * restore; each once. */
#define SB_TYPE_SANDBOX_REMOVAL (sb_sandbox_removal_get_type ())
G_DECLARE_FINAL_TYPE (SbSandboxRemoval, sb_sandbox_removal, SB, SANDBOX_REMOVAL, GObject)

SbSandboxRemoval *sb_sandbox_removal_new            (SbSandboxManager     *manager,
                                                     SbSandbox            *sandbox);
SbSandbox        *sb_sandbox_removal_get_sandbox    (SbSandboxRemoval     *self);
/* Keeps its files, in memory: at most 64 MiB, and what can be read within two seconds. FALSE: they cannot be brought
 * back; it can only be removed for good. */
void              sb_sandbox_removal_prepare_async  (SbSandboxRemoval     *self,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
gboolean          sb_sandbox_removal_prepare_finish (SbSandboxRemoval     *self,
                                                     GAsyncResult         *result);
void              sb_sandbox_removal_run_async      (SbSandboxRemoval     *self,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
gboolean          sb_sandbox_removal_run_finish     (SbSandboxRemoval     *self,
                                                     GAsyncResult         *result,
                                                     GError              **error);
void              sb_sandbox_removal_restore_async  (SbSandboxRemoval     *self,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
/* (transfer full) (nullable): another sandbox with the same files */
SbSandbox        *sb_sandbox_removal_restore_finish (SbSandboxRemoval     *self,
                                                     GAsyncResult         *result,
                                                     GError              **error);

G_END_DECLS
