/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-client.h"
#include "sb-mcp-server.h"
#include "sb-sandbox-manager.h"
#include "sb-test-backend.h"

G_BEGIN_DECLS

/* The sandbox server, and a client of it, on the test backend. */
typedef struct
{
  SbTestBackend    *backend;
  SbSandboxManager *manager;
  SbMcpServer      *server;
  SbMcpClient      *client;
  GPtrArray        *activities; /* of "kind|title|subtitle|trace id|ok" */
  GString          *progress;
} Fixture;

void             tools_set_up       (Fixture         *fixture,
                                     gconstpointer    data);
void             tools_tear_down    (Fixture         *fixture,
                                     gconstpointer    data);
SbMcpClient     *tools_new_client   (SbMcpServer     *server);
/* arguments: JSON; the trace id is "t1" */
SbMcpToolResult *tools_call_on      (Fixture         *fixture,
                                     SbMcpClient     *client,
                                     const char      *name,
                                     const char      *arguments);
SbMcpToolResult *tools_call         (Fixture         *fixture,
                                     const char      *name,
                                     const char      *arguments);
void             tools_init_sandbox (Fixture         *fixture);
/* Of the structured content. */
gint64           tools_get_int      (SbMcpToolResult *result,
                                     const char      *name);
gboolean         tools_get_boolean  (SbMcpToolResult *result,
                                     const char      *name);
gboolean         tools_has_activity (Fixture         *fixture,
                                     const char      *text);

G_END_DECLS
