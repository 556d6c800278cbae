/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-package-bridge.h"
#include "sb-provider-pool.h"
#include "sb-session-list.h"
#include "sb-workspace.h"

G_BEGIN_DECLS

struct _SbWorkspace
{
  GObject           parent_instance;

  /* owned */
  SbRedactor       *redactor;
  SbAgentCatalog   *agents;
  SbStore          *store;
  SbSecrets        *secrets;
  SbProviderPool   *providers;
  SbSandboxManager *sandboxes;
  SbApprovals      *approvals;
  SbNpmProxy       *packages;
  SbPackageBridge  *package_bridge;
  SbToolServers    *tool_servers;
  SbSessionList    *sessions;
  GPtrArray        *starting;     /* of GTask: whoever waits for the start */
  GPtrArray        *problems;     /* of GStrv: title and hint of warnings from before anybody could listen */
  GTask            *shutting_down; /* nullable */
  guint             shutdown_id;

  guint             n_probes;     /* of the start, still open */
  guint             n_ending;     /* parts that the shutdown waits for */
  gboolean          started;      /* providers and sandboxes are known */
  gboolean          rehearsal;
  gboolean          keeps_spare;
};

/* Told by "warning" at the start. */
void     sb_workspace_add_problem    (SbWorkspace               *self,
                                      const char                *title,
                                      const char                *hint);
gboolean sb_workspace_open_store     (SbWorkspace               *self,
                                      const SbWorkspaceOptions  *options,
                                      GError                   **error);
gboolean sb_workspace_load_agents    (SbWorkspace               *self,
                                      const char                *wanted,
                                      GError                   **error);
void     sb_workspace_load_profiles  (SbWorkspace               *self);
void     sb_workspace_make_providers (SbWorkspace               *self,
                                      const SbWorkspaceOptions  *options);

G_END_DECLS
