/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-backend-tests.h"
#include "sb-channel-save.h"
#include "sb-channel-search.h"
#include "sb-channel-tree.h"

#define MIB (1024ull * 1024)

/* FALSE: skipped. */
static gboolean
start (SbTestSandbox *sandbox,
       gconstpointer  data)
{
  SbSandboxBackend *backend = sb_backend_tests_get (data);
  SbSandboxSpec spec = { .memory_bytes = 512 * MIB, .disk_bytes = 128 * MIB, .pids = 128, .cpus = 2 };

  return backend != NULL && sb_test_sandbox_start (sandbox, backend, &spec);
}

static void
run (SbTestSandbox *sandbox,
     const char    *script)
{
  g_autoptr(SbExecResult) result = sb_test_shell (sandbox->channel, script);
  g_autofree char *errors = sb_test_text (result->stderr_head_tail);

  g_test_message ("%s: %s", script, errors);
  g_assert_cmpint (result->outcome, ==, SB_EXEC_EXITED);
  g_assert_cmpint (result->exit_code, ==, 0);
}

static GBytes *
snapshot (SbTestSandbox *sandbox,
          guint64        max_bytes,
          SbTreeSummary *summary)
{
  g_autoptr(GOutputStream) sink = g_memory_output_stream_new_resizable ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_channel_snapshot_async (sandbox->channel, "", max_bytes, sink, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  sb_channel_snapshot_finish (sandbox->channel, result, summary, &error);
  g_assert_no_error (error);
  g_output_stream_close (sink, NULL, NULL);

  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (sink));
}

static gboolean
restore (SbTestSandbox *sandbox,
         GBytes        *tree,
         gboolean       replace)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_channel_restore_async (sandbox->channel, "", tree, replace, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  if (!sb_channel_restore_finish (sandbox->channel, result, &error))
    g_test_message ("restore: %s", error->message);

  return error == NULL;
}

static char *
describe (SbTestSandbox *sandbox)
{
  return sb_test_shell_text (sandbox->channel,
                             "find . -mindepth 1 -printf '%y %m %p %l\\n' | LC_ALL=C sort;"
                             " find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r cat | cksum");
}

static guint
search (SbTestSandbox *sandbox,
        const char    *name,
        const char    *text)
{
  const SbSearchSpec spec = { .path = "", .name = name, .text = text, .max = 100 };
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GPtrArray) matches = NULL;
  g_autoptr(GError) error = NULL;

  sb_channel_search_async (sandbox->channel, &spec, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  matches = sb_channel_search_finish (sandbox->channel, result, NULL, &error);
  g_assert_no_error (error);

  return matches->len;
}

/* A snapshot begins another sandbox, and takes the first one back to what it was. */
static void
test_fork (gconstpointer data)
{
  SbTestSandbox first = { 0 };
  SbTestSandbox second = { 0 };
  SbTreeSummary summary;
  g_autoptr(GBytes) tree = NULL;
  g_autofree char *before = NULL;
  g_autofree char *forked = NULL;
  g_autofree char *after = NULL;

  if (!start (&first, data) || !start (&second, data))
    return;

  run (&first, "mkdir -p src/deep empty && echo 'the needle' > src/deep/a.c && ln -s src/deep link &&"
               " head -c 3000000 /dev/urandom > large && printf '#!/bin/sh\\necho ran\\n' > run && chmod 755 run");
  before = describe (&first);
  tree = snapshot (&first, 64 * MIB, &summary);
  g_assert_true (summary.complete);
  g_assert_cmpuint (summary.n_skipped, ==, 0);
  g_assert_true (restore (&second, tree, FALSE));
  forked = describe (&second);
  g_assert_cmpstr (forked, ==, before);
  run (&second, "test \"$(./run)\" = ran && test -f link/a.c");
  g_assert_cmpuint (search (&second, NULL, "needle"), ==, 1);
  g_assert_cmpuint (search (&second, "*.c", NULL), ==, 1);

  run (&first, "rm -r src large && echo changed > run && mkdir more && echo x > more/x");
  g_assert_true (restore (&first, tree, TRUE));
  after = describe (&first);
  g_assert_cmpstr (after, ==, before);
  sb_test_sandbox_remove (&second);
  sb_test_sandbox_remove (&first);
}

static void
set_paused (SbTestSandbox *sandbox,
            gboolean       paused)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_channel_pause_async (sandbox->channel, paused, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  sb_channel_pause_finish (sandbox->channel, result, &error);
  g_assert_no_error (error);
}

/* Nothing starts and nothing goes on; its files can be looked at. */
static void
test_pause (gconstpointer data)
{
  static const char * const argv[] = { "sh", "-c", "while :; do echo x >> ticks; sleep 0.01; done", NULL };
  static const char * const nothing[] = { "true", NULL };
  const SbExecSpec spec = { .argv = argv };
  const SbExecSpec other = { .argv = nothing };
  SbTestSandbox sandbox = { 0 };
  g_autoptr(GAsyncResult) spawned = NULL;
  g_autoptr(SbExecResult) refused = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *still = NULL;

  if (!start (&sandbox, data))
    return;

  sb_channel_spawn_async (sandbox.channel, &spec, NULL, sb_test_keep_result, &spawned);
  sb_test_wait_until (spawned != NULL);
  g_assert_cmpuint (sb_channel_spawn_finish (sandbox.channel, spawned, NULL), >, 0);
  g_clear_object (&spawned);
  set_paused (&sandbox, TRUE);
  refused = sb_test_exec (sandbox.channel, &other, &error);
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_PAUSED);
  g_assert_true (sb_test_write (sandbox.channel, "ticks", "", NULL));
  sb_test_spin (200);
  still = sb_test_read (sandbox.channel, "ticks", NULL);
  g_assert_cmpstr (still, ==, "");

  set_paused (&sandbox, FALSE);
  run (&sandbox, "until test -s ticks; do sleep 0.05; done");
  sb_test_sandbox_remove (&sandbox);
}

