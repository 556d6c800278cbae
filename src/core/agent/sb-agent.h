/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SB_AGENT_ERROR (sb_agent_error_quark ())

typedef enum
{
  SB_AGENT_ERROR_CATALOG, /* agents.yaml: what and on which line */
  SB_AGENT_ERROR_UNKNOWN, /* no agent of that name */
  SB_AGENT_ERROR_BUSY,    /* the conversation has a run already */
  SB_AGENT_ERROR_SETUP,   /* no provider for the agent */
} SbAgentError;

GQuark sb_agent_error_quark (void);

/* An agent as agents.yaml describes it. Immutable. */
#define SB_TYPE_AGENT (sb_agent_get_type ())
G_DECLARE_FINAL_TYPE (SbAgent, sb_agent, SB, AGENT, GObject)

const char         *sb_agent_get_id          (SbAgent *self); /* "cerebras" */
const char         *sb_agent_get_label       (SbAgent *self); /* "Cerebras" */
const char         *sb_agent_get_description (SbAgent *self);
const char         *sb_agent_get_instruction (SbAgent *self);
const char         *sb_agent_get_provider    (SbAgent *self); /* profile id */
const char         *sb_agent_get_model       (SbAgent *self); /* nullable: the provider's default */
const char         *sb_agent_get_color       (SbAgent *self); /* "#e66100" */
/* allow-list of tool names; "*" all; empty none */
const char * const *sb_agent_get_tools       (SbAgent *self);
const char * const *sb_agent_get_transfers   (SbAgent *self); /* ids it may hand over to */
const char * const *sb_agent_get_mentions    (SbAgent *self); /* further names people use for it */

/* The tree of agents: a GListModel of SbAgent, the coordinator first. */
#define SB_TYPE_AGENT_CATALOG (sb_agent_catalog_get_type ())
G_DECLARE_FINAL_TYPE (SbAgentCatalog, sb_agent_catalog, SB, AGENT_CATALOG, GObject)

SbAgentCatalog *sb_agent_catalog_new_from_file (const char      *path,
                                                GError         **error);
SbAgentCatalog *sb_agent_catalog_new_from_data (const char      *yaml,
                                                gssize           length,
                                                GError         **error);
SbAgent        *sb_agent_catalog_get_root      (SbAgentCatalog  *self);
SbAgent        *sb_agent_catalog_lookup        (SbAgentCatalog  *self,
                                                const char      *id);

G_END_DECLS
