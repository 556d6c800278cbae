/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

/* Sandboxes that come and go, beside the docker command and the bare program below it, in turn.
 * usage: bench-sandbox docker|bwrap [ROUNDS] */

#include "config.h"

#include "sb-bench-host.h"
#include "sb-sandbox-manager-private.h"

#define AT_ONCE 10

/* One of several sandboxes that are made, used and removed at once. */
typedef struct
{
  SbBenchHost   *host;
  SbSandbox     *sandbox;
  SbBenchSeries *ready; /* nullable */
  guint         *n_left;
  double         start;
} Life;

static double
create_cold (gpointer user_data)
{
  SbBenchHost *host = user_data;
  double start = sb_bench_now ();
  g_autoptr(SbSandbox) sandbox = sb_bench_host_create (host);
  double duration = sb_bench_now () - start;

  sb_bench_host_stop (host, sandbox);

  return duration;
}

static double
create_warm (gpointer user_data)
{
  SbBenchHost *host = user_data;

  while (!sb_sandbox_pools_has_spare (sb_sandbox_manager_get_pools (host->manager)))
    g_main_context_iteration (NULL, TRUE);

  return create_cold (host);
}

static double
remove_ours (gpointer user_data)
{
  SbBenchHost *host = user_data;
  g_autoptr(SbSandbox) sandbox = sb_bench_host_create (host);
  double start = sb_bench_now ();

  sb_bench_host_stop (host, sandbox);

  return sb_bench_now () - start;
}

static double
create_docker (gpointer user_data)
{
  SbBenchHost *host = user_data;
  double start = sb_bench_now ();
  double duration = -1;

  if (sb_bench_host_start_peer (host) && sb_bench_host_docker_exec (host, "true") >= 0)
    duration = sb_bench_now () - start;
  sb_bench_host_stop_peer (host);

  return duration;
}

static double
remove_docker (gpointer user_data)
{
  SbBenchHost *host = user_data;
  double start = 0;

  if (!sb_bench_host_start_peer (host))
    return -1;

  start = sb_bench_now ();
  sb_bench_host_stop_peer (host);

  return sb_bench_now () - start;
}

static double
run_bare (gpointer user_data)
{
  g_auto(GStrv) argv = sb_bench_host_dup_bare (user_data);

  return sb_bench_command ((const char * const *) argv);
}

static double
end_process (gpointer user_data)
{
  const char *argv[] = { "sleep", "600", NULL };
  g_autoptr(GSubprocess) process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_NONE, NULL);
  double start = sb_bench_now ();

  if (process == NULL)
    return -1;

  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);

  return sb_bench_now () - start;
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Life *life = user_data;

  sb_sandbox_manager_stop_finish (SB_SANDBOX_MANAGER (source), result, NULL);
  (*life->n_left)--;
}

static void
used_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Life *life = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbExecResult) outcome = sb_channel_exec_finish (SB_CHANNEL (source), result, &error);

  if (outcome == NULL || outcome->outcome != SB_EXEC_EXITED || outcome->exit_code != 0)
    g_error ("true: %s", error != NULL ? error->message : "it failed");
  sb_sandbox_manager_stop_async (life->host->manager, life->sandbox, NULL, stopped_cb, life);
}

static void
created_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  static const char * const argv[] = { "true", NULL };
  static const SbExecSpec spec = { .argv = argv };
  Life *life = user_data;
  g_autoptr(GError) error = NULL;

  life->sandbox = sb_sandbox_manager_create_finish (SB_SANDBOX_MANAGER (source), result, &error);
  if (life->sandbox == NULL)
    g_error ("create: %s", error->message);
  sb_bench_series_add (life->ready, sb_bench_now () - life->start);
  sb_channel_exec_async (sb_sandbox_get_channel (life->sandbox), &spec, NULL, NULL, NULL, used_cb, life);
}

static double
live_at_once (SbBenchHost   *host,
              SbBenchSeries *ready)
{
  Life lives[AT_ONCE] = { { NULL } };
  guint n_left = AT_ONCE;
  double start = sb_bench_now ();

  for (guint i = 0; i < AT_ONCE; i++)
    {
      lives[i] = (Life) { .host = host, .ready = ready, .n_left = &n_left, .start = start };
      sb_sandbox_manager_create_async (host->manager, NULL, "bench", NULL, NULL, created_cb, &lives[i]);
    }
  while (n_left > 0)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < AT_ONCE; i++)
    g_object_unref (lives[i].sandbox);

  return sb_bench_now () - start;
}

