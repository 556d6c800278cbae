/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-engine-list.h"

G_BEGIN_DECLS

/* Keeps one idle sandbox started, so that the next one of its kind is there at once. Not a paused one: a frozen PID 1
 * would not see its owner die. */
#define SB_TYPE_SANDBOX_POOL (sb_sandbox_pool_get_type ())
G_DECLARE_FINAL_TYPE (SbSandboxPool, sb_sandbox_pool, SB, SANDBOX_POOL, GObject)

/* spec: copied */
SbSandboxPool *sb_sandbox_pool_new         (SbEngineList        *engines,
                                            const SbSandboxSpec *spec);
void           sb_sandbox_pool_set_enabled (SbSandboxPool       *self,
                                            gboolean             enabled);
gboolean       sb_sandbox_pool_is_ready    (SbSandboxPool       *self);
/* Only for what is asked exactly so. */
SbSandbox     *sb_sandbox_pool_claim       (SbSandboxPool       *self,
                                            const SbSandboxSpec *spec);
/* (transfer full) of SbSandbox: the spare, and those that are being ended */
GPtrArray     *sb_sandbox_pool_take_all    (SbSandboxPool       *self);

G_END_DECLS
