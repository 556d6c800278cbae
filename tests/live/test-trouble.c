/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "sb-live-engine.h"
#include "sb-orphans.h"
#include "sb-test.h"
#include "sb-trouble.h"

#define MIB (1024 * 1024)
#define BUDGET (64 * MIB)

static void
set_up (SbTrouble     *fixture,
        gconstpointer  data)
{
  gboolean wants_engine = g_str_equal (data, "docker");

  if (wants_engine)
    fixture->engine = sb_live_engine_connect ();
  if (!wants_engine || fixture->engine != NULL)
    sb_trouble_open (fixture, fixture->engine);
}

static void
tear_down (SbTrouble     *fixture,
           gconstpointer  data)
{
  sb_trouble_close (fixture);
  g_clear_object (&fixture->engine);
  sb_test_wait_until (sb_orphans_count () == 0);
}

/* "VmRSS:" or "VmHWM:", in bytes. */
static gsize
read_memory (const char *field)
{
  g_autofree char *status = NULL;
  const char *found = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  found = strstr (status, field);
  g_assert_nonnull (found);

  return (gsize) g_ascii_strtoull (g_strchug ((char *) found + strlen (field)), NULL, 10) * 1024;
}

static void
test_flood (SbTrouble     *fixture,
            gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) result = NULL;
  gsize before = 0;

  if (fixture->manager == NULL)
    return;

  sb_trouble_init_sandbox (fixture);
  before = read_memory ("VmRSS:");
  g_assert_true (g_file_set_contents_full ("/proc/self/clear_refs", "5", 1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  result = sb_trouble_call (fixture, "exec", "{\"command\":\"yes | head -c 1000000000\",\"timeoutMs\":120000}");
  g_assert_cmpuint (strlen (result->text), <, 40 * 1024);
  g_assert_nonnull (strstr (result->text, "exit code: "));
  g_test_message ("%" G_GSIZE_FORMAT " KiB more at the peak of the flood", (read_memory ("VmHWM:") - before) / 1024);
  g_assert_cmpuint (read_memory ("VmHWM:") - before, <, BUDGET);
  sb_trouble_assert_usable (fixture);
}

static void
test_endless (SbTrouble     *fixture,
              gconstpointer  data)
{
  if (fixture->manager == NULL)
    return;

  sb_trouble_init_sandbox (fixture);
  sb_trouble_assert_call (fixture, "exec",
                          "{\"command\":\"trap '' TERM; while :; do sleep 1; done\",\"timeoutMs\":200}", TRUE,
                          "(timed out)");
  sb_trouble_assert_usable (fixture);
}

static void
kill_from_outside (SbTrouble *fixture)
{
  g_autoptr(SbSandbox) sandbox = g_list_model_get_item (G_LIST_MODEL (fixture->manager), 0);
  g_autofree char *path = g_strdup_printf ("/containers/sandbar-%s?force=1", sb_sandbox_get_id (sandbox));
  g_autoptr(JsonNode) node = NULL;
  g_autoptr(GError) error = NULL;

  if (fixture->engine == NULL)
    {
      sb_orphans_signal (SIGKILL);
      return;
    }
  node = sb_live_engine_call (fixture->engine, "DELETE", path, &error);
  g_assert_no_error (error);
}

static void
test_killed_from_outside (SbTrouble     *fixture,
                          gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;

  if (fixture->manager == NULL)
    return;

  sb_trouble_init_sandbox (fixture);
  sb_trouble_begin_endless (fixture, &result);
  kill_from_outside (fixture);
  sb_trouble_end_as_gone (fixture, &result, "");
  sb_trouble_assert_says_how_to_go_on (fixture);
}

static void
call_engine (SbTrouble  *fixture,
             const char *verb)
{
  g_autoptr(SbSandbox) sandbox = g_list_model_get_item (G_LIST_MODEL (fixture->manager), 0);
  g_autofree char *path = g_strdup_printf ("/containers/sandbar-%s/%s", sb_sandbox_get_id (sandbox), verb);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = sb_live_engine_call (fixture->engine, "POST", path, &error);

  g_assert_no_error (error);
}

static void
wait_for_message (SbTrouble  *fixture,
                  const char *part)
{
  g_autoptr(SbSandbox) sandbox = g_list_model_get_item (G_LIST_MODEL (fixture->manager), 0);
  gint64 deadline = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  const char *message = sb_sandbox_get_message (sandbox);

  while ((part != NULL ? message == NULL || strstr (message, part) == NULL : message != NULL)
         && g_get_monotonic_time () < deadline)
    {
      sb_test_iterate ();
      message = sb_sandbox_get_message (sandbox);
    }
  g_assert_true (part != NULL ? message != NULL && strstr (message, part) != NULL : message == NULL);
}

/* Told while it lasts; thawed soon enough, nothing is lost. */
static void
test_paused_from_outside (SbTrouble     *fixture,
                          gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GAsyncResult) lost = NULL;
  g_autoptr(SbMcpToolResult) tool_result = NULL;
  g_autoptr(SbMcpToolResult) gone = NULL;

  if (fixture->manager == NULL)
    return;

  sb_trouble_init_sandbox (fixture);
  g_string_truncate (fixture->progress, 0);
  sb_trouble_begin (fixture, "exec", "{\"command\":\"echo begun; sleep 3; echo ended\",\"timeoutMs\":100000}", &result);
  sb_test_wait_until (strstr (fixture->progress->str, "begun") != NULL);
  call_engine (fixture, "pause");
  wait_for_message (fixture, "paused from outside");
  call_engine (fixture, "unpause");
  tool_result = sb_trouble_end (fixture, &result);
  g_assert_nonnull (strstr (tool_result->text, "ended"));
  wait_for_message (fixture, NULL);
  sb_trouble_assert_usable (fixture);

  sb_trouble_begin_endless (fixture, &lost);
  call_engine (fixture, "pause");
  gone = sb_trouble_end (fixture, &lost);
  g_assert_true (gone->is_error);
  g_assert_nonnull (strstr (gone->text, "paused from outside"));
  g_assert_nonnull (strstr (gone->text, "initSandbox"));
  sb_trouble_assert_says_how_to_go_on (fixture);
}

