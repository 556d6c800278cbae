/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-server.h"

G_BEGIN_DECLS

/* One tool as served. */
typedef struct
{
  /* owned */
  JsonObject *entry; /* as tools/list shows it; sealed */

  /* borrowed */
  const char       *name;   /* of entry */
  JsonObject       *schema; /* of entry */
  SbMcpToolHandler  handler;
  gpointer          user_data;
} SbMcpServedTool;

/* What a server is and offers; shared by it and its sessions. */
typedef struct _SbMcpToolbox SbMcpToolbox;

SbMcpToolbox    *sb_mcp_toolbox_new                 (const char          *name,
                                                     const char          *version,
                                                     const char          *instructions);
SbMcpToolbox    *sb_mcp_toolbox_ref                 (SbMcpToolbox        *self);
void             sb_mcp_toolbox_unref               (SbMcpToolbox        *self);
void             sb_mcp_toolbox_add                 (SbMcpToolbox        *self,
                                                     const SbMcpToolSpec *spec,
                                                     gpointer             user_data);
SbMcpServedTool *sb_mcp_toolbox_lookup              (SbMcpToolbox        *self,
                                                     const char          *name);
JsonObject      *sb_mcp_toolbox_new_list_result     (SbMcpToolbox        *self);
JsonObject      *sb_mcp_toolbox_new_initialize_result (SbMcpToolbox      *self,
                                                       const char        *revision);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbMcpToolbox, sb_mcp_toolbox_unref)

G_END_DECLS
