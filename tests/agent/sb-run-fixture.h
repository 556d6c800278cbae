/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-fake-model.h"
#include "sb-mcp-server.h"
#include "sb-run.h"

G_BEGIN_DECLS

/* A run with a scripted model and tools: echo (answers), slow (never does), fail (isError), big (1 MiB of text).
 * Agents: duck (coordinator) → coder, a; coder has the tools → duck, a; a → b → c → d → duck, each with no tools. */
typedef struct
{
  SbFakeModel    *model;
  SbAgentCatalog *agents;
  SbStore        *store;
  SbSecrets      *secrets;
  SbRedactor     *redactor;
  SbProviderPool *providers;
  SbToolRegistry *tools;
  SbApprovals    *approvals;
  SbMcpServer    *server;
  SbConversation *conversation;
  SbRun          *run;         /* the last one */
  GPtrArray      *open_calls;  /* of SbMcpToolCall: to the slow tool */
  const char     *server_name; /* given to the tests as data: tools of this server are asked for first */
  GString        *called;      /* names of the tools that were called, in order */
} RunFixture;

void       run_fixture_set_up    (RunFixture    *fixture,
                                  gconstpointer  data);
void       run_fixture_tear_down (RunFixture    *fixture,
                                  gconstpointer  data);
void       run_fixture_start     (RunFixture    *fixture,
                                  const char    *text);
gboolean   run_fixture_is_over   (RunFixture    *fixture);
/* Starts and waits for the end. */
SbRunState run_fixture_ask       (RunFixture    *fixture,
                                  const char    *text);
/* (transfer none): the n-th message of that role */
SbMessage *run_fixture_message   (RunFixture    *fixture,
                                  SbMessageRole  role,
                                  guint          n);
guint      run_fixture_count     (RunFixture    *fixture,
                                  SbMessageRole  role);
/* Indented titles of the whole trace, one event a line: "turn …". */
char      *run_fixture_trace     (RunFixture    *fixture);

G_END_DECLS
