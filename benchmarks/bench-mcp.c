/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

/* Our MCP client beside the protocol's official one, in turn: at the reference server, and at a thin one of ours, where
 * the clients are most of what takes time. NPM_DIR: has both, and mcp-client.mjs.
 * usage: bench-mcp NPM_DIR [ROUNDS [CALLS]] */

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "sb-bench.h"

#define EVERYTHING "node_modules/@modelcontextprotocol/server-everything/dist/index.js"
#define HELLO "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\"," \
              "\"params\":{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}," \
              "\"clientInfo\":{\"name\":\"bench\",\"version\":\"1\"}}}\n"
/* A server that is started by its client is started more often than it is called: starts differ more. */
#define STARTS 4
#define START_TRIES 500
#define START_PAUSE (20 * 1000) /* µs */

static const struct
{
  const char *kind;
  const char *name;
  const char *path;
} ways[] = {
  { "stdio", "stdio", NULL },
  { "sse", "HTTP+SSE", "/sse" },
  { "streamableHttp", "streamable HTTP", "/mcp" },
};

/* What one client has shown at one server. */
typedef struct
{
  SbBenchSeries *init;
  SbBenchSeries *call;
  SbBenchSeries *flight;
  SbBenchSeries *cpu;
  SbBenchSeries *memory;
} Figures;

typedef struct
{
  const char *npm_dir;
  char       *our_client;
  char       *thin_server;
  char       *calls;
  guint       rounds;
  guint       n_turns;
} Bench;

static void
figures_init (Figures *figures)
{
  figures->init = sb_bench_series_new ();
  figures->call = sb_bench_series_new ();
  figures->flight = sb_bench_series_new ();
  figures->cpu = sb_bench_series_new ();
  figures->memory = sb_bench_series_new ();
}

static void
figures_clear (Figures *figures)
{
  sb_bench_series_free (figures->init);
  sb_bench_series_free (figures->call);
  sb_bench_series_free (figures->flight);
  sb_bench_series_free (figures->cpu);
  sb_bench_series_free (figures->memory);
}

static void
add_sample (Figures    *figures,
            const char *name,
            double      value)
{
  const struct
  {
    const char    *name;
    SbBenchSeries *series;
  } known[] = {
    { "init", figures->init },
    { "call", figures->call },
    { "flight", figures->flight },
    { "cpu", figures->cpu },
    { "memory", figures->memory },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (known[i].name, name))
      sb_bench_series_add (known[i].series, value);
}

/* Between fork and exec: a bench that fails takes its servers with it. */
static void
die_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static gboolean
is_up (guint16 port)
{
  g_autoptr(GSocketClient) client = g_socket_client_new ();
  g_autoptr(GSocketConnection) connection = NULL;

  connection = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, NULL);

  return connection != NULL;
}

static guint16
find_port (void)
{
  g_autoptr(GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);

  g_socket_listener_close (listener);

  return port;
}

static GSubprocess *
start_server (GPtrArray *argv,
              guint16    port)
{
  g_autoptr(GSubprocessLauncher) launcher = NULL;
  g_autofree char *text = g_strdup_printf ("%u", port);
  g_autoptr(GError) error = NULL;
  GSubprocess *server = NULL;

  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  g_subprocess_launcher_setenv (launcher, "PORT", text, TRUE);
  server = g_subprocess_launcher_spawnv (launcher, (const char * const *) argv->pdata, &error);
  for (guint i = 0; server != NULL && i < START_TRIES; i++)
    {
      if (is_up (port))
        return server;
      g_usleep (START_PAUSE);
    }

  g_error ("%s: %s", (const char *) argv->pdata[0], error != NULL ? error->message : "it does not listen");
}

