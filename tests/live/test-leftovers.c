/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "sb-bwrap-backend.h"
#include "sb-docker-backend.h"
#include "sb-instance.h"
#include "sb-live-engine.h"
#include "sb-orphans.h"
#include "sb-sandbox-manager.h"
#include "sb-test-channel.h"

#define OWNER "--owner"
#define EARLY_MS 15
#define ANY_MS 700

static const char *program;
static char *own_directory;

/* What is left of an instance, by kind. */
typedef struct
{
  guint processes;
  guint in_engine;
} Leftovers;

static guint
get_times (const char *variable,
           guint       otherwise)
{
  const char *text = g_getenv (variable);

  return text != NULL && *text != '\0' ? (guint) g_ascii_strtoull (text, NULL, 10) : otherwise;
}

/* Without an engine: skipped, with the reason, and NULL. */
static SbSandboxBackend *
new_backend (const char *name)
{
  g_autoptr(SbDockerClient) client = NULL;

  if (g_str_equal (name, "bwrap"))
    return sb_bwrap_backend_new (NULL);

  client = sb_live_engine_connect ();

  return client != NULL ? sb_docker_backend_new (client, NULL, NULL) : NULL;
}

static SbSandboxBackend *
new_probed_backend (const char *name)
{
  g_autoptr(SbSandboxBackend) backend = new_backend (name);
  g_autoptr(GError) error = NULL;

  if (backend != NULL && !sb_live_engine_probe (backend, &error))
    {
      g_test_skip (error->message);
      return NULL;
    }

  return g_steal_pointer (&backend);
}

/* A backend that lives has a process of its own, which is not to be found among what others left. */
static gboolean
can_run (const char *name)
{
  g_autoptr(SbSandboxBackend) backend = new_probed_backend (name);

  return backend != NULL;
}

static SbSandboxManager *
new_manager (const char *name)
{
  g_autoptr(GListStore) backends = g_list_store_new (SB_TYPE_SANDBOX_BACKEND);
  g_autoptr(SbSandboxBackend) backend = new_backend (name);

  g_list_store_append (backends, backend);

  return sb_sandbox_manager_new (G_LIST_MODEL (backends));
}

static SbSandbox *
create (SbSandboxManager *manager)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  SbSandbox *sandbox = NULL;

  sb_sandbox_manager_create_async (manager, NULL, NULL, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  sandbox = sb_sandbox_manager_create_finish (manager, result, &error);
  g_assert_no_error (error);

  return sandbox;
}

static void
stop (SbSandboxManager *manager,
      SbSandbox        *sandbox)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_sandbox_manager_stop_async (manager, sandbox, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  sb_sandbox_manager_stop_finish (manager, result, &error);
  g_assert_no_error (error);
}

/* Processes that stay, one of them out of the way of signals, and files. */
static void
use (SbSandbox *sandbox)
{
  g_autofree char *text = sb_test_shell_text (sb_sandbox_get_channel (sandbox),
                                              "sleep 1000 & setsid sh -c 'trap \"\" TERM HUP; sleep 1000 & wait' "
                                              ">/dev/null 2>&1 & head -c 300000 /dev/zero > data; echo used");

  g_assert_cmpstr (text, ==, "used\n");
}

/* The program that is killed: it makes sandboxes, uses them and removes them for ever. */
static void
own (const char *name)
{
  g_autoptr(SbSandboxManager) manager = NULL;
  g_autoptr(SbSandbox) previous = NULL;
  g_autoptr(GError) error = NULL;

  if (!sb_instance_hold (&error))
    g_error ("%s", error->message);
  printf ("%s\n", sb_instance_get_id ());
  fflush (stdout);

  manager = new_manager (name);
  sb_sandbox_manager_set_keep_spare (manager, TRUE);
  for (;;)
    {
      g_autoptr(SbSandbox) sandbox = create (manager);

      use (sandbox);
      if (previous != NULL)
        stop (manager, previous);
      g_set_object (&previous, sandbox);
    }
}

static GSubprocess *
spawn_owner (const char  *name,
             char       **instance)
{
  g_autoptr(GDataInputStream) output = NULL;
  g_autoptr(GError) error = NULL;
  GSubprocess *owner = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, OWNER, name, NULL);

  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (owner));
  *instance = g_data_input_stream_read_line (output, NULL, NULL, NULL);
  g_assert_nonnull (*instance);

  return owner;
}

static Leftovers
count (SbDockerClient *client,
       const char     *instance)
{
  Leftovers leftovers = { 0 };

  leftovers.processes = sb_orphans_count ();
  if (client != NULL)
    leftovers.in_engine = sb_live_engine_count (client, ".instance", instance);

  return leftovers;
}

/* How long it took until nothing was left, in µs; -1: something stayed for 2 s, the time that a person would notice. */
static gint64
wait_until_gone (SbDockerClient *client,
                 const char     *instance)
{
  gint64 begun = g_get_monotonic_time ();

  while (g_get_monotonic_time () - begun < 2 * G_USEC_PER_SEC)
    {
      Leftovers left = count (client, instance);

      if (left.processes == 0 && left.in_engine == 0)
        return g_get_monotonic_time () - begun;
      sb_test_iterate ();
    }

  return -1;
}

static guint
count_files (const char *directory)
{
  g_autoptr(GDir) dir = g_dir_open (directory, 0, NULL);
  guint files = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    files++;

  return files;
}

/* What a next start does: it sweeps what no dead man's switch can reach. */
static void
assert_next_start_sweeps (const char     *name,
                          SbDockerClient *client,
                          const char     *instance)
{
  g_autoptr(SbSandboxBackend) backend = new_probed_backend (name);

  g_assert_nonnull (backend);
  sb_test_wait_until (client == NULL || sb_live_engine_count (client, ".instance", instance) == 0);
}

