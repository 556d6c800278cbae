/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-approvals.h"
#include "sb-mcp-server.h"
#include "sb-sandbox-manager.h"

G_BEGIN_DECLS

/* What all tools of one server share; counted, because a call may outlive the server. */
typedef struct
{
  SbSandboxManager *manager; /* owned */
  char             *owner;   /* owned, nullable */
  SbApprovals      *approvals; /* owned, nullable */
} SbSandboxTools;

SbSandboxTools *sb_sandbox_tools_new   (SbSandboxManager *manager,
                                        const char       *owner,
                                        SbApprovals      *approvals);
SbSandboxTools *sb_sandbox_tools_ref   (SbSandboxTools   *tools);
void            sb_sandbox_tools_unref (gpointer          tools);

/* One tool call on its way: from its sandbox to its answer, which ends it. */
typedef struct
{
  /* owned */
  SbSandboxTools *tools;
  SbMcpToolCall  *call;
  SbSandbox      *sandbox; /* nullable until found */
  SbChannel      *channel;
  char           *title;   /* for people: what is done */

  SbActivityKind kind;
  gint64         start;
} SbToolRun;

SbToolRun  *sb_tool_run_new         (SbMcpToolCall   *call,
                                     SbSandboxTools  *tools,
                                     SbActivityKind   kind,
                                     const char      *title);
gboolean    sb_tool_run_find        (SbToolRun       *run);
gboolean    sb_tool_run_find_any    (SbToolRun       *run);
gboolean    sb_tool_run_may_use     (SbToolRun       *run,
                                     SbSandbox       *sandbox);
void        sb_tool_run_move_to     (SbToolRun       *run,
                                     SbSandbox       *sandbox);
JsonObject *sb_tool_run_new_details (SbToolRun       *run);
void        sb_tool_run_respond     (SbToolRun       *run,
                                     const char      *text,
                                     JsonObject      *details,
                                     const char      *subtitle,
                                     gboolean         ok);
void        sb_tool_run_fail        (SbToolRun       *run,
                                     const char      *text,
                                     JsonObject      *details,
                                     const char      *subtitle);
void        sb_tool_run_fail_error  (SbToolRun       *run,
                                     const GError    *error);

/* The sandbox that calls of the same client mean when they name none; NULL: the owner's newest. */
void        sb_tool_run_select      (SbToolRun       *run,
                                     SbSandbox       *sandbox);
SbSandbox  *sb_tool_run_get_current (SbToolRun       *run);

const char *sb_tool_get_string      (SbToolRun       *run,
                                     const char      *name);
char      **sb_tool_dup_strings     (JsonObject      *arguments,
                                     const char      *name);

G_END_DECLS