static void
run_client (GPtrArray *argv,
            Figures   *figures)
{
  g_autoptr(GSubprocess) process = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *output = NULL;
  g_auto(GStrv) lines = NULL;

  process = g_subprocess_newv ((const char * const *) argv->pdata,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
  if (process == NULL || !g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error)
      || !g_subprocess_get_successful (process))
    g_error ("%s: %s", (const char *) argv->pdata[0], error != NULL ? error->message : "it failed");

  lines = g_strsplit (output, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_auto(GStrv) fields = g_strsplit (lines[i], "\t", 2);

      if (g_strv_length (fields) == 2)
        add_sample (figures, fields[0], g_ascii_strtod (fields[1], NULL));
    }
}

/* The rest of argv: words, then NULL. */
static GPtrArray *
make_argv (const char *first,
           ...)
{
  GPtrArray *argv = g_ptr_array_new_with_free_func (g_free);
  va_list words;

  va_start (words, first);
  for (const char *word = first; word != NULL; word = va_arg (words, const char *))
    g_ptr_array_add (argv, g_strdup (word));
  va_end (words);
  g_ptr_array_add (argv, NULL);

  return argv;
}

/* A command, with the server's own command or address as its last words. */
static void
run_at (GPtrArray  *client,
        GPtrArray  *server,
        const char *url,
        Figures    *figures)
{
  g_autoptr(GPtrArray) argv = g_ptr_array_new ();

  for (guint i = 0; i + 1 < client->len; i++)
    g_ptr_array_add (argv, g_ptr_array_index (client, i));
  if (url != NULL)
    g_ptr_array_add (argv, (gpointer) url);
  else
    g_ptr_array_extend (argv, server, NULL, NULL);
  if (url != NULL)
    g_ptr_array_add (argv, NULL);
  run_client (argv, figures);
}

/* Milliseconds until the server has said its first byte to somebody who does nothing else than to wait for it. */
static double
start_alone (GPtrArray *server)
{
  double start = sb_bench_now ();
  g_autoptr(GSubprocess) process = NULL;
  g_autoptr(GError) error = NULL;
  char byte = 0;
  double end = 0;

  process = g_subprocess_newv ((const char * const *) server->pdata,
                               G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE
                               | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
  if (process == NULL
      || !g_output_stream_write_all (g_subprocess_get_stdin_pipe (process), HELLO, strlen (HELLO), NULL, NULL, &error)
      || g_input_stream_read (g_subprocess_get_stdout_pipe (process), &byte, 1, NULL, &error) != 1)
    g_error ("%s: %s", (const char *) server->pdata[0], error != NULL ? error->message : "it said nothing");

  end = sb_bench_now ();
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);

  return end - start;
}

static void
print_one (const char    *way,
           const char    *what,
           const char    *unit,
           SbBenchSeries *ours,
           SbBenchSeries *theirs)
{
  g_autofree char *name = g_strdup_printf ("%s: %s", way, what);

  sb_bench_row (name, unit, ours, "official client", theirs);
}

static void
print_rows (const char    *way,
            Figures       *ours,
            Figures       *theirs,
            SbBenchSeries *alone)
{
  g_autofree char *initialize = g_strdup_printf ("%s: initialize", way);
  g_autoptr(SbBenchSeries) our_worst = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) their_worst = sb_bench_series_new ();

  sb_bench_series_add (our_worst, sb_bench_series_p99 (ours->call));
  sb_bench_series_add (their_worst, sb_bench_series_p99 (theirs->call));
  sb_bench_row_floor (initialize, "ms", ours->init, "official client", theirs->init, "the server's own start", alone);
  print_one (way, "echo, one after the other", "ms", ours->call, theirs->call);
  print_one (way, "echo, p99", "ms", our_worst, their_worst);
  print_one (way, "echo, 16 in flight, each", "ms", ours->flight, theirs->flight);
  print_one (way, "client's CPU for a call", "ms", ours->cpu, theirs->cpu);
  print_one (way, "client's memory (RSS)", "MB", ours->memory, theirs->memory);
}