/* Nothing ends, and nothing answers either. */
static void
test_frozen (SbTrouble     *fixture,
             gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;

  if (fixture->manager == NULL)
    return;

  sb_trouble_init_sandbox (fixture);
  sb_trouble_begin_endless (fixture, &result);
  sb_orphans_signal (SIGSTOP);
  sb_trouble_end_as_gone (fixture, &result, "has not answered");
  sb_test_wait_until (sb_orphans_count () == 0);
  sb_trouble_assert_says_how_to_go_on (fixture);
}

/* We hold still for longer than the lease, as on a machine that is suspended: the sandbox has ended by itself, and
 * what was going on says so when we go on. The other process wakes us when it has. */
static void
test_suspended (SbTrouble     *fixture,
                gconstpointer  data)
{
  static const char script[] =
    "kill -STOP $PPID; while ps --ppid $PPID -o stat=,comm= | grep sandbar-init | grep -qv ^Z; do sleep 1; done;"
    " kill -CONT $PPID";
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GSubprocess) other = NULL;
  g_autoptr(GError) error = NULL;

  if (fixture->manager == NULL)
    return;

  sb_trouble_init_sandbox (fixture);
  sb_trouble_begin_endless (fixture, &result);
  other = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "sh", "-c", script, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (other, NULL, &error));
  g_assert_no_error (error);
  sb_trouble_end_as_gone (fixture, &result, "");
  sb_trouble_assert_says_how_to_go_on (fixture);
}

/* What runs in it may end everything but PID 1: that one goes on. */
static void
test_kills_all (SbTrouble     *fixture,
                gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbMcpToolResult) tool_result = NULL;

  if (fixture->manager == NULL)
    return;

  sb_trouble_init_sandbox (fixture);
  sb_trouble_begin (fixture, "exec", "{\"command\":\"kill -9 1; kill -STOP 1; kill -9 -1; kill -9 $$\"}", &result);
  tool_result = sb_trouble_end (fixture, &result);
  g_assert_nonnull (strstr (tool_result->text, "(signal 9"));
  sb_trouble_assert_usable (fixture);
}

static void
signal_engine (const char *directory,
               int         signal_number)
{
  g_autofree char *path = g_build_filename (directory, "dockerd.pid", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpint (kill (atoi (text), signal_number), ==, 0);
}

/* An engine of its own: it is frozen, thawed, ended and started again while tools run. */
static void
test_engine (gconstpointer data)
{
  SbTrouble fixture = { 0 };
  g_autoptr(SbDockerClient) other = sb_live_engine_connect ();
  g_autoptr(SbDockerClient) client = NULL;
  g_autoptr(GAsyncResult) frozen = NULL;
  g_autoptr(GAsyncResult) stopped = NULL;
  g_autofree char *directory = NULL;
  g_autofree char *host = NULL;
  g_autofree char *again = NULL;

  if (other == NULL)
    return;

  directory = sb_test_make_dir ();
  host = sb_trouble_start_engine (directory);
  client = sb_docker_client_new (host, NULL);
  g_assert_true (sb_trouble_open (&fixture, client));

  sb_trouble_init_sandbox (&fixture);
  sb_trouble_begin_endless (&fixture, &frozen);
  signal_engine (directory, SIGSTOP);
  sb_trouble_end_as_gone (&fixture, &frozen, "has not answered");
  sb_trouble_assert_call (&fixture, "initSandbox", "{}", TRUE, "did not answer");
  signal_engine (directory, SIGCONT);
  sb_trouble_assert_says_how_to_go_on (&fixture);

  sb_trouble_begin_endless (&fixture, &stopped);
  g_free (sb_live_engine_script ("test-engine", NULL, "stop", directory));
  sb_trouble_end_as_gone (&fixture, &stopped, "");
  sb_trouble_assert_call (&fixture, "initSandbox", "{}", TRUE, "Start Docker");
  again = sb_trouble_start_engine (directory);
  sb_trouble_assert_says_how_to_go_on (&fixture);

  sb_trouble_close (&fixture);
  g_free (sb_live_engine_script ("test-engine", NULL, "stop", directory));
  sb_test_remove_dir (directory);
}

#define ADD(backend, name, func) \
  g_test_add ("/live/trouble/" backend "/" name, SbTrouble, backend, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  sb_orphans_adopt ();
  ADD ("bwrap", "flood", test_flood);
  ADD ("bwrap", "endless", test_endless);
  ADD ("bwrap", "killed-from-outside", test_killed_from_outside);
  ADD ("bwrap", "frozen", test_frozen);
  ADD ("bwrap", "suspended", test_suspended);
  ADD ("bwrap", "kills-all", test_kills_all);
  ADD ("docker", "kills-all", test_kills_all);
  ADD ("docker", "flood", test_flood);
  ADD ("docker", "endless", test_endless);
  ADD ("docker", "killed-from-outside", test_killed_from_outside);
  ADD ("docker", "paused-from-outside", test_paused_from_outside);
  g_test_add_data_func ("/live/trouble/docker/engine", NULL, test_engine);

  return g_test_run ();
}
