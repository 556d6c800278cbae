/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-docker-client.h"
#include "sb-mcp-client.h"
#include "sb-mcp-server.h"
#include "sb-sandbox-manager.h"
#include "sb-test-channel.h"

G_BEGIN_DECLS

/* What hostile code may try, fifty cases by number, each against every backend: through the manager and the tools, as a
 * model gets at them. After each case the next command works, or the sandbox is reported gone with a reason; nothing
 * outside has changed; and when the sandbox is stopped nothing of it is left.
 *
 *  1-7    test-abuse-resources.c; 5 also /live/trouble/BACKEND/flood
 *  8-12   test-abuse-processes.c; 8 also /live/trouble/BACKEND/endless
 *  13-29  test-abuse-isolation.c; also /live/BACKEND/network, read-only, namespaces, pid-1
 *  30     /sandbox/port-forward/hostile-server, endless-head, large, refused-requests, uri, too-many, close
 *  31-34  test-abuse-files.c; 31 also /sandbox/trees/swap-race
 *  35     /sandbox/tree-unpacker/ways-out, links, duplicates, names, limits, million-entries, swap-race, and
 *         /sandbox/trees/hostile-trees, through-link: trees travel in records of our own
 *         (/sandbox/tree-codec/refused-paths), no tar is ever read
 *  36     test-abuse-files.c
 *  37-40  test-abuse-text.c
 *  41-42  test-abuse-resources.c
 *  43-44  test-abuse-arguments.c
 *  45     /live/leftovers/BACKEND/killed-early, killed-any-time, cycles, and /live/leftovers/files
 *  46     /live/trouble/docker/engine
 *  47-48  test-abuse-lifecycle.c; 47 also /live/trouble/BACKEND/killed-from-outside, /live/trouble/bwrap/frozen
 *  49     does not apply: there is no proxy in front of the engine that could be attacked, because no sandbox and no
 *         container of a server gets a way to the engine; 18 looks for one
 *  50     /npm/proxy/refused, asks, unattended, integrity, hang-up, flood, and /packages/install/BACKEND */
typedef struct
{
  /* owned */
  SbDockerClient   *engine;  /* nullable: bubblewrap */
  SbSandboxManager *manager; /* nullable: skipped */
  SbMcpServer      *server;
  SbMcpClient      *client;
  SbChannel        *channel; /* of the sandbox that was made first */
} SbAbuse;

typedef struct
{
  guint        number;
  const char  *name;
  void       (*func) (SbAbuse *self);
  const char  *arguments; /* nullable: of initSandbox */
} SbAbuseCase;

int              sb_abuse_main        (int                argc,
                                       char             **argv,
                                       const SbAbuseCase *cases,
                                       guint              n_cases);

/* A call that answers in bounded time, in well-formed UTF-8 and JSON, or the test fails. arguments: JSON */
SbMcpToolResult *sb_abuse_call        (SbAbuse           *self,
                                       const char        *tool,
                                       const char        *arguments);
SbMcpToolResult *sb_abuse_call_object (SbAbuse           *self,
                                       const char        *tool,
                                       JsonObject        *arguments);
void             sb_abuse_begin       (SbAbuse           *self,
                                       const char        *tool,
                                       JsonObject        *arguments,
                                       GAsyncResult     **result);
SbMcpToolResult *sb_abuse_end         (SbAbuse           *self,
                                       GAsyncResult     **result);
/* exec of a script; timeout_ms 0: the default */
SbMcpToolResult *sb_abuse_exec        (SbAbuse           *self,
                                       const char        *script,
                                       guint              timeout_ms);
/* Calls a tool, and checks a part of what it says. */
void             sb_abuse_expect      (SbAbuse           *self,
                                       const char        *tool,
                                       const char        *arguments,
                                       gboolean           is_error,
                                       const char        *expected);
gint64           sb_abuse_get_int     (SbMcpToolResult   *result,
                                       const char        *name);
gboolean         sb_abuse_is          (SbMcpToolResult   *result,
                                       const char        *name);
/* What a script prints in the sandbox. */
char            *sb_abuse_shell       (SbAbuse           *self,
                                       const char        *script);
/* Runs a part of sb-abuse-exploits.c in the sandbox: what it prints. */
char            *sb_abuse_exploit     (SbAbuse           *self,
                                       const char        *arguments);
guint            sb_abuse_count       (SbAbuse           *self); /* processes in the sandbox */
gboolean         sb_abuse_is_docker   (SbAbuse           *self);
/* A folder of the host; what is in it when a case begins is in it, unchanged, when the case ends. */
const char      *sb_abuse_get_outside (void);

G_END_DECLS
