/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "sb-bwrap-backend.h"
#include "sb-docker-backend.h"
#include "sb-json.h"
#include "sb-live-engine.h"
#include "sb-mcp-client.h"
#include "sb-mcp-memory-transport.h"
#include "sb-orphans.h"
#include "sb-sandbox-server.h"
#include "sb-test.h"

#define MIB (1024 * 1024)
#define BUDGET (64 * MIB)

/* What can go wrong while a tool runs, as the agent sees it: manager and tools on a real backend. */
typedef struct
{
  SbDockerClient   *engine; /* nullable: bubblewrap */
  SbSandboxManager *manager; /* nullable: skipped */
  SbMcpServer      *server;
  SbMcpClient      *client;
  GString          *progress;
} Fixture;

static gboolean
open_manager (Fixture        *fixture,
              SbDockerClient *engine)
{
  g_autoptr(GListStore) backends = g_list_store_new (SB_TYPE_SANDBOX_BACKEND);
  g_autoptr(SbSandboxBackend) backend = NULL;
  g_autoptr(SbMcpTransport) a = NULL;
  g_autoptr(SbMcpTransport) b = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  backend = engine != NULL ? sb_docker_backend_new (engine, NULL, NULL) : sb_bwrap_backend_new (NULL);
  if (!sb_live_engine_probe (backend, &error))
    {
      g_test_skip (error->message);
      return FALSE;
    }

  fixture->progress = g_string_new (NULL);
  g_list_store_append (backends, backend);
  fixture->manager = sb_sandbox_manager_new (G_LIST_MODEL (backends));
  fixture->server = sb_sandbox_server_new (fixture->manager, NULL, NULL);
  sb_mcp_memory_transport_new_pair (&a, &b);
  sb_mcp_server_accept (fixture->server, b);
  fixture->client = sb_mcp_client_new (a);
  sb_mcp_client_initialize_async (fixture->client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_mcp_client_initialize_finish (fixture->client, result, NULL));

  return TRUE;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  gboolean wants_engine = g_str_equal (data, "docker");

  if (wants_engine)
    fixture->engine = sb_live_engine_connect ();
  if (!wants_engine || fixture->engine != NULL)
    open_manager (fixture, fixture->engine);
}

