/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

/* Our MCP client beside the protocol's official one, in turn: at the reference server, and at a thin one of ours, where
 * the clients are most of what takes time. NPM_DIR: has both, and mcp-client.mjs.
 * usage: bench-mcp NPM_DIR [ROUNDS [CALLS]] */

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "sb-bench.h"

#define EVERYTHING "node_modules/@modelcontextprotocol/server-everything/dist/index.js"
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
print_rows (const char *way,
            Figures    *ours,
            Figures    *theirs)
{
  g_autoptr(SbBenchSeries) our_worst = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) their_worst = sb_bench_series_new ();

  sb_bench_series_add (our_worst, sb_bench_series_p99 (ours->call));
  sb_bench_series_add (their_worst, sb_bench_series_p99 (theirs->call));
  print_one (way, "initialize", "ms", ours->init, theirs->init);
  print_one (way, "echo, one after the other", "ms", ours->call, theirs->call);
  print_one (way, "echo, p99", "ms", our_worst, their_worst);
  print_one (way, "echo, 16 in flight, each", "ms", ours->flight, theirs->flight);
  print_one (way, "client's CPU for a call", "ms", ours->cpu, theirs->cpu);
  print_one (way, "client's memory (RSS)", "MB", ours->memory, theirs->memory);
}

static void
compare (Bench    *bench,
         gsize     i,
         gboolean  is_thin)
{
  g_autofree char *everything = g_build_filename (bench->npm_dir, EVERYTHING, NULL);
  g_autofree char *script = g_build_filename (bench->npm_dir, "mcp-client.mjs", NULL);
  g_autoptr(GPtrArray) ours = make_argv (bench->our_client, ways[i].kind, bench->calls, NULL);
  g_autoptr(GPtrArray) theirs = make_argv ("node", "--no-warnings", script, ways[i].kind, bench->calls, NULL);
  g_autoptr(GPtrArray) server = is_thin ? make_argv (bench->thin_server, ways[i].kind, NULL)
                                        : make_argv ("node", everything, ways[i].kind, NULL);
  guint16 port = ways[i].path != NULL ? find_port () : 0;
  g_autoptr(GSubprocess) process = port != 0 ? start_server (server, port) : NULL;
  g_autofree char *url = port != 0 ? g_strdup_printf ("http://127.0.0.1:%u%s", port, ways[i].path) : NULL;
  Figures our_figures;
  Figures their_figures;

  figures_init (&our_figures);
  figures_init (&their_figures);
  for (guint round = 0; round < bench->rounds; round++)
    {
      run_at (ours, server, url, &our_figures);
      run_at (theirs, server, url, &their_figures);
    }
  print_rows (ways[i].name, &our_figures, &their_figures);
  figures_clear (&our_figures);
  figures_clear (&their_figures);
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