/* What the two clients hand on of their environment differs, and the server's start depends on it (Node reads a
 * bundle of certificates first, if one is named): it gets the same from both. */
static GPtrArray *
make_server (Bench      *bench,
             const char *kind,
             gboolean    is_thin)
{
  g_autofree char *everything = g_build_filename (bench->npm_dir, EVERYTHING, NULL);
  g_autofree char *path = g_strdup_printf ("PATH=%s", g_getenv ("PATH"));
  g_autofree char *home = g_strdup_printf ("HOME=%s", g_get_home_dir ());

  if (!g_str_equal (kind, "stdio"))
    return is_thin ? make_argv (bench->thin_server, kind, NULL) : make_argv ("node", everything, kind, NULL);
  if (is_thin)
    return make_argv ("env", "-i", path, home, bench->thin_server, kind, NULL);

  return make_argv ("env", "-i", path, home, "node", everything, kind, NULL);
}

/* Both clients once; whoever comes second finds the machine as the first has left it, so they change places. */
static void
run_both (Bench      *bench,
          const char *kind,
          const char *calls,
          GPtrArray  *server,
          const char *url,
          Figures    *figures)
{
  g_autofree char *script = g_build_filename (bench->npm_dir, "mcp-client.mjs", NULL);
  g_autoptr(GPtrArray) ours = make_argv (bench->our_client, kind, calls, NULL);
  g_autoptr(GPtrArray) theirs = make_argv ("node", "--no-warnings", script, kind, calls, NULL);
  gboolean is_ours = bench->n_turns++ % 2 == 0;

  for (guint i = 0; i < 2; i++, is_ours = !is_ours)
    run_at (is_ours ? ours : theirs, server, url, &figures[is_ours ? 0 : 1]);
}

static void
compare (Bench    *bench,
         gsize     i,
         gboolean  is_thin)
{
  g_autoptr(GPtrArray) server = make_server (bench, ways[i].kind, is_thin);
  guint16 port = ways[i].path != NULL ? find_port () : 0;
  g_autoptr(GSubprocess) process = port != 0 ? start_server (server, port) : NULL;
  g_autofree char *url = port != 0 ? g_strdup_printf ("http://127.0.0.1:%u%s", port, ways[i].path) : NULL;
  g_autoptr(SbBenchSeries) alone = sb_bench_series_new ();
  Figures figures[2]; /* ours, theirs */

  figures_init (&figures[0]);
  figures_init (&figures[1]);
  for (guint round = 0; round < bench->rounds; round++)
    {
      run_both (bench, ways[i].kind, bench->calls, server, url, figures);
      for (guint start = 0; port == 0 && start < STARTS; start++)
        {
          run_both (bench, ways[i].kind, "0", server, url, figures);
          sb_bench_series_add (alone, start_alone (server));
        }
    }
  print_rows (ways[i].name, &figures[0], &figures[1], alone);
  figures_clear (&figures[0]);
  figures_clear (&figures[1]);
  if (process != NULL)
    {
      g_subprocess_force_exit (process);
      g_subprocess_wait (process, NULL, NULL);
    }
}

int
main (int    argc,
      char **argv)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname (program);
  Bench bench = {
    .npm_dir = argc > 1 ? argv[1] : NULL,
    .our_client = g_build_filename (folder, "bench-mcp-client", NULL),
    .thin_server = g_build_filename (folder, "bench-echo", NULL),
    .rounds = argc > 2 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : 3,
    .calls = g_strdup (argc > 3 ? argv[3] : "400"),
  };

  if (bench.npm_dir == NULL)
    {
      g_printerr ("usage: bench-mcp NPM_DIR [ROUNDS [CALLS]]\n");
      return 2;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    compare (&bench, i, FALSE);
  g_print ("# MCP clients at a thin server\n");
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    compare (&bench, i, TRUE);
  g_free (bench.our_client);
  g_free (bench.thin_server);
  g_free (bench.calls);

  return EXIT_SUCCESS;
}