/* A directory that is a link to the outside every other moment: nothing comes to be there. */
static void
test_swap_race (gconstpointer data)
{
  static const char * const argv[] = {
    "sh", "-c", "while :; do mv -T d x; mv -T l d; mv -T d l; mv -T x d; done 2>/dev/null", NULL
  };
  const SbExecSpec spec = { .argv = argv };
  SbTestSandbox sandbox = { 0 };
  g_autoptr(GAsyncResult) spawned = NULL;
  g_autoptr(GBytes) tree = NULL;
  g_autofree char *outside = NULL;

  if (!start (&sandbox, data))
    return;

  run (&sandbox, "mkdir d && for i in $(seq 200); do echo x > d/f$i; done");
  tree = snapshot (&sandbox, MIB, NULL);
  run (&sandbox, "rm -r d && mkdir d /tmp/outside && ln -s /tmp/outside l");
  sb_channel_spawn_async (sandbox.channel, &spec, NULL, sb_test_keep_result, &spawned);
  sb_test_wait_until (spawned != NULL);
  g_clear_object (&spawned);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *path = g_strdup_printf ("d/w%u", i);

      sb_test_write (sandbox.channel, path, "evil", NULL);
      if (i % 20 == 0)
        restore (&sandbox, tree, FALSE);
    }
  outside = sb_test_shell_text (sandbox.channel, "ls -A /tmp/outside");
  g_assert_cmpstr (outside, ==, "");
  sb_test_sandbox_remove (&sandbox);
}

/* Trees that ask for more than anything has: each call ends, and so does the tree. */
static void
test_odd_trees (gconstpointer data)
{
  SbTestSandbox sandbox = { 0 };
  SbTreeSummary summary;
  g_autoptr(GBytes) tree = NULL;
  g_autoptr(GAsyncResult) removed = NULL;
  g_autoptr(GError) error = NULL;

  if (!start (&sandbox, data))
    return;

  run (&sandbox, "mkfifo fifo && (truncate -s 1T sparse 2>/dev/null || truncate -s 1G sparse) && mkdir deep && cd deep"
                 " && if command -v node > /dev/null; then node -e \"const fs = require ('fs');"
                 " for (let i = 0; i < 10000; i++) { fs.mkdirSync ('d'); process.chdir ('d'); }\";"
                 " else for i in $(seq 1000); do mkdir d && cd d; done; fi");
  tree = snapshot (&sandbox, MIB, &summary);
  g_assert_cmpuint (summary.n_files, ==, 0);
  g_assert_cmpuint (summary.n_skipped, >=, 2);
  g_assert_cmpuint (summary.n_directories, <, 100);
  g_assert_cmpuint (g_bytes_get_size (tree), <, MIB);
  g_assert_cmpuint (search (&sandbox, "sparse", NULL), ==, 1);
  search (&sandbox, NULL, "needle");
  sb_channel_remove_file_async (sandbox.channel, "deep", TRUE, NULL, sb_test_keep_result, &removed);
  sb_test_wait_until (removed != NULL);
  sb_channel_change_finish (sandbox.channel, removed, &error);
  g_assert_no_error (error);
  g_clear_object (&removed);
  run (&sandbox, "test ! -e deep");
  sb_test_sandbox_remove (&sandbox);
}

/* Names that are bytes come through as they are; on this machine only those are made that can be shown. */
static void
test_names (gconstpointer data)
{
  SbTestSandbox sandbox = { 0 };
  SbTestSandbox second = { 0 };
  SbTreeUnpacked unpacked;
  SbTreeSummary summary;
  g_autoptr(GBytes) tree = NULL;
  g_autofree char *path = sb_test_make_dir ();
  g_autoptr(GFile) folder = g_file_new_for_path (path);
  g_autoptr(GAsyncResult) saved = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  if (!start (&sandbox, data) || !start (&second, data))
    return;

  run (&sandbox, "touch \"$(head -c 255 /dev/zero | tr '\\0' n)\" \"$(printf 'new\\nline')\""
                 " \"$(printf '\\033[31mred')\" \"$(printf 'bad\\377')\" plain");
  before = sb_test_shell_text (sandbox.channel, "ls -A | LC_ALL=C sort | cksum");
  tree = snapshot (&sandbox, MIB, &summary);
  g_assert_cmpuint (summary.n_files, ==, 5);
  g_assert_true (restore (&second, tree, FALSE));
  after = sb_test_shell_text (second.channel, "ls -A | LC_ALL=C sort | cksum");
  g_assert_cmpstr (before, ==, after);

  sb_channel_save_tree_async (sandbox.channel, "", folder, NULL, NULL, NULL, sb_test_keep_result, &saved);
  sb_test_wait_until (saved != NULL);
  sb_channel_save_tree_finish (sandbox.channel, saved, &unpacked, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (unpacked.n_files, ==, 2);
  g_assert_cmpuint (unpacked.n_refused, ==, 3);
  g_clear_object (&saved);
  sb_test_sandbox_remove (&second);
  sb_test_sandbox_remove (&sandbox);
}

void
sb_tree_tests_add (const char *name)
{
  sb_backend_tests_add_one (name, "trees/fork", test_fork);
  sb_backend_tests_add_one (name, "trees/pause", test_pause);
  sb_backend_tests_add_one (name, "trees/swap-race", test_swap_race);
  sb_backend_tests_add_one (name, "trees/odd", test_odd_trees);
  sb_backend_tests_add_one (name, "trees/names", test_names);
}
