/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

/* A server inside a sandbox through a tunnel, beside the same server on this machine through plain loopback TCP.
 * usage: bench-tunnel docker|bwrap [ROUNDS] */

#include "config.h"

#include "sb-bench.h"
#include "sb-engine-discovery.h"
#include "sb-sandbox-manager.h"

#define PORT 38117
#define LARGE (64 * 1024 * 1024)
#define SERVER \
  "const large = Buffer.alloc(64 * 1024 * 1024);" \
  "require('net').createServer(s => s.on('error', () => {}).once('data'," \
  "  d => s.end(d[0] === 0x6c ? large : 'x'))).listen(38117, '127.0.0.1');"

typedef struct
{
  SbChannel    *channel; /* NULL: plain TCP */
  GAsyncResult *result;  /* of the call under way */
  gsize         got;
  gboolean      closed;
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

static void
data_cb (SbDuplex     *duplex,
         const guint8 *data,
         gsize         length,
         gpointer      user_data)
{
  ((Bench *) user_data)->got += length;
}

static void
closed_cb (SbDuplex     *duplex,
           const GError *error,
           gpointer      user_data)
{
  ((Bench *) user_data)->closed = TRUE;
}

/* (nullable): NULL while nothing listens */
static GIOStream *
dial (Bench *bench)
{
  g_autoptr(GAsyncResult) result = NULL;

  if (bench->channel != NULL)
    {
      sb_channel_connect_async (bench->channel, PORT, NULL, keep_result_cb, bench);
      result = wait_result (bench);
      return sb_channel_connect_finish (bench->channel, result, NULL);
    }
  else
    {
      g_autoptr(GSocketClient) client = g_socket_client_new ();

      g_socket_client_set_enable_proxy (client, FALSE);
      g_socket_client_connect_to_host_async (client, "127.0.0.1", PORT, NULL, keep_result_cb, bench);
      result = wait_result (bench);
      return G_IO_STREAM (g_socket_client_connect_to_host_finish (client, result, NULL));
    }
}

/* Milliseconds until all of the answer was there; negative while nothing listens. */
static double
ask (Bench      *bench,
     const char *question,
     gsize       expected)
{
  double start = sb_bench_now ();
  g_autoptr(GIOStream) stream = dial (bench);
  g_autoptr(SbDuplex) duplex = NULL;
  g_autoptr(GBytes) bytes = g_bytes_new_static (question, 1);

  if (stream == NULL)
    return -1;

  bench->got = 0;
  bench->closed = FALSE;
  duplex = sb_duplex_new_for_stream (stream);
  sb_duplex_start (duplex, data_cb, closed_cb, bench);
  sb_duplex_write (duplex, bytes);
  while (!bench->closed)
    g_main_context_iteration (NULL, TRUE);
  if (bench->got != expected)
    g_error ("%" G_GSIZE_FORMAT " bytes of %" G_GSIZE_FORMAT, bench->got, expected);

  return sb_bench_now () - start;
}

static SbBenchSeries *
repeat (Bench      *bench,
        guint       rounds,
        const char *question,
        gsize       expected)
{
  SbBenchSeries *series = sb_bench_series_new ();

  while (ask (bench, question, expected) < 0)
    g_usleep (10000);
  for (guint i = 0; i < rounds; i++)
    sb_bench_series_add (series, ask (bench, question, expected));

  return series;
}

static SbSandbox *
start_sandbox (Bench            *bench,
               SbSandboxManager *manager)
{
  const char *argv[] = { "node", "-e", SERVER, NULL };
  const SbExecSpec spec = { .argv = argv };
  g_autoptr(GAsyncResult) probed = NULL;
  g_autoptr(GAsyncResult) created = NULL;
  g_autoptr(GAsyncResult) spawned = NULL;
  g_autoptr(SbSandbox) sandbox = NULL;
  g_autoptr(GError) error = NULL;

  sb_sandbox_manager_probe_async (manager, NULL, keep_result_cb, bench);
  probed = wait_result (bench);
  if (!sb_sandbox_manager_probe_finish (manager, probed, &error))
    g_error ("%s", error->message);
  sb_sandbox_manager_create_async (manager, NULL, NULL, NULL, NULL, keep_result_cb, bench);
  created = wait_result (bench);
  sandbox = sb_sandbox_manager_create_finish (manager, created, &error);
  if (sandbox == NULL)
    g_error ("%s", error->message);
  sb_channel_spawn_async (sb_sandbox_get_channel (sandbox), &spec, NULL, keep_result_cb, bench);
  spawned = wait_result (bench);
  if (sb_channel_spawn_finish (sb_sandbox_get_channel (sandbox), spawned, &error) == 0)
    g_error ("%s", error->message);

  return g_steal_pointer (&sandbox);
}

static void
measure (Bench *bench,
         guint  rounds)
{
  const char *argv[] = { "node", "-e", SERVER, NULL };
  g_autoptr(GSubprocess) peer = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_NONE, NULL);
  Bench plain = { 0 };
  g_autoptr(SbBenchSeries) small = repeat (bench, rounds, "s", 1);
  g_autoptr(SbBenchSeries) large = repeat (bench, MAX (rounds / 4, 3), "l", LARGE);
  g_autoptr(SbBenchSeries) plain_small = NULL;
  g_autoptr(SbBenchSeries) plain_large = NULL;

  if (peer != NULL)
    {
      plain_small = repeat (&plain, rounds, "s", 1);
      plain_large = repeat (&plain, MAX (rounds / 4, 3), "l", LARGE);
      g_subprocess_force_exit (peer);
      g_subprocess_wait (peer, NULL, NULL);
    }
  sb_bench_row ("tunnel: connect, one byte each way", "ms", small, "loopback TCP", plain_small);
  sb_bench_row ("tunnel: 64 MiB out of the sandbox", "ms", large, "loopback TCP", plain_large);
}

int
main (int   argc,
      char *argv[])
{
  Bench bench = { 0 };
  g_autoptr(SbEngineList) engines = NULL;
  g_autoptr(SbSandboxManager) manager = NULL;
  g_autoptr(SbSandbox) sandbox = NULL;
  g_autoptr(GAsyncResult) ended = NULL;
  g_autoptr(GError) error = NULL;

  engines = argc > 1 ? sb_engine_discovery_run (argv[1], NULL, NULL, &error) : NULL;
  if (engines == NULL)
    {
      g_printerr ("bench-tunnel: %s\n", error != NULL ? error->message : "usage: bench-tunnel docker|bwrap [ROUNDS]");
      return 2;
    }

  manager = sb_sandbox_manager_new_for_engines (engines);
  sandbox = start_sandbox (&bench, manager);
  bench.channel = g_object_ref (sb_sandbox_get_channel (sandbox));
  measure (&bench, argc > 2 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : 20);

  g_clear_object (&bench.channel);
  sb_sandbox_manager_shutdown_async (manager, keep_result_cb, &bench);
  ended = wait_result (&bench);
  sb_sandbox_manager_shutdown_finish (manager, ended, NULL);

  return 0;
}
