/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

/* What an agent does in a sandbox, through the MCP tools, beside the docker command doing the same and the least that
 * this machine takes for it, in turn. usage: bench-tools docker|bwrap [ROUNDS] */

#include "config.h"

#include <string.h>

#include "sb-bench-host.h"
#include "sb-terminal-session.h"

#define OURS_A_ROUND 5
#define SIZE (64 * 1024)
#define SIZE_OF_FLOOD 1000000000
#define FLOOD G_STRINGIFY (SIZE_OF_FLOOD)

/* A program that says again what it is told, through pipes. */
typedef struct
{
  GSubprocess *process;
  gsize        size; /* of what is said */
} Echo;

typedef struct
{
  SbBenchHost       *host;
  char              *write; /* JSON */
  char              *file;  /* with the same contents, for the docker command */
  SbChannel         *channel;
  SbTerminalSession *terminal;
  gsize              echoed;
  double             memory; /* MB: the most that the flood took */
} Bench;

static double
exec_ours (gpointer user_data)
{
  return sb_bench_host_call (((Bench *) user_data)->host, "exec", "{\"command\":[\"true\"]}", NULL);
}

static double
exec_docker (gpointer user_data)
{
  return sb_bench_host_docker_exec (((Bench *) user_data)->host, "true");
}

/* fork, exec, and a pipe read to its end */
static double
exec_bare (gpointer user_data)
{
  const char *argv[] = { "true", NULL };
  double start = sb_bench_now ();
  g_autoptr(GSubprocess) process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL);

  if (process == NULL || !g_subprocess_communicate (process, NULL, NULL, NULL, NULL, NULL))
    return -1;

  return sb_bench_now () - start;
}

static double
list_ours (gpointer user_data)
{
  return sb_bench_host_call (((Bench *) user_data)->host, "listFiles", "{\"path\":\"d\"}", NULL);
}

static double
list_docker (gpointer user_data)
{
  return sb_bench_host_docker_exec (((Bench *) user_data)->host, "ls -la /workspace/d");
}

static double
file_ours (gpointer user_data)
{
  Bench *bench = user_data;
  g_autoptr(SbMcpToolResult) result = NULL;
  double duration = sb_bench_host_call (bench->host, "writeFile", bench->write, NULL);

  duration += sb_bench_host_call (bench->host, "readFile", "{\"filename\":\"f\",\"maxBytes\":65536}", &result);

  return strlen (result->text) >= SIZE ? duration : -1;
}

static double
file_docker (gpointer user_data)
{
  Bench *bench = user_data;
  g_autofree char *script = g_strdup_printf ("docker exec -i %s sh -c 'cat >/workspace/f' <%s && "
                                             "docker exec %s cat /workspace/f", bench->host->container, bench->file,
                                             bench->host->container);
  const char *argv[] = { "sh", "-c", script, NULL };

  return sb_bench_command (argv);
}

static double
echo_bytes (gpointer user_data)
{
  Echo *echo = user_data;
  g_autofree char *bytes = g_strnfill (echo->size, 'x');
  GOutputStream *out = g_subprocess_get_stdin_pipe (echo->process);
  GInputStream *in = g_subprocess_get_stdout_pipe (echo->process);
  double start = sb_bench_now ();

  if (!g_output_stream_write_all (out, bytes, echo->size, NULL, NULL, NULL)
      || !g_input_stream_read_all (in, bytes, echo->size, NULL, NULL, NULL))
    return -1;

  return sb_bench_now () - start;
}

static void
output_cb (SbTerminalSession *terminal,
           GBytes            *bytes,
           gpointer           user_data)
{
  Bench *bench = user_data;

  bench->echoed += g_bytes_get_size (bytes);
  sb_terminal_session_take (terminal, g_bytes_get_size (bytes));
}

/* What is typed comes back from the terminal's line discipline. */
static double
echo_ours (gpointer user_data)
{
  Bench *bench = user_data;
  double start = sb_bench_now ();

  bench->echoed = 0;
  if (!sb_terminal_session_write (bench->terminal, "x", 1))
    return -1;
  while (bench->echoed == 0)
    g_main_context_iteration (NULL, TRUE);

  return sb_bench_now () - start;
}

/* Sets the peak of this process to what it has now. */
static double
begin_peak (void)
{
  g_file_set_contents_full ("/proc/self/clear_refs", "5", 1, G_FILE_SET_CONTENTS_NONE, 0600, NULL);

  return sb_bench_status_megabytes ("VmRSS");
}

/* As the tool does it, but for the tool's limit, which would end the command. */
static double
flood_ours (gpointer user_data)
{
  static const char * const argv[] = { "head", "-c", FLOOD, "/dev/zero", NULL };
  static const SbExecSpec spec = { .argv = argv, .output_budget = 2 * (guint64) SIZE_OF_FLOOD };
  Bench *bench = user_data;
  double before = begin_peak ();
  double start = sb_bench_now ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbExecResult) outcome = NULL;

  sb_channel_exec_async (bench->channel, &spec, NULL, NULL, NULL, sb_bench_host_keep_result, bench->host);
  result = sb_bench_host_wait (bench->host);
  outcome = sb_channel_exec_finish (bench->channel, result, NULL);
  bench->memory = MAX (bench->memory, sb_bench_status_megabytes ("VmHWM") - before);

  return outcome != NULL && outcome->stdout_total == SIZE_OF_FLOOD ? sb_bench_now () - start : -1;
}

static double
flood_docker (gpointer user_data)
{
  Bench *bench = user_data;
  g_autofree char *script = g_strdup_printf ("docker exec %s head -c " FLOOD " /dev/zero | cat >/dev/null",
                                             bench->host->container);
  const char *argv[] = { "sh", "-c", script, NULL };

  return sb_bench_command (argv);
}

