/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

/* A sandbox through the MCP tools, as an agent uses it, beside the docker command doing the same in the same run.
 * usage: bench-sandbox docker|bwrap [ROUNDS] */

#include "config.h"

#include "sb-engine-discovery.h"
#include "sb-bench.h"
#include "sb-mcp-client.h"
#include "sb-mcp-memory-transport.h"
#include "sb-sandbox-manager-private.h"
#include "sb-sandbox-server.h"

/* As ours: with --tmpfs, the engine puts the owner and mode of the image's folder over what it was told. */
#define PEER_WORKSPACE \
  "type=volume,target=/workspace,volume-nocopy,volume-opt=type=tmpfs,volume-opt=device=tmpfs," \
  "\"volume-opt=o=size=512m,uid=65532,gid=65532,mode=0755,nosuid,nodev\""

typedef struct
{
  SbSandboxManager *manager;
  SbMcpServer      *server;
  SbMcpClient      *client;
  GAsyncResult     *result; /* of the call under way */
  gboolean          with_docker; /* there is a docker command's engine to compare with */
  char             *container;   /* nullable: a container for the docker command */
} Bench;

static void
keep_result_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  Bench *bench = user_data;

  bench->result = g_object_ref (result);
}

static GAsyncResult *
wait_result (Bench *bench)
{
  while (bench->result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return g_steal_pointer (&bench->result);
}

static double
call_tool (Bench      *bench,
           const char *name,
           const char *arguments)
{
  g_autoptr(JsonNode) node = json_from_string (arguments, NULL);
  g_autoptr(SbMcpToolResult) tool_result = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  double start = sb_bench_now ();

  sb_mcp_client_call_tool_async (bench->client, name, json_node_get_object (node), NULL, 60000, NULL, NULL, NULL,
                                 keep_result_cb, bench);
  result = wait_result (bench);
  tool_result = sb_mcp_client_call_tool_finish (bench->client, result, &error);
  if (tool_result == NULL || tool_result->is_error)
    g_error ("%s: %s", name, error != NULL ? error->message : tool_result->text);

  return sb_bench_now () - start;
}

static SbBenchSeries *
repeat_tool (Bench      *bench,
             guint       rounds,
             const char *name,
             const char *arguments)
{
  SbBenchSeries *series = sb_bench_series_new ();

  call_tool (bench, name, arguments);
  for (guint i = 0; i < rounds; i++)
    sb_bench_series_add (series, call_tool (bench, name, arguments));

  return series;
}

static SbBenchSeries *
repeat_docker_exec (Bench      *bench,
                    guint       rounds,
                    const char *script)
{
  const char *argv[] = { "docker", "exec", bench->container, "sh", "-c", script, NULL };
  SbBenchSeries *series;

  if (bench->container == NULL)
    return NULL;

  series = sb_bench_series_new ();
  if (sb_bench_command (argv) < 0)
    g_error ("docker exec %s failed", script);
  for (guint i = 0; i < rounds; i++)
    sb_bench_series_add (series, sb_bench_command (argv));

  return series;
}

/* The peer's container has the same image and limits that the docker command can set, and sleeps. */
static void
start_peer_container (Bench         *bench,
                      const char    *image,
                      SbBenchSeries *ready,
                      guint          rounds)
{
  for (guint i = 0; i < rounds; i++)
    {
      g_autofree char *name = g_strdup_printf ("sandbar-bench-%u", i);
      const char *run[] = { "docker", "run", "-d", "--rm", "--name", name, "--network", "none", "--cap-drop", "ALL",
                            "--read-only", "--mount", PEER_WORKSPACE, "--memory", "1g", "--pids-limit", "512",
                            "--security-opt", "no-new-privileges", "--user", "65532:65532", image,
                            "sleep", "600", NULL };
      const char *exec[] = { "docker", "exec", name, "true", NULL };
      const char *kill[] = { "docker", "rm", "-fv", name, NULL };
      double started = sb_bench_command (run);

      if (started < 0)
        return;
      sb_bench_series_add (ready, started + sb_bench_command (exec));
      if (i + 1 < rounds)
        sb_bench_command (kill);
      else
        bench->container = g_steal_pointer (&name);
    }
}

static void
stop_peer_container (Bench *bench)
{
  const char *kill[] = { "docker", "rm", "-fv", bench->container, NULL };

  if (bench->container != NULL)
    sb_bench_command (kill);
  g_clear_pointer (&bench->container, g_free);
}

static void
create_sandboxes (Bench         *bench,
                  SbBenchSeries *series,
                  guint          rounds)
{
  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(SbSandbox) sandbox = NULL;
      g_autoptr(GAsyncResult) created = NULL;
      g_autoptr(GAsyncResult) stopped = NULL;
      double start = sb_bench_now ();

      sb_sandbox_manager_create_async (bench->manager, NULL, "bench-create", NULL, NULL, keep_result_cb, bench);
      created = wait_result (bench);
      sandbox = sb_sandbox_manager_create_finish (bench->manager, created, &error);
      if (sandbox == NULL)
        g_error ("create: %s", error->message);
      sb_bench_series_add (series, sb_bench_now () - start);

      sb_sandbox_manager_stop_async (bench->manager, sandbox, NULL, keep_result_cb, bench);
      stopped = wait_result (bench);
      sb_sandbox_manager_stop_finish (bench->manager, stopped, NULL);
    }
}

