/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-agent.h"
#include "sb-approvals.h"
#include "sb-conversation.h"
#include "sb-packages.h"
#include "sb-sandbox-manager.h"
#include "sb-secrets.h"
#include "sb-store.h"
#include "sb-tool-servers.h"

G_BEGIN_DECLS

/* The whole core as one object, for both shells: agents, providers, tools, sandboxes, history.
 * Commands go down through these functions; models (GListModel, properties) come up. Properties that notify:
 * sandbox-status, provider-status, rehearsal. Signals: "warning" (char *title, char *hint): something the
 * user should know. */
#define SB_TYPE_WORKSPACE (sb_workspace_get_type ())
G_DECLARE_FINAL_TYPE (SbWorkspace, sb_workspace, SB, WORKSPACE, GObject)

typedef struct
{
  const char *data_dir;     /* NULL: XDG data dir /sandbar; history.db lies there */
  const char *agents_file;  /* NULL: the user's agents.yaml, else the one that ships */
  const char *backend;      /* NULL: automatic; "docker", "bwrap" */
  gboolean    ephemeral;    /* history in memory */
  /* For all agents and this process only, before settings and environment; NULL: as configured. */
  const char *profile;
  const char *base_url;
  const char *model;
} SbWorkspaceOptions;

/* Reads .env in the current directory and the environment (CEREBRAS_API_KEY, CEREBRAS_BASE_URL,
 * CEREBRAS_CHAT_MODEL,
 * SANDBAR_BASE_URL, SANDBAR_MODEL, SANDBAR_API_KEY), opens the history; connects to nothing. */
SbWorkspace      *sb_workspace_new                 (const SbWorkspaceOptions *options,
                                                    GError                  **error);
/* Probes backends and providers, starts the sandbox server, sweeps; the window may be up before it
 * finishes. */
void              sb_workspace_start_async         (SbWorkspace              *self,
                                                    GCancellable             *cancellable,
                                                    GAsyncReadyCallback       callback,
                                                    gpointer                  user_data);
gboolean          sb_workspace_start_finish        (SbWorkspace              *self,
                                                    GAsyncResult             *result,
                                                    GError                  **error);

SbAgentCatalog   *sb_workspace_get_agents          (SbWorkspace              *self);
/* of SbConversation, newest first */
GListModel       *sb_workspace_get_conversations   (SbWorkspace              *self);
SbStore          *sb_workspace_get_store           (SbWorkspace              *self);
SbSandboxManager *sb_workspace_get_sandboxes       (SbWorkspace              *self);
/* Questions that wait for the user; a shell that shows them says so with sb_approvals_set_attended(). */
SbApprovals      *sb_workspace_get_approvals       (SbWorkspace              *self);
/* Of SbNpmFetch: what sandboxes asked the package registry for. */
SbNpmProxy       *sb_workspace_get_packages        (SbWorkspace              *self);
/* The MCP servers beside the sandbox's own. */
SbToolServers    *sb_workspace_get_tool_servers    (SbWorkspace              *self);
SbSecrets        *sb_workspace_get_secrets         (SbWorkspace              *self);

/* TRUE when the scripted model answers for this agent (NULL: any agent); the shell labels it "Rehearsal
 * (scripted, no AI)". */
gboolean          sb_workspace_get_rehearsal       (SbWorkspace              *self,
                                                    const char               *agent_id);
/* "Cerebras · qwen-3-coder", "Rehearsal (scripted, no AI)" */
char             *sb_workspace_describe_provider   (SbWorkspace              *self,
                                                    const char               *agent_id);
/* What was chosen for the agent, as it was given to the next function. Each nullable: by default. */
void              sb_workspace_dup_provider_choice (SbWorkspace              *self,
                                                    const char               *agent_id,
                                                    char                    **profile_id,
                                                    char                    **base_url,
                                                    char                    **model);
/* What answers the agent: stored in the settings, the key in the secrets. profile "rehearsal" forces the
 * scripted one; NULLs: defaults. */
void              sb_workspace_configure_provider_async  (SbWorkspace         *self,
                                                          /* NULL: all agents */
                                                          const char          *agent_id,
                                                          const char          *profile_id,
                                                          const char          *base_url,
                                                          const char          *model,
                                                          const char          *api_key,
                                                          GCancellable        *cancellable,
                                                          GAsyncReadyCallback  callback,
                                                          gpointer             user_data);
gboolean          sb_workspace_configure_provider_finish (SbWorkspace         *self,
                                                          GAsyncResult        *result,
                                                          GError             **error);

SbConversation   *sb_workspace_new_conversation    (SbWorkspace              *self); /* (transfer none) */
/* Reads its messages and trace from disk if that has not been done. */
gboolean          sb_workspace_open_conversation   (SbWorkspace              *self,
                                                    SbConversation           *conversation,
                                                    GError                  **error);
/* agent_id: the user's choice in the composer; NULL: automatic. Returns at once; everything else is seen in
 * the conversation. */
gboolean          sb_workspace_send                (SbWorkspace              *self,
                                                    SbConversation           *conversation,
                                                    const char               *text,
                                                    const char               *agent_id,
                                                    GError                  **error);
void              sb_workspace_stop                (SbWorkspace              *self,
                                                    SbConversation           *conversation);
gboolean          sb_workspace_retry               (SbWorkspace              *self,
                                                    SbConversation           *conversation,
                                                    GError                  **error);
void              sb_workspace_shutdown_async      (SbWorkspace              *self,
                                                    GAsyncReadyCallback       callback,
                                                    gpointer                  user_data);
gboolean          sb_workspace_shutdown_finish     (SbWorkspace              *self,
                                                    GAsyncResult             *result,
                                                    GError                  **error);

G_END_DECLS
