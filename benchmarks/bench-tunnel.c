/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

/* A server inside a sandbox through a tunnel, beside the same server on this machine through plain loopback TCP, in
 * turn. usage: bench-tunnel docker|bwrap [ROUNDS] */

#include "config.h"

#include "sb-bench-host.h"

#define PORT 38117
#define LARGE (64 * 1024 * 1024)
#define SERVER \
  "const large = Buffer.alloc(64 * 1024 * 1024);" \
  "require('net').createServer(s => s.on('error', () => {}).once('data'," \
  "  d => s.end(d[0] === 0x6c ? large : 'x'))).listen(38117, '127.0.0.1');"

typedef struct
{
  SbBenchHost *host;
  SbChannel   *channel; /* NULL: plain TCP */
  gsize        got;
  gboolean     closed;
} Bench;

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
      sb_channel_connect_async (bench->channel, PORT, NULL, sb_bench_host_keep_result, bench->host);
      result = sb_bench_host_wait (bench->host);
      return sb_channel_connect_finish (bench->channel, result, NULL);
    }
  else
    {
      g_autoptr(GSocketClient) client = g_socket_client_new ();

      g_socket_client_set_enable_proxy (client, FALSE);
      g_socket_client_connect_to_host_async (client, "127.0.0.1", PORT, NULL, sb_bench_host_keep_result, bench->host);
      result = sb_bench_host_wait (bench->host);
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

static double
ask_small (gpointer user_data)
{
  return ask (user_data, "s", 1);
}

static double
ask_large (gpointer user_data)
{
  return ask (user_data, "l", LARGE);
}

static void
await_server (Bench *bench)
{
  while (ask_small (bench) < 0)
    g_usleep (10000);
}

static void
start_server (Bench *bench)
{
  const char *argv[] = { "node", "-e", SERVER, NULL };
  const SbExecSpec spec = { .argv = argv };
  g_autoptr(SbSandbox) sandbox = sb_bench_host_create (bench->host);
  g_autoptr(GAsyncResult) spawned = NULL;
  g_autoptr(GError) error = NULL;

  bench->channel = g_object_ref (sb_sandbox_get_channel (sandbox));
  sb_channel_spawn_async (bench->channel, &spec, NULL, sb_bench_host_keep_result, bench->host);
  spawned = sb_bench_host_wait (bench->host);
  if (sb_channel_spawn_finish (bench->channel, spawned, &error) == 0)
    g_error ("%s", error->message);
  await_server (bench);
}

static void
compare (const char *name,
         double    (*func) (gpointer user_data),
         Bench      *tunnel,
         Bench      *plain,
         guint       rounds)
{
  g_autoptr(SbBenchSeries) ours = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) floor = sb_bench_series_new ();

  sb_bench_take_turns ((const SbBenchLane[]) { { func, tunnel, 1, ours }, { func, plain, 1, floor } }, 2, rounds);
  sb_bench_row_floor (name, "ms", ours, NULL, NULL, "loopback TCP", floor);
}

int
main (int   argc,
      char *argv[])
{
  const char *server[] = { "node", "-e", SERVER, NULL };
  guint rounds = argc > 2 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : 20;
  g_autoptr(GSubprocess) process = NULL;
  SbBenchHost host = { 0 };
  Bench tunnel = { .host = &host };
  Bench plain = { .host = &host };

  if (argc < 2)
    {
      g_printerr ("usage: bench-tunnel docker|bwrap [ROUNDS]\n");
      return 2;
    }
  if (!sb_bench_host_open (&host, argv[1]))
    return 1;

  start_server (&tunnel);
  process = g_subprocess_newv (server, G_SUBPROCESS_FLAGS_NONE, NULL);
  if (process != NULL)
    {
      await_server (&plain);
      compare ("tunnel: connect, one byte each way", ask_small, &tunnel, &plain, rounds);
      compare ("tunnel: 64 MiB out of the sandbox", ask_large, &tunnel, &plain, MAX (rounds / 4, 3));
      g_subprocess_force_exit (process);
      g_subprocess_wait (process, NULL, NULL);
    }
  g_clear_object (&tunnel.channel);
  sb_bench_host_close (&host);

  return process != NULL ? 0 : 1;
}