static void
close_manager (Fixture *fixture)
{
  g_autoptr(GAsyncResult) result = NULL;

  if (fixture->manager == NULL)
    return;

  sb_mcp_client_close (fixture->client);
  sb_test_wait_until (sb_mcp_server_get_n_sessions (fixture->server) == 0);
  sb_sandbox_manager_shutdown_async (fixture->manager, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_clear_object (&fixture->client);
  g_clear_object (&fixture->server);
  g_clear_object (&fixture->manager);
  g_string_free (fixture->progress, TRUE);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  close_manager (fixture);
  g_clear_object (&fixture->engine);
  sb_test_wait_until (sb_orphans_count () == 0);
}

static void
progress_cb (double      progress,
             double      total,
             const char *text,
             gpointer    user_data)
{
  if (text != NULL)
    g_string_append (user_data, text);
}

static void
begin (Fixture       *fixture,
       const char    *name,
       const char    *arguments,
       GAsyncResult **result)
{
  g_autoptr(JsonObject) object = sb_json_parse_object (arguments, -1, NULL);

  g_assert_nonnull (object);
  sb_mcp_client_call_tool_async (fixture->client, name, object, NULL, 0, progress_cb, fixture->progress, NULL,
                                 sb_test_keep_result, result);
}

/* A silence is only believed after half a minute, and an engine is asked more than once. */
static SbMcpToolResult *
end (Fixture       *fixture,
     GAsyncResult **result)
{
  gint64 deadline = g_get_monotonic_time () + 150 * G_USEC_PER_SEC;
  g_autoptr(GError) error = NULL;
  SbMcpToolResult *tool_result = NULL;

  while (*result == NULL && g_get_monotonic_time () < deadline)
    sb_test_iterate ();
  g_assert_nonnull (*result);
  tool_result = sb_mcp_client_call_tool_finish (fixture->client, *result, &error);
  g_assert_no_error (error);
  g_test_message ("%.300s", tool_result->text);

  return tool_result;
}

static SbMcpToolResult *
call (Fixture    *fixture,
      const char *name,
      const char *arguments)
{
  g_autoptr(GAsyncResult) result = NULL;

  begin (fixture, name, arguments, &result);

  return end (fixture, &result);
}

static void
assert_call (Fixture    *fixture,
             const char *name,
             const char *arguments,
             gboolean    is_error,
             const char *expected)
{
  g_autoptr(SbMcpToolResult) result = call (fixture, name, arguments);

  g_assert_nonnull (strstr (result->text, expected));
  g_assert_cmpint (result->is_error, ==, is_error);
}

static void
init_sandbox (Fixture *fixture)
{
  assert_call (fixture, "initSandbox", "{}", FALSE, "started sandbox id: ");
}

static void
assert_usable (Fixture *fixture)
{
  assert_call (fixture, "exec", "{\"command\":[\"echo\",\"still here\"]}", FALSE, "still here");
}

static void
assert_says_how_to_go_on (Fixture *fixture)
{
  assert_call (fixture, "exec", "{\"command\":[\"true\"]}", TRUE, "initSandbox");
  init_sandbox (fixture);
  assert_usable (fixture);
}

static void
begin_endless (Fixture       *fixture,
               GAsyncResult **result)
{
  g_string_truncate (fixture->progress, 0);
  begin (fixture, "exec", "{\"command\":\"echo begun; sleep 1000\"}", result);
  sb_test_wait_until (strstr (fixture->progress->str, "begun") != NULL);
}

static void
end_as_gone (Fixture       *fixture,
             GAsyncResult **result,
             const char    *reason)
{
  g_autoptr(SbMcpToolResult) tool_result = end (fixture, result);

  g_assert_true (tool_result->is_error);
  g_assert_nonnull (strstr (tool_result->text, "is gone, and its files with it. It was killed from outside, or its "
                                               "engine went away"));
  g_assert_nonnull (strstr (tool_result->text, reason));
  g_assert_nonnull (strstr (tool_result->text, "initSandbox"));
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
test_flood (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) result = NULL;
  gsize before = 0;

  if (fixture->manager == NULL)
    return;

  init_sandbox (fixture);
  before = read_memory ("VmRSS:");
  g_assert_true (g_file_set_contents_full ("/proc/self/clear_refs", "5", 1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  result = call (fixture, "exec", "{\"command\":\"yes | head -c 1000000000\",\"timeoutMs\":120000}");
  g_assert_cmpuint (strlen (result->text), <, 40 * 1024);
  g_assert_nonnull (strstr (result->text, "exit code: "));
  g_test_message ("%" G_GSIZE_FORMAT " KiB more at the peak of the flood", (read_memory ("VmHWM:") - before) / 1024);
  g_assert_cmpuint (read_memory ("VmHWM:") - before, <, BUDGET);
  assert_usable (fixture);
}

static void
test_endless (Fixture       *fixture,
              gconstpointer  data)
{
  if (fixture->manager == NULL)
    return;

  init_sandbox (fixture);
  assert_call (fixture, "exec", "{\"command\":\"trap '' TERM; while :; do sleep 1; done\",\"timeoutMs\":200}", TRUE,
               "(timed out)");
  assert_usable (fixture);
}

static void
kill_from_outside (Fixture *fixture)
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
test_killed_from_outside (Fixture       *fixture,
                          gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;

  if (fixture->manager == NULL)
    return;

  init_sandbox (fixture);
  begin_endless (fixture, &result);
  kill_from_outside (fixture);
  end_as_gone (fixture, &result, "");
  assert_says_how_to_go_on (fixture);
}

static void
call_engine (Fixture    *fixture,
             const char *verb)
{
  g_autoptr(SbSandbox) sandbox = g_list_model_get_item (G_LIST_MODEL (fixture->manager), 0);
  g_autofree char *path = g_strdup_printf ("/containers/sandbar-%s/%s", sb_sandbox_get_id (sandbox), verb);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = sb_live_engine_call (fixture->engine, "POST", path, &error);

  g_assert_no_error (error);
}

static void
wait_for_message (Fixture    *fixture,
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
test_paused_from_outside (Fixture       *fixture,
                          gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GAsyncResult) lost = NULL;
  g_autoptr(SbMcpToolResult) tool_result = NULL;
  g_autoptr(SbMcpToolResult) gone = NULL;

  if (fixture->manager == NULL)
    return;

  init_sandbox (fixture);
  g_string_truncate (fixture->progress, 0);
  begin (fixture, "exec", "{\"command\":\"echo begun; sleep 3; echo ended\",\"timeoutMs\":100000}", &result);
  sb_test_wait_until (strstr (fixture->progress->str, "begun") != NULL);
  call_engine (fixture, "pause");
  wait_for_message (fixture, "paused from outside");
  call_engine (fixture, "unpause");
  tool_result = end (fixture, &result);
  g_assert_nonnull (strstr (tool_result->text, "ended"));
  wait_for_message (fixture, NULL);
  assert_usable (fixture);

  begin_endless (fixture, &lost);
  call_engine (fixture, "pause");
  gone = end (fixture, &lost);
  g_assert_true (gone->is_error);
  g_assert_nonnull (strstr (gone->text, "paused from outside"));
  g_assert_nonnull (strstr (gone->text, "initSandbox"));
  assert_says_how_to_go_on (fixture);
}

/* Nothing ends, and nothing answers either. */
static void
test_frozen (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;

  if (fixture->manager == NULL)
    return;

  init_sandbox (fixture);
  begin_endless (fixture, &result);
  sb_orphans_signal (SIGSTOP);
  end_as_gone (fixture, &result, "has not answered");
  sb_test_wait_until (sb_orphans_count () == 0);
  assert_says_how_to_go_on (fixture);
}

/* We hold still for longer than the lease, as on a machine that is suspended: the sandbox has ended by itself, and
 * what was going on says so when we go on. The other process wakes us when it has. */
static void
test_suspended (Fixture       *fixture,
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

  init_sandbox (fixture);
  begin_endless (fixture, &result);
  other = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "sh", "-c", script, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (other, NULL, &error));
  g_assert_no_error (error);
  end_as_gone (fixture, &result, "");
  assert_says_how_to_go_on (fixture);
}

/* What runs in it may end everything but PID 1: that one goes on. */
static void
test_kills_all (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbMcpToolResult) tool_result = NULL;

  if (fixture->manager == NULL)
    return;

  init_sandbox (fixture);
  begin (fixture, "exec", "{\"command\":\"kill -9 1; kill -STOP 1; kill -9 -1; kill -9 $$\"}", &result);
  tool_result = end (fixture, &result);
  g_assert_nonnull (strstr (tool_result->text, "(signal 9"));
  assert_usable (fixture);
}

static char *
start_engine (const char *directory)
{
  char *host = sb_live_engine_script ("test-engine", NULL, "start", directory);

  g_free (sb_live_engine_script ("build-image", host, NULL, NULL));

  return host;
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
  Fixture fixture = { 0 };
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
  host = start_engine (directory);
  client = sb_docker_client_new (host, NULL);
  g_assert_true (open_manager (&fixture, client));

  init_sandbox (&fixture);
  begin_endless (&fixture, &frozen);
  signal_engine (directory, SIGSTOP);
  end_as_gone (&fixture, &frozen, "has not answered");
  assert_call (&fixture, "initSandbox", "{}", TRUE, "did not answer");
  signal_engine (directory, SIGCONT);
  assert_says_how_to_go_on (&fixture);

  begin_endless (&fixture, &stopped);
  g_free (sb_live_engine_script ("test-engine", NULL, "stop", directory));
  end_as_gone (&fixture, &stopped, "");
  assert_call (&fixture, "initSandbox", "{}", TRUE, "Start Docker");
  again = start_engine (directory);
  assert_says_how_to_go_on (&fixture);

  close_manager (&fixture);
  g_free (sb_live_engine_script ("test-engine", NULL, "stop", directory));
  sb_test_remove_dir (directory);
}

#define ADD(backend, name, func) \
  g_test_add ("/live/trouble/" backend "/" name, Fixture, backend, set_up, func, tear_down)

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
