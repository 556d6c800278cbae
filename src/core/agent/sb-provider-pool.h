/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-agent.h"
#include "sb-llm-provider.h"
#include "sb-provider-choices.h"
#include "sb-secrets.h"
#include "sb-store.h"

G_BEGIN_DECLS

/* Who answers each agent: from the settings, the environment, what runs on this machine, and at last the rehearsal.
 * Property: status (a sentence). Signal "changed". */
#define SB_TYPE_PROVIDER_POOL (sb_provider_pool_get_type ())
G_DECLARE_FINAL_TYPE (SbProviderPool, sb_provider_pool, SB, PROVIDER_POOL, GObject)

SbProviderPool *sb_provider_pool_new            (SbAgentCatalog          *agents,
                                                 SbStore                 *store,
                                                 SbSecrets               *secrets,
                                                 SbRedactor              *redactor);
/* For this process only, over what the settings say. agent_id NULL: all. */
void            sb_provider_pool_override       (SbProviderPool          *self,
                                                 const char              *agent_id,
                                                 const SbProviderChoice  *choice);
/* A key or address from the environment, by the name it has there. */
void            sb_provider_pool_set_variable   (SbProviderPool          *self,
                                                 const char              *name,
                                                 const char              *value);
/* Looks for keys and for a model on this machine; never fails, the rehearsal is always there. */
void            sb_provider_pool_start_async    (SbProviderPool          *self,
                                                 GCancellable            *cancellable,
                                                 GAsyncReadyCallback      callback,
                                                 gpointer                 user_data);
gboolean        sb_provider_pool_start_finish   (SbProviderPool          *self,
                                                 GAsyncResult            *result,
                                                 GError                 **error);
/* Keeps the choice in the settings, the key in the secrets. */
void            sb_provider_pool_configure_async  (SbProviderPool          *self,
                                                   const char              *agent_id,
                                                   const SbProviderChoice  *choice,
                                                   GCancellable            *cancellable,
                                                   GAsyncReadyCallback      callback,
                                                   gpointer                 user_data);
gboolean        sb_provider_pool_configure_finish (SbProviderPool          *self,
                                                   GAsyncResult            *result,
                                                   GError                 **error);
/* What was chosen for the agent, not what answers it. Valid until the next call. */
const SbProviderChoice *sb_provider_pool_get_choice (SbProviderPool      *self,
                                                     SbAgent             *agent);
/* (transfer none): NULL with SB_AGENT_ERROR_SETUP */
SbLlmProvider  *sb_provider_pool_get            (SbProviderPool          *self,
                                                 SbAgent                 *agent,
                                                 const char             **model,
                                                 GError                 **error);
gboolean        sb_provider_pool_is_complete    (SbProviderPool          *self);
gboolean        sb_provider_pool_is_rehearsal   (SbProviderPool          *self,
                                                 SbAgent                 *agent);
char           *sb_provider_pool_describe       (SbProviderPool          *self,
                                                 SbAgent                 *agent);

G_END_DECLS
