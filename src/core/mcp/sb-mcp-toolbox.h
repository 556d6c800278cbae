/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-server.h"
#include "sb-mcp-shelf.h"

G_BEGIN_DECLS

/* What a server is and offers; shared by it and its sessions. */
typedef struct
{
  /* owned */
  char       *name;
  char       *version;
  char       *instructions; /* nullable */
  char       *secret;       /* proves that a state handed to a client is ours */
  SbMcpShelf *tools;
  SbMcpShelf *resources;
  SbMcpShelf *templates;
  SbMcpShelf *prompts;

  /* borrowed; nullable */
  SbMcpToolHandler     tool_fallback;
  gpointer             tool_fallback_data;
  SbMcpExchangeHandler completion;
  gpointer             completion_data;

  guint    page_size;  /* 0: everything on one page */
  gboolean offers_all; /* prompts and resources are spoken of, even while there are none */
} SbMcpToolbox;

SbMcpToolbox *sb_mcp_toolbox_new                   (const char          *name,
                                                    const char          *version,
                                                    const char          *instructions);
SbMcpToolbox *sb_mcp_toolbox_ref                   (SbMcpToolbox        *self);
void          sb_mcp_toolbox_unref                 (SbMcpToolbox        *self);
void          sb_mcp_toolbox_add                   (SbMcpToolbox        *self,
                                                    const SbMcpToolSpec *spec,
                                                    gpointer             user_data);
JsonObject   *sb_mcp_toolbox_new_initialize_result (SbMcpToolbox        *self,
                                                    const char          *revision);
JsonObject   *sb_mcp_toolbox_new_discover_result   (SbMcpToolbox        *self);
char         *sb_mcp_toolbox_seal_state            (SbMcpToolbox        *self,
                                                    const char          *purpose,
                                                    const char          *state);
char         *sb_mcp_toolbox_open_state            (SbMcpToolbox        *self,
                                                    const char          *purpose,
                                                    const char          *sealed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbMcpToolbox, sb_mcp_toolbox_unref)

G_END_DECLS