static void
connect_tools (Bench *bench)
{
  g_autoptr(SbMcpTransport) near_end = NULL;
  g_autoptr(SbMcpTransport) far_end = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  bench->server = sb_sandbox_server_new (bench->manager, "bench", NULL);
  sb_mcp_memory_transport_new_pair (&near_end, &far_end);
  sb_mcp_server_accept (bench->server, far_end);
  bench->client = sb_mcp_client_new (near_end);
  sb_mcp_client_initialize_async (bench->client, NULL, keep_result_cb, bench);
  result = wait_result (bench);
  if (!sb_mcp_client_initialize_finish (bench->client, result, &error))
    g_error ("initialize: %s", error->message);
}

static void
measure_ready (Bench *bench,
               guint  rounds)
{
  g_autoptr(SbBenchSeries) cold = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) warm = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) peer = sb_bench_series_new ();

  create_sandboxes (bench, cold, rounds);
  if (bench->with_docker)
    start_peer_container (bench, "sandbar/node-sandbox:latest", peer, rounds);
  sb_bench_row ("sandbox ready, cold", "ms", cold, "docker run + exec true", peer);

  sb_sandbox_manager_set_keep_spare (bench->manager, TRUE);
  for (guint i = 0; i < rounds; i++)
    {
      while (!sb_sandbox_manager_has_spare (bench->manager))
        g_main_context_iteration (NULL, TRUE);
      create_sandboxes (bench, warm, 1);
    }
  sb_sandbox_manager_set_keep_spare (bench->manager, FALSE);
  sb_bench_row ("sandbox ready, from a spare", "ms", warm, "docker run + exec true", peer);
}

static void
measure_calls (Bench *bench,
               guint  rounds)
{
  g_autoptr(SbBenchSeries) ours = NULL;
  g_autoptr(SbBenchSeries) peer = NULL;
  g_autoptr(SbBenchSeries) list = NULL;
  g_autoptr(SbBenchSeries) peer_list = NULL;
  g_autoptr(SbBenchSeries) write = NULL;
  const char *script = "cd /workspace && mkdir -p d && cd d && for i in $(seq 30); do echo $i > f$i; done";
  g_autofree char *make_files = g_strdup_printf ("{\"command\":[\"sh\",\"-c\",\"%s\"]}", script);
  const char *peer_script[] = { "docker", "exec", bench->container, "sh", "-c", script, NULL };

  call_tool (bench, "initSandbox", "{}");
  ours = repeat_tool (bench, rounds * 10, "exec", "{\"command\":[\"true\"]}");
  peer = repeat_docker_exec (bench, rounds, "true");
  sb_bench_row ("exec true through the tool", "ms", ours, "docker exec true", peer);

  call_tool (bench, "exec", make_files);
  if (bench->container != NULL && sb_bench_command (peer_script) < 0)
    g_error ("the files could not be made in the peer's container");
  list = repeat_tool (bench, rounds * 10, "listFiles", "{\"path\":\"d\"}");
  peer_list = repeat_docker_exec (bench, rounds, "ls -la /workspace/d");
  sb_bench_row ("list 30 files through the tool", "ms", list, "docker exec ls -la", peer_list);

  write = repeat_tool (bench, rounds * 10, "writeFile", "{\"filename\":\"a.txt\",\"contents\":\"hello\"}");
  sb_bench_row ("write a file through the tool", "ms", write, NULL, NULL);
}

int
main (int   argc,
      char *argv[])
{
  Bench bench = { 0 };
  g_autoptr(SbEngineList) engines = NULL;
  g_autoptr(GAsyncResult) probed = NULL;
  g_autoptr(GAsyncResult) ended = NULL;
  g_autoptr(GError) error = NULL;
  guint rounds = argc > 2 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : 20;

  if (argc < 2)
    {
      g_printerr ("usage: bench-sandbox docker|bwrap [ROUNDS]\n");
      return 2;
    }

  bench.with_docker = g_str_equal (argv[1], "docker");
  engines = sb_engine_discovery_run (argv[1], NULL, NULL, &error);
  if (engines == NULL)
    {
      g_printerr ("bench-sandbox: %s\n", error->message);
      return 1;
    }
  bench.manager = sb_sandbox_manager_new_for_engines (engines);
  sb_sandbox_manager_probe_async (bench.manager, NULL, keep_result_cb, &bench);
  probed = wait_result (&bench);
  if (!sb_sandbox_manager_probe_finish (bench.manager, probed, &error))
    {
      g_printerr ("bench-sandbox: %s\n", error->message);
      return 1;
    }

  connect_tools (&bench);
  measure_ready (&bench, rounds);
  measure_calls (&bench, rounds);

  stop_peer_container (&bench);
  sb_mcp_client_close (bench.client);
  sb_sandbox_manager_shutdown_async (bench.manager, keep_result_cb, &bench);
  ended = wait_result (&bench);
  sb_sandbox_manager_shutdown_finish (bench.manager, ended, NULL);
  g_clear_object (&bench.client);
  g_clear_object (&bench.server);
  g_clear_object (&bench.manager);

  return 0;
}