/* On a busy machine the engine may keep the undertaker waiting: only what stays is a failure. */
static void
assert_no_process_stays (void)
{
  gint64 deadline = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  g_autofree char *left = NULL;

  while (sb_orphans_count () > 0 && g_get_monotonic_time () < deadline)
    sb_test_iterate ();
  left = sb_orphans_describe ();
  g_assert_cmpstr (left, ==, "");
}

static void
kill_owners (const char *name,
             guint       longest_ms)
{
  guint times = get_times ("SANDBAR_TEST_KILLS", 25);
  g_autoptr(SbDockerClient) client = NULL;
  gint64 slowest = 0;
  guint swept = 0;

  if (g_str_equal (name, "docker"))
    client = sb_live_engine_connect ();
  for (guint i = 0; i < times; i++)
    {
      g_autofree char *instance = NULL;
      g_autoptr(GSubprocess) owner = spawn_owner (name, &instance);
      gint64 gone = 0;

      g_usleep ((gulong) g_random_int_range (0, (gint32) longest_ms * 1000));
      g_subprocess_send_signal (owner, SIGKILL);
      g_subprocess_wait (owner, NULL, NULL);
      gone = wait_until_gone (client, instance);
      slowest = MAX (slowest, gone);
      swept += gone < 0;
      assert_no_process_stays ();
      if (gone < 0)
        assert_next_start_sweeps (name, client, instance);
    }
  g_test_message ("%s: %u owners killed within %u ms; slowest end of all %.0f ms; %u left something in the engine "
                  "for the next start", name, times, longest_ms, (double) slowest / 1000, swept);
}

static void
test_killed_early (gconstpointer data)
{
  if (can_run (data))
    kill_owners (data, EARLY_MS);
}

static void
test_killed_any_time (gconstpointer data)
{
  if (can_run (data))
    kill_owners (data, ANY_MS);
}

static void
shut_down (SbSandboxManager *manager)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_sandbox_manager_shutdown_async (manager, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_sandbox_manager_shutdown_finish (manager, result, NULL));
}

static void
test_cycles (gconstpointer data)
{
  guint times = get_times ("SANDBAR_TEST_CYCLES", 20);
  g_autoptr(SbSandboxManager) manager = NULL;
  g_autoptr(SbDockerClient) client = NULL;
  guint descriptors = 0;

  if (!can_run (data))
    return;

  client = g_str_equal (data, "docker") ? sb_live_engine_connect () : NULL;
  manager = new_manager (data);
  for (guint i = 0; i < times; i++)
    {
      g_autoptr(SbSandbox) sandbox = create (manager);

      use (sandbox);
      stop (manager, sandbox);
      /* The first opens what is kept, e.g. a connection to the engine. */
      if (i == 0)
        descriptors = count_files ("/proc/self/fd");
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (manager)), <=, 20);
  sb_test_wait_until (count_files ("/proc/self/fd") <= descriptors);
  shut_down (manager);
  g_assert_finalize_object (g_steal_pointer (&manager));
  sb_test_wait_until (sb_orphans_count () == 0);
  sb_test_wait_until (client == NULL || sb_live_engine_count (client, ".instance", sb_instance_get_id ()) == 0);
}

/* Locks of the dead go with the next start; nothing else was ever made. */
static void
test_files (gconstpointer data)
{
  g_autofree char *locks = g_build_filename (own_directory, "run", "sandbar", NULL);
  g_autofree char *temporary = g_build_filename (own_directory, "tmp", NULL);
  g_autofree char *instance = NULL;
  g_autoptr(GSubprocess) owner = NULL;
  g_autoptr(GSubprocess) next = NULL;

  owner = spawn_owner ("bwrap", &instance);
  g_subprocess_send_signal (owner, SIGKILL);
  g_subprocess_wait (owner, NULL, NULL);
  g_clear_pointer (&instance, g_free);

  next = spawn_owner ("bwrap", &instance);
  g_subprocess_send_signal (next, SIGKILL);
  g_subprocess_wait (next, NULL, NULL);
  sb_test_wait_until (sb_orphans_count () == 0);
  /* Its own, and ours if an engine made us take one. */
  g_assert_cmpuint (count_files (locks), <=, 2);
  g_assert_cmpuint (count_files (temporary), ==, 0);
}

static void
make_directories (void)
{
  static const char *const variables[] = { "XDG_RUNTIME_DIR", "TMPDIR" };
  static const char *const names[] = { "run", "tmp" };

  own_directory = sb_test_make_dir ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (own_directory, names[i], NULL);

      g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
      g_setenv (variables[i], path, TRUE);
    }
}

int
main (int    argc,
      char **argv)
{
  int status = 0;

  if (argc == 3 && strcmp (argv[1], OWNER) == 0)
    own (argv[2]);

  program = argv[0];
  make_directories ();
  sb_orphans_adopt ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/live/leftovers/bwrap/killed-early", "bwrap", test_killed_early);
  g_test_add_data_func ("/live/leftovers/bwrap/killed-any-time", "bwrap", test_killed_any_time);
  g_test_add_data_func ("/live/leftovers/bwrap/cycles", "bwrap", test_cycles);
  g_test_add_data_func ("/live/leftovers/docker/killed-early", "docker", test_killed_early);
  g_test_add_data_func ("/live/leftovers/docker/killed-any-time", "docker", test_killed_any_time);
  g_test_add_data_func ("/live/leftovers/docker/cycles", "docker", test_cycles);
  g_test_add_data_func ("/live/leftovers/files", NULL, test_files);
  status = g_test_run ();
  sb_test_remove_dir (own_directory);
  g_clear_pointer (&own_directory, g_free);

  return status;
}
