/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-bench.h"
#include "sb-mcp-client.h"
#include "sb-sandbox-manager.h"
#include "sb-sandbox-server.h"

G_BEGIN_DECLS

/* Sandboxes of one backend with their tools; and what they are compared with: the docker command, where the backend
 * is Docker, and the bare programs below it, runc or bwrap. */
typedef struct
{
  SbSandboxManager *manager;
  SbMcpServer      *server;
  SbMcpClient      *client;
  GAsyncResult     *result;      /* of the call under way */
  gboolean          with_docker;
  char             *container;   /* nullable: runs, for the docker command */
  char             *bundle;      /* nullable: of runc */
  guint             n_names;
} SbBenchHost;

/* backend: docker or bwrap. FALSE: it cannot run here; the reason was printed */
gboolean      sb_bench_host_open          (SbBenchHost *self,
                                           const char  *backend);
void          sb_bench_host_close         (SbBenchHost *self);
void          sb_bench_host_keep_result   (GObject      *source,
                                           GAsyncResult *result,
                                           gpointer      host);
GAsyncResult *sb_bench_host_wait          (SbBenchHost  *self);
SbSandbox    *sb_bench_host_create        (SbBenchHost  *self);
void          sb_bench_host_stop          (SbBenchHost  *self,
                                           SbSandbox    *sandbox);
/* Milliseconds. arguments: JSON; whole (nullable, out): the result */
double        sb_bench_host_call          (SbBenchHost      *self,
                                           const char       *name,
                                           const char       *arguments,
                                           SbMcpToolResult **whole);
/* Starts the container of the docker command; it stays. */
gboolean      sb_bench_host_start_peer    (SbBenchHost  *self);
void          sb_bench_host_stop_peer     (SbBenchHost  *self);
/* Milliseconds of "docker exec" with a shell's script, in that container. */
double        sb_bench_host_docker_exec   (SbBenchHost  *self,
                                           const char   *script);
/* The command line of the bare program that runs true as isolated as can be. (transfer full) */
GStrv         sb_bench_host_dup_bare      (SbBenchHost  *self);
const char   *sb_bench_host_get_bare_name (SbBenchHost  *self);

G_END_DECLS
