/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-engine-discovery.h"
#include "sb-sandbox-backend.h"
#include "sb-test.h"

#include <signal.h>
#include <string.h>

#define JOB "initialize a sandbox, write hello.js that prints the first 20 primes, and run it"

/* Only the engine that the tests started; the user's own is never touched. */
static gboolean
have_test_engine (void)
{
  const char *reason = g_getenv ("SANDBAR_TEST_NO_DOCKER");

  if (g_getenv ("SANDBAR_TEST_DOCKER_HOST") != NULL)
    return TRUE;
  g_test_skip (reason != NULL ? reason : "SANDBAR_TEST_DOCKER_HOST names no engine");

  return FALSE;
}

/* FALSE, and the test is skipped, when the backend does not work here. */
static gboolean
can_run (const char *name)
{
  g_autoptr(SbEngineList) engines = NULL;
  g_autofree char *reasons = g_strdup ("no endpoint");

  if (g_str_equal (name, "docker"))
    return have_test_engine ();

  engines = sb_engine_discovery_run (name, NULL, NULL, NULL);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (engines)); i++)
    {
      g_autoptr(SbEngine) engine = g_list_model_get_item (G_LIST_MODEL (engines), i);
      g_autoptr(GAsyncResult) result = NULL;
      g_autoptr(GError) error = NULL;

      sb_engine_probe_async (engine, sb_test_keep_result, &result);
      sb_test_wait_until (result != NULL);
      if (sb_engine_probe_finish (engine, result, &error))
        return TRUE;
      g_free (reasons);
      reasons = g_strdup (error->message);
    }
  g_test_skip (reasons);

  return FALSE;
}

static GSubprocess *
launch (const char *backend,
        const char *dir,
        const char *text)
{
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                                       G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autofree char *program = g_build_filename (g_getenv ("SB_TEST_BUILD_ROOT"), "src", "cli", "sandbar-cli", NULL);
  g_autofree char *option = g_strconcat ("--backend=", backend, NULL);
  g_autoptr(GError) error = NULL;
  GSubprocess *child;

  g_subprocess_launcher_set_cwd (launcher, dir);
  g_subprocess_launcher_setenv (launcher, "XDG_DATA_HOME", dir, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_CONFIG_HOME", dir, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", dir, TRUE);
  if (g_str_equal (backend, "docker"))
    g_subprocess_launcher_setenv (launcher, "DOCKER_HOST", g_getenv ("SANDBAR_TEST_DOCKER_HOST"), TRUE);
  child = g_subprocess_launcher_spawn (launcher, &error, program, "chat", "--profile=rehearsal", option, text, NULL);
  g_assert_no_error (error);

  return child;
}

/* "pid (name) state parent …"; the name is in the way of a plain split. FALSE when the process is gone or dead. */
static gboolean
read_stat (const char  *pid,
           char       **name,
           char       **parent)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "stat", NULL);
  g_autofree char *stat = NULL;
  g_auto(GStrv) fields = NULL;
  char *open, *close;

  if (!g_file_get_contents (path, &stat, NULL, NULL))
    return FALSE;
  open = strchr (stat, '(');
  close = strrchr (stat, ')');
  g_assert_true (open != NULL && close != NULL);
  fields = g_strsplit (close + 2, " ", 3);
  if (fields[0][0] == 'Z' || fields[0][0] == 'X')
    return FALSE;

  *name = g_strndup (open + 1, close - open - 1);
  *parent = g_strdup (fields[1]);

  return TRUE;
}

/* Adds the ids of the processes below @pid; TRUE when one of them has that name. */
static gboolean
add_descendants (GPtrArray  *pids,
                 const char *pid,
                 const char *wanted)
{
  g_autoptr(GDir) proc = g_dir_open ("/proc", 0, NULL);
  gboolean found = FALSE;
  const char *entry;

  while ((entry = g_dir_read_name (proc)) != NULL)
    {
      g_autofree char *name = NULL;
      g_autofree char *parent = NULL;

      if (!g_ascii_isdigit (entry[0]) || !read_stat (entry, &name, &parent) || strcmp (parent, pid) != 0)
        continue;
      g_ptr_array_add (pids, g_strdup (entry));
      found |= strcmp (name, wanted) == 0;
      found |= add_descendants (pids, entry, wanted);
    }

  return found;
}