/* Commands that run side by side; argv: of each (transfer full). */
static double
run_at_once (GPtrArray *argvs)
{
  g_autoptr(GPtrArray) held = argvs;
  g_autoptr(GPtrArray) processes = g_ptr_array_new_with_free_func (g_object_unref);
  double start = sb_bench_now ();
  gboolean good = TRUE;

  for (guint i = 0; i < argvs->len; i++)
    {
      GSubprocess *process = g_subprocess_newv (g_ptr_array_index (argvs, i),
                                                G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                                                NULL);

      if (process == NULL)
        return -1;
      g_ptr_array_add (processes, process);
    }
  for (guint i = 0; i < processes->len; i++)
    good = g_subprocess_wait_check (g_ptr_array_index (processes, i), NULL, NULL) && good;

  return good ? sb_bench_now () - start : -1;
}

static double
docker_at_once (gpointer user_data)
{
  const char * const argv[] = { "docker", "run", "--rm", "--network", "none", "--cap-drop", "ALL", "--memory", "1g",
                                "--read-only", "--pids-limit", "512", "sandbar/node-sandbox:latest", "true", NULL };
  GPtrArray *argvs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);

  for (guint i = 0; i < AT_ONCE; i++)
    g_ptr_array_add (argvs, g_strdupv ((GStrv) argv));

  return run_at_once (argvs);
}

static double
bare_at_once (gpointer user_data)
{
  GPtrArray *argvs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);

  for (guint i = 0; i < AT_ONCE; i++)
    g_ptr_array_add (argvs, sb_bench_host_dup_bare (user_data));

  return run_at_once (argvs);
}

typedef struct
{
  SbBenchHost   *host;
  SbBenchSeries *ready;
} AtOnce;

static double
ours_at_once (gpointer user_data)
{
  AtOnce *at_once = user_data;

  return live_at_once (at_once->host, at_once->ready);
}

static void
measure_lives (SbBenchHost *host,
               guint        rounds)
{
  g_autoptr(SbBenchSeries) cold = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) warm = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) removal = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) docker = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) docker_again = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) docker_removal = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) bare = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) end = sb_bench_series_new ();
  const SbBenchLane lanes[] = {
    { create_cold, host, 1, cold },
    { host->with_docker ? create_docker : NULL, host, 1, docker },
    { run_bare, host, 1, bare },
    { remove_ours, host, 1, removal },
    { host->with_docker ? remove_docker : NULL, host, 1, docker_removal },
    { end_process, host, 1, end },
  };
  const SbBenchLane warm_lanes[] = {
    { create_warm, host, 1, warm },
    { host->with_docker ? create_docker : NULL, host, 1, docker_again },
  };

  sb_bench_take_turns (lanes, G_N_ELEMENTS (lanes), rounds);
  sb_sandbox_manager_set_keep_spare (host->manager, TRUE);
  sb_bench_take_turns (warm_lanes, G_N_ELEMENTS (warm_lanes), rounds);
  sb_sandbox_manager_set_keep_spare (host->manager, FALSE);

  sb_bench_row_floor ("sandbox ready, cold", "ms", cold, "docker run + exec true", docker,
                      sb_bench_host_get_bare_name (host), bare);
  sb_bench_row_floor ("sandbox ready, from a spare", "ms", warm, "docker run + exec true", docker_again,
                      sb_bench_host_get_bare_name (host), bare);
  sb_bench_row_floor ("sandbox removed", "ms", removal, "docker rm -f", docker_removal, "a process killed", end);
}

static void
measure_crowd (SbBenchHost *host,
               guint        rounds)
{
  g_autoptr(SbBenchSeries) ready = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) alone = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) ours = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) docker = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) bare = sb_bench_series_new ();
  AtOnce at_once = { host, ready };
  const SbBenchLane lanes[] = {
    { ours_at_once, &at_once, 1, ours },
    { host->with_docker ? docker_at_once : NULL, host, 1, docker },
    { bare_at_once, host, 1, bare },
    { create_cold, host, 2, alone },
  };

  sb_bench_take_turns (lanes, G_N_ELEMENTS (lanes), rounds);
  sb_bench_row_floor ("10 at once: made, used and removed", "ms", ours, "10 docker run --rm true", docker,
                      sb_bench_host_get_bare_name (host), bare);
  sb_bench_row_floor ("  each of them ready", "ms", ready, NULL, NULL, "ours alone", alone);
}

int
main (int   argc,
      char *argv[])
{
  SbBenchHost host = { 0 };
  guint rounds = argc > 2 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : 20;

  if (argc < 2)
    {
      g_printerr ("usage: bench-sandbox docker|bwrap [ROUNDS]\n");
      return 2;
    }
  if (!sb_bench_host_open (&host, argv[1]))
    return 1;

  measure_lives (&host, rounds);
  measure_crowd (&host, MAX (rounds / 4, 3));
  sb_bench_host_close (&host);

  return 0;
}
