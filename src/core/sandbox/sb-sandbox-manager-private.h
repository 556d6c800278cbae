/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-sandbox-manager.h"
#include "sb-sandbox-pools.h"

G_BEGIN_DECLS

/* For the creation. */

gboolean        sb_sandbox_manager_is_closed   (SbSandboxManager *self);
SbSandboxPools *sb_sandbox_manager_get_pools   (SbSandboxManager *self);
char           *sb_sandbox_manager_choose_name (SbSandboxManager *self);
void            sb_sandbox_manager_insert      (SbSandboxManager *self,
                                                SbSandbox        *sandbox);

/* For the MCP tools. */

/* (transfer none) (nullable): the newest that is ready, of this owner; without one, of nobody in particular */
SbSandbox *sb_sandbox_manager_find_newest (SbSandboxManager *self,
                                           const char       *owner);
void       sb_sandbox_manager_forget      (SbSandboxManager *self,
                                           SbSandbox        *sandbox);
void       sb_sandbox_manager_report      (SbSandboxManager *self,
                                           const SbActivity *activity);
/* Between these, changed files are reported with the call's trace id. call: whatever names the call. */
void       sb_sandbox_manager_begin_call  (SbSandboxManager *self,
                                           SbSandbox        *sandbox,
                                           gconstpointer     call,
                                           const char       *trace_id);
void       sb_sandbox_manager_expect_file (SbSandboxManager *self,
                                           SbSandbox        *sandbox,
                                           gconstpointer     call,
                                           const char       *path);
void       sb_sandbox_manager_end_call    (SbSandboxManager *self,
                                           SbSandbox        *sandbox,
                                           gconstpointer     call);
/* For tests and benchmarks. */
void       sb_sandbox_manager_set_limit   (SbSandboxManager *self,
                                           guint             max_live);

G_END_DECLS