static gboolean
all_gone (GPtrArray *pids)
{
  for (guint i = 0; i < pids->len; i++)
    {
      g_autofree char *name = NULL;
      g_autofree char *parent = NULL;

      if (read_stat (g_ptr_array_index (pids, i), &name, &parent))
        return FALSE;
    }

  return TRUE;
}

static GPtrArray *
wait_for_descendant (GSubprocess *child,
                     const char  *name)
{
  GPtrArray *pids = g_ptr_array_new_with_free_func (g_free);

  sb_test_wait_until ((g_ptr_array_set_size (pids, 0),
                       add_descendants (pids, g_subprocess_get_identifier (child), name)));

  return pids;
}

static int
finish (GSubprocess  *child,
        char        **out)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *err = NULL;

  g_subprocess_communicate_utf8_async (child, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_subprocess_communicate_utf8_finish (child, result, out, &err, &error);
  g_assert_no_error (error);
  g_test_message ("out: %s", *out);
  g_test_message ("err: %s", err);
  g_assert_true (g_subprocess_get_if_exited (child));

  return g_subprocess_get_exit_status (child);
}

static void
test_job (gconstpointer backend)
{
  g_autofree char *dir = NULL;
  g_autofree char *out = NULL;
  g_autoptr(GSubprocess) child = NULL;

  if (!can_run (backend))
    return;

  dir = sb_test_make_dir ();
  child = launch (backend, dir, JOB);
  g_assert_cmpint (finish (child, &out), ==, 0);

  g_assert_nonnull (strstr (out, "initSandbox · ready"));
  g_assert_nonnull (strstr (out, "writeFile hello.js · written"));
  g_assert_nonnull (strstr (out, "exit 0"));
  g_assert_true (g_regex_match_simple ("2\\D+3\\D+5\\D+7\\D+11\\D+13\\D.*61\\D+67\\D+71", out, G_REGEX_DOTALL, 0));
}

/* Code that wants the network fails, and is shown as the isolation at work. */
static void
test_no_network (gconstpointer backend)
{
  g_autofree char *dir = NULL;
  g_autofree char *out = NULL;
  g_autoptr(GSubprocess) child = NULL;

  if (!can_run (backend))
    return;

  dir = sb_test_make_dir ();
  child = launch (backend, dir, "initialize a sandbox and fetch http://example.com");
  g_assert_cmpint (finish (child, &out), ==, 0);
  g_assert_nonnull (strstr (out, "no network"));
}

static void
wait_for (GSubprocess *child)
{
  g_autoptr(GAsyncResult) result = NULL;

  g_subprocess_wait_async (child, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
}

/* Ended in the middle of a command, in order and by force: nothing is left behind. */
static void
test_ended (gconstpointer data)
{
  int signal_number = GPOINTER_TO_INT (data);
  g_autofree char *dir = NULL;
  g_autoptr(GPtrArray) pids = NULL;
  g_autoptr(GSubprocess) child = NULL;

  if (!can_run ("bwrap"))
    return;

  dir = sb_test_make_dir ();
  child = launch ("bwrap", dir, "initialize a sandbox and run sleep 600");
  pids = wait_for_descendant (child, "sleep");
  g_assert_cmpuint (pids->len, >=, 3); /* bwrap, sandbar-init, sleep */
  g_subprocess_send_signal (child, signal_number);
  wait_for (child);
  if (signal_number == SIGINT)
    g_assert_cmpint (g_subprocess_get_exit_status (child), ==, 130);
  sb_test_wait_until (all_gone (pids));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  g_test_add_data_func ("/cli-job/bwrap/job", "bwrap", test_job);
  g_test_add_data_func ("/cli-job/bwrap/no-network", "bwrap", test_no_network);
  g_test_add_data_func ("/cli-job/bwrap/interrupted", GINT_TO_POINTER (SIGINT), test_ended);
  g_test_add_data_func ("/cli-job/bwrap/killed", GINT_TO_POINTER (SIGKILL), test_ended);
  g_test_add_data_func ("/cli-job/docker/job", "docker", test_job);
  g_test_add_data_func ("/cli-job/docker/no-network", "docker", test_no_network);

  return g_test_run ();
}
