/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-docker-client.h"
#include "sb-mcp-client.h"
#include "sb-mcp-server.h"
#include "sb-sandbox-manager.h"

G_BEGIN_DECLS

/* What can go wrong while a tool runs, as the agent sees it: manager and tools on a real backend. */
typedef struct
{
  SbDockerClient   *engine; /* nullable: bubblewrap */
  SbSandboxManager *manager; /* nullable: skipped */
  SbMcpServer      *server;
  SbMcpClient      *client;
  GString          *progress;
} SbTrouble;

/* engine: nullable: bubblewrap. FALSE: the test is skipped, with the reason. */
gboolean         sb_trouble_open                     (SbTrouble       *fixture,
                                                      SbDockerClient  *engine);
void             sb_trouble_close                    (SbTrouble       *fixture);
void             sb_trouble_begin                    (SbTrouble       *fixture,
                                                      const char      *name,
                                                      const char      *arguments,
                                                      GAsyncResult   **result);
SbMcpToolResult *sb_trouble_end                      (SbTrouble       *fixture,
                                                      GAsyncResult   **result);
SbMcpToolResult *sb_trouble_call                     (SbTrouble       *fixture,
                                                      const char      *name,
                                                      const char      *arguments);
void             sb_trouble_assert_call              (SbTrouble       *fixture,
                                                      const char      *name,
                                                      const char      *arguments,
                                                      gboolean         is_error,
                                                      const char      *expected);
void             sb_trouble_init_sandbox             (SbTrouble       *fixture);
void             sb_trouble_assert_usable            (SbTrouble       *fixture);
void             sb_trouble_assert_says_how_to_go_on (SbTrouble       *fixture);
/* A command that has begun and does not end, and its end with the sandbox. */
void             sb_trouble_begin_endless            (SbTrouble       *fixture,
                                                      GAsyncResult   **result);
void             sb_trouble_end_as_gone              (SbTrouble       *fixture,
                                                      GAsyncResult   **result,
                                                      const char      *reason);
/* An engine of the test's own with the image, below the directory; its address. (transfer full) */
char            *sb_trouble_start_engine             (const char      *directory);

G_END_DECLS
