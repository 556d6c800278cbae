/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-agent.h"
#include "sb-approvals.h"
#include "sb-provider-pool.h"
#include "sb-sandbox-manager.h"
#include "sb-store.h"

G_BEGIN_DECLS

/* What all conversations of a workspace share; counted. */
typedef struct
{
  /* owned */
  SbAgentCatalog   *agents;
  SbProviderPool   *providers;
  SbStore          *store;
  SbSandboxManager *sandboxes;
  SbApprovals      *approvals;
} SbServices;

SbServices *sb_services_new   (const SbServices *parts);
SbServices *sb_services_ref   (SbServices       *self);
void        sb_services_unref (SbServices       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbServices, sb_services_unref)

G_END_DECLS
