/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

#include "sb-agent.h"

G_BEGIN_DECLS

#define SB_TRANSFER_TOOL "transfer_to_agent"
#define SB_TRANSFER_MAX_HOPS 3

/* of SbAgent, borrowed: those @agent may hand over to now. visited: of char*, the ids that spoke in this turn. */
GPtrArray  *sb_transfer_reachable   (SbAgentCatalog  *agents,
                                     SbAgent         *agent,
                                     GPtrArray       *visited);
char       *sb_transfer_description (GPtrArray       *reachable);
JsonObject *sb_transfer_schema      (GPtrArray       *reachable);
/* (transfer none) (nullable): NULL when refused; then *refusal tells the model why and what to do. */
SbAgent    *sb_transfer_check       (SbAgentCatalog  *agents,
                                     GPtrArray       *reachable,
                                     guint            n_hops,
                                     const char      *arguments,
                                     char           **reason,
                                     char           **refusal);

G_END_DECLS
