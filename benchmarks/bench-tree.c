/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

/* From a file being written in a sandbox to its row in the window's tree of files; beside the docker command asked for
 * a listing once after the same, and inotify telling this process of a file of its own.
 * usage: bench-tree docker|bwrap [ROUNDS] */

#include "config.h"

#include <sys/inotify.h>
#include <unistd.h>

#include "sb-bench-host.h"
#include "sb-file-tree.h"

#define OURS_A_ROUND 5

typedef struct
{
  SbBenchHost *host;
  SbChannel   *channel;
  SbFileTree  *tree;
  SbChangeSet *changes;
  char        *folder; /* on this machine */
  int          inotify;
  guint        n_files;
} Bench;

static double
change_ours (gpointer user_data)
{
  Bench *bench = user_data;
  g_autofree char *path = g_strdup_printf ("file-%u", bench->n_files++);
  g_autoptr(GBytes) contents = g_bytes_new_static ("x", 1);
  g_autoptr(GAsyncResult) written = NULL;
  double start = sb_bench_now ();
  double duration = 0;

  sb_channel_write_file_async (bench->channel, path, contents, 0, FALSE, NULL, sb_bench_host_keep_result, bench->host);
  while (sb_file_tree_lookup (bench->tree, path) == NULL)
    g_main_context_iteration (NULL, TRUE);
  duration = sb_bench_now () - start;
  written = sb_bench_host_wait (bench->host);

  return sb_channel_write_file_finish (bench->channel, written, NULL) ? duration : -1;
}

static double
change_docker (gpointer user_data)
{
  Bench *bench = user_data;
  g_autofree char *write = g_strdup_printf ("echo x >/workspace/file-%u", bench->n_files++);
  double first = sb_bench_host_docker_exec (bench->host, write);
  double second = sb_bench_host_docker_exec (bench->host, "ls -la /workspace");

  return first >= 0 && second >= 0 ? first + second : -1;
}

static double
change_bare (gpointer user_data)
{
  Bench *bench = user_data;
  g_autofree char *name = g_strdup_printf ("file-%u", bench->n_files++);
  g_autofree char *path = g_build_filename (bench->folder, name, NULL);
  char event[4096];
  double start = sb_bench_now ();

  if (!g_file_set_contents_full (path, "x", 1, G_FILE_SET_CONTENTS_NONE, 0600, NULL)
      || read (bench->inotify, event, sizeof event) <= 0)
    return -1;

  return sb_bench_now () - start;
}

static void
open_bench (Bench *bench)
{
  g_autoptr(SbSandbox) sandbox = sb_bench_host_create (bench->host);

  bench->channel = g_object_ref (sb_sandbox_get_channel (sandbox));
  bench->tree = sb_file_tree_new ();
  bench->folder = g_dir_make_tmp ("sandbar-bench-XXXXXX", NULL);
  bench->inotify = inotify_init1 (IN_CLOEXEC);
  inotify_add_watch (bench->inotify, bench->folder, IN_CLOSE_WRITE);
  bench->changes = sb_change_set_new (sb_sandbox_get_change_log (sandbox));
  sb_file_tree_set_changes (bench->tree, bench->changes);
  sb_file_tree_set_channel (bench->tree, bench->channel);
  while (sb_file_tree_get_loading (bench->tree))
    g_main_context_iteration (NULL, TRUE);
  sb_bench_host_start_peer (bench->host);
}

static void
close_bench (Bench *bench)
{
  const char *remove[] = { "rm", "-r", bench->folder, NULL };

  sb_bench_command (remove);
  close (bench->inotify);
  sb_file_tree_set_channel (bench->tree, NULL);
  g_object_unref (bench->tree);
  g_object_unref (bench->changes);
  g_object_unref (bench->channel);
  g_free (bench->folder);
  sb_bench_host_close (bench->host);
}

int
main (int   argc,
      char *argv[])
{
  SbBenchHost host = { 0 };
  Bench bench = { .host = &host };
  guint rounds = argc > 2 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : 20;
  g_autoptr(SbBenchSeries) ours = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) docker = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) bare = sb_bench_series_new ();

  if (argc < 2)
    {
      g_printerr ("usage: bench-tree docker|bwrap [ROUNDS]\n");
      return 2;
    }
  if (!sb_bench_host_open (&host, argv[1]))
    return 1;

  open_bench (&bench);
  sb_bench_take_turns ((const SbBenchLane[]) {
                         { change_ours, &bench, OURS_A_ROUND, ours },
                         { host.container != NULL ? change_docker : NULL, &bench, 1, docker },
                         { change_bare, &bench, OURS_A_ROUND, bare },
                       }, 3, rounds);
  sb_bench_row_floor ("a file written, until its row in the tree", "ms", ours, "docker exec, then ls", docker,
                      "inotify", bare);
  close_bench (&bench);

  return 0;
}