static double
flood_bare (gpointer user_data)
{
  const char *argv[] = { "sh", "-c", "head -c " FLOOD " /dev/zero | cat >/dev/null", NULL };

  return sb_bench_command (argv);
}

static void
compare (const char  *name,
         SbBenchLane  ours,
         const char  *peer_name,
         SbBenchLane  peer,
         const char  *floor_name,
         SbBenchLane  floor,
         guint        rounds)
{
  g_autoptr(SbBenchSeries) our_series = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) peer_series = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) floor_series = sb_bench_series_new ();
  const SbBenchLane lanes[] = {
    { ours.func, ours.user_data, ours.times, our_series },
    { peer.func, peer.user_data, peer.times, peer_series },
    { floor.func, floor.user_data, floor.times, floor_series },
  };

  sb_bench_take_turns (lanes, G_N_ELEMENTS (lanes), rounds);
  sb_bench_row_floor (name, "ms", our_series, peer_name, peer_series, floor_name, floor_series);
}

#define OURS(func) (SbBenchLane) { func, bench, OURS_A_ROUND, NULL }
#define DOCKER(func) (SbBenchLane) { bench->host->container != NULL ? func : NULL, bench, 1, NULL }
#define FLOOR(func, data) (SbBenchLane) { func, data, OURS_A_ROUND, NULL }

static void
make_files (Bench *bench)
{
  const char *script = "cd /workspace && mkdir -p d && cd d && for i in $(seq 30); do echo $i > f$i; done";
  g_autofree char *make = g_strdup_printf ("{\"command\":[\"sh\",\"-c\",\"%s\"]}", script);

  sb_bench_host_call (bench->host, "exec", make, NULL);
  if (bench->host->container != NULL && sb_bench_host_docker_exec (bench->host, script) < 0)
    g_error ("the files could not be made in the peer's container");
}

static void
open_terminal (Bench *bench)
{
  static const char * const argv[] = { "cat", NULL };
  const SbTerminalSpec spec = { .argv = argv, .rows = 24, .columns = 80 };
  g_autoptr(SbSandbox) sandbox = g_list_model_get_item (G_LIST_MODEL (bench->host->manager), 0);

  bench->channel = g_object_ref (sb_sandbox_get_channel (sandbox));
  bench->terminal = sb_terminal_session_new (bench->channel);
  g_signal_connect (bench->terminal, "output", G_CALLBACK (output_cb), bench);
  sb_terminal_session_start (bench->terminal, &spec);
}

static void
measure (Bench *bench,
         guint  rounds)
{
  const char *argv[] = { "cat", NULL };
  const char *docker_argv[] = { "docker", "exec", "-i", bench->host->container, "cat", NULL };
  const GSubprocessFlags pipes = G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE;
  Echo bare = { g_subprocess_newv (argv, pipes, NULL), 1 };
  Echo bare_file = { bare.process, SIZE };
  Echo docker = { bench->host->container != NULL ? g_subprocess_newv (docker_argv, pipes, NULL) : NULL, 1 };

  compare ("exec true through the tool", OURS (exec_ours), "docker exec true", DOCKER (exec_docker),
           "fork, exec, a pipe", FLOOR (exec_bare, NULL), rounds);
  compare ("list 30 files through the tool", OURS (list_ours), "docker exec ls -la", DOCKER (list_docker),
           "a byte to cat and back", FLOOR (echo_bytes, &bare), rounds);
  compare ("write and read 64 KiB through the tools", OURS (file_ours), "docker exec cat, twice",
           DOCKER (file_docker), "64 KiB to cat and back", FLOOR (echo_bytes, &bare_file), rounds);
  compare ("a key typed into a terminal, until its echo", OURS (echo_ours), "docker exec -i cat",
           (SbBenchLane) { docker.process != NULL ? echo_bytes : NULL, &docker, OURS_A_ROUND, NULL },
           "a byte to cat and back", FLOOR (echo_bytes, &bare), rounds);
  compare ("1 GB of output", (SbBenchLane) { flood_ours, bench, 1, NULL }, "docker exec | cat",
           DOCKER (flood_docker), "head | cat", (SbBenchLane) { flood_bare, NULL, 1, NULL }, 2);
  sb_bench_figure ("  memory that it took us at most", "MB", bench->memory);

  g_subprocess_force_exit (bare.process);
  g_object_unref (bare.process);
  if (docker.process != NULL)
    g_subprocess_force_exit (docker.process);
  g_clear_object (&docker.process);
}

int
main (int   argc,
      char *argv[])
{
  SbBenchHost host = { 0 };
  Bench bench = { .host = &host };
  guint rounds = argc > 2 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : 20;
  g_autofree char *contents = g_strnfill (SIZE, 'x');

  if (argc < 2)
    {
      g_printerr ("usage: bench-tools docker|bwrap [ROUNDS]\n");
      return 2;
    }
  if (!sb_bench_host_open (&host, argv[1]))
    return 1;

  bench.write = g_strdup_printf ("{\"filename\":\"f\",\"contents\":\"%s\"}", contents);
  bench.file = g_build_filename (g_get_tmp_dir (), "sandbar-bench-file", NULL);
  g_file_set_contents (bench.file, contents, SIZE, NULL);
  sb_bench_host_call (&host, "initSandbox", "{}", NULL);
  sb_bench_host_start_peer (&host);
  make_files (&bench);
  open_terminal (&bench);
  measure (&bench, rounds);
  sb_terminal_session_close (bench.terminal);
  g_object_unref (bench.terminal);
  g_object_unref (bench.channel);
  sb_bench_host_close (&host);
  g_free (bench.write);
  g_free (bench.file);

  return 0;
}
