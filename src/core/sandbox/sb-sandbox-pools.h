/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-engine-list.h"
#include "sb-sandbox-profile.h"

G_BEGIN_DECLS

/* The profiles, and a pool with a spare for each that is used. */
#define SB_TYPE_SANDBOX_POOLS (sb_sandbox_pools_get_type ())
G_DECLARE_FINAL_TYPE (SbSandboxPools, sb_sandbox_pools, SB, SANDBOX_POOLS, GObject)

SbSandboxPools   *sb_sandbox_pools_new          (SbEngineList           *engines);
/* (transfer full); the spares of the old ones end */
void              sb_sandbox_pools_set_profiles (SbSandboxPools         *self,
                                                 GPtrArray              *profiles);
GPtrArray        *sb_sandbox_pools_get_profiles (SbSandboxPools         *self);
/* (transfer none) (nullable); name: NULL for the default one */
SbSandboxProfile *sb_sandbox_pools_find_profile (SbSandboxPools         *self,
                                                 const char             *name);
void              sb_sandbox_pools_set_enabled  (SbSandboxPools         *self,
                                                 gboolean                enabled);
/* From now on this profile has a spare, as long as spares are kept at all. */
void              sb_sandbox_pools_ensure       (SbSandboxPools         *self,
                                                 const SbSandboxProfile *profile);
/* (transfer full) (nullable): a spare that is just so */
SbSandbox        *sb_sandbox_pools_claim        (SbSandboxPools         *self,
                                                 const SbSandboxSpec    *spec);
/* A claim of the default profile would succeed now. */
gboolean          sb_sandbox_pools_has_spare    (SbSandboxPools         *self);
/* (transfer full) of SbSandbox: all that are to be ended; no new ones come */
GPtrArray        *sb_sandbox_pools_close        (SbSandboxPools         *self);

G_END_DECLS
