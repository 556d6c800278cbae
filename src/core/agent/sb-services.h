/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-agent.h"
#include "sb-approvals.h"
#include "sb-gateway.h"
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
  SbGateway        *gateway;   /* nullable */
} SbServices;

SbServices *sb_services_new   (const SbServices *parts);
SbServices *sb_services_ref   (SbServices       *self);
void        sb_services_unref (SbServices       *self);
/* Known only after the rest, which it is made of. */
void        sb_services_set_gateway (SbServices *self,
                                     SbGateway  *gateway);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbServices, sb_services_unref)

G_END_DECLS
