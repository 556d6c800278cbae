/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <signal.h>

#include "sb-bwrap-backend.h"
#include "sb-json.h"
#include "sb-live-server.h"
#include "sb-mcp-child-transport.h"
#include "sb-mcp-client.h"
#include "sb-mcp-http-transport.h"
#include "sb-test.h"

/* The stdio server as a program, on bubblewrap, as an MCP client sees it. */
typedef struct
{
  SbMcpClient *client; /* NULL: skipped */
  GString     *progress;
  GError      *error;
  gboolean     closed;
} Fixture;

static char *
find_problem (void)
{
  g_autoptr(SbSandboxBackend) backend = sb_bwrap_backend_new (NULL);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_sandbox_backend_probe_async (backend, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_sandbox_backend_probe_finish (backend, result, &error) ? NULL : g_strdup (error->message);
}

static void
closed_cb (SbMcpClient  *client,
           const GError *error,
           gpointer      user_data)
{
  Fixture *fixture = user_data;

  fixture->closed = TRUE;
  fixture->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autofree char *program = g_build_filename (g_getenv ("SB_TEST_BUILD_ROOT"), "src", "sandbox-server",
                                               "sandbar-sandbox", NULL);
  const char * const argv[] = { program, "--backend=bwrap", NULL };
  g_autofree char *problem = find_problem ();
  g_autoptr(SbMcpTransport) transport = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  if (problem != NULL)
    {
      g_test_skip (problem);
      return;
    }

  transport = sb_mcp_child_transport_new (argv, NULL, NULL, &error);
  g_assert_no_error (error);
  fixture->progress = g_string_new (NULL);
  fixture->client = sb_mcp_client_new (transport);
  g_signal_connect (fixture->client, "closed", G_CALLBACK (closed_cb), fixture);
  sb_mcp_client_initialize_async (fixture->client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_mcp_client_initialize_finish (fixture->client, result, &error));
  g_assert_no_error (error);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  if (fixture->client == NULL)
    return;

  sb_mcp_client_close (fixture->client);
  sb_test_wait_until (fixture->closed);
  g_assert_finalize_object (fixture->client);
  g_clear_error (&fixture->error);
  g_string_free (fixture->progress, TRUE);
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
       GCancellable  *cancellable,
       GAsyncResult **result)
{
  g_autoptr(JsonObject) object = sb_json_parse_object (arguments, -1, NULL);

  g_assert_nonnull (object);
  sb_mcp_client_call_tool_async (fixture->client, name, object, NULL, 0, progress_cb, fixture->progress, cancellable,
                                 sb_test_keep_result, result);
}

static SbMcpToolResult *
call (Fixture    *fixture,
      const char *name,
      const char *arguments)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  SbMcpToolResult *tool_result = NULL;

  begin (fixture, name, arguments, NULL, &result);
  sb_test_wait_until (result != NULL);
  tool_result = sb_mcp_client_call_tool_finish (fixture->client, result, &error);
  g_assert_no_error (error);

  return tool_result;
}

static void
call_fine (Fixture    *fixture,
           const char *name,
           const char *arguments,
           const char *expected)
{
  g_autoptr(SbMcpToolResult) result = call (fixture, name, arguments);

  g_test_message ("%s: %s", name, result->text);
  g_assert_false (result->is_error);
  g_assert_nonnull (strstr (result->text, expected));
}

static void
call_wrong (Fixture    *fixture,
            const char *name,
            const char *arguments,
            const char *expected)
{
  g_autoptr(SbMcpToolResult) result = call (fixture, name, arguments);

  g_test_message ("%s: %s", name, result->text);
  g_assert_true (result->is_error);
  g_assert_nonnull (strstr (result->text, expected));
}

static void
test_job (Fixture       *fixture,
          gconstpointer  data)
{
  if (fixture->client == NULL)
    return;

  call_wrong (fixture, "exec", "{\"command\":[\"true\"]}", "You need to initialize a sandbox first");
  call_fine (fixture, "initSandbox", "{}", "started sandbox id: ");
  call_fine (fixture, "writeFile",
             "{\"filename\":\"hello.sh\",\"contents\":\"i=1; while [ $i -le 3 ]; do echo $i; i=$((i+1)); done\"}",
             "success");
  call_fine (fixture, "exec", "{\"command\":[\"sh\",\"hello.sh\"]}", "stdout: 1\n2\n3\n\n\nstderr: \n\nexit code: 0");
  g_assert_cmpstr (fixture->progress->str, ==, "1\n2\n3\n");
  call_fine (fixture, "exec", "{\"command\":\"echo oh >&2; exit 7\"}", "stderr: oh\n\n\nexit code: 7");
  call_fine (fixture, "listFiles", "{}", "hello.sh");
  call_wrong (fixture, "exec", "{\"command\":[\"true\"],\"containerId\":\"nope\"}", "listSandboxes");
  call_fine (fixture, "stopSandbox", "{}", "stopped sandbox id: ");
  call_wrong (fixture, "exec", "{\"command\":[\"true\"]}", "You need to initialize a sandbox first");
}

static void
test_node (Fixture       *fixture,
           gconstpointer  data)
{
  g_autofree char *node = g_find_program_in_path ("node");

  if (fixture->client == NULL)
    return;
  if (node == NULL || !g_str_has_prefix (node, "/usr/"))
    {
      g_test_skip ("There is no node below /usr, which is what bubblewrap sandboxes see.");
      return;
    }

  call_fine (fixture, "initSandbox", "{}", "started");
  call_fine (fixture, "writeFile",
             "{\"filename\":\"a.js\",\"contents\":\"console.log([1,2,3].map(x => x * 2).join())\"}", "success");
  call_fine (fixture, "exec", "{\"command\":[\"node\",\"a.js\"]}", "stdout: 2,4,6\n");
}

static void
test_no_network (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) result = NULL;

  if (fixture->client == NULL)
    return;

  call_fine (fixture, "initSandbox", "{}", "started");
  result = call (fixture, "exec", "{\"command\":[\"bash\",\"-c\",\"echo > /dev/tcp/192.0.2.1/80\"]}");
  g_test_message ("%s", result->text);
  g_assert_false (result->is_error);
  g_assert_true (sb_json_get_boolean (json_node_get_object (result->structured), "networkBlocked", FALSE));
}

static void
test_endless (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  if (fixture->client == NULL)
    return;

  call_fine (fixture, "initSandbox", "{}", "started");
  call_wrong (fixture, "exec", "{\"command\":[\"sleep\",\"1000\"],\"timeoutMs\":200}", "(timed out)");
  begin (fixture, "exec", "{\"command\":[\"sh\",\"-c\",\"echo begun; sleep 1000\"]}", cancellable, &result);
  sb_test_wait_until (strstr (fixture->progress->str, "begun") != NULL);
  g_cancellable_cancel (cancellable);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_mcp_client_call_tool_finish (fixture->client, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  /* The client hears of the end of its call before PID 1 does. */
  call_fine (fixture, "exec",
             "{\"command\":\"i=0; while [ $i -lt 2000 ] && pgrep sleep >/dev/null; do i=$((i+1)); done; "
             "pgrep -c sleep || true\"}", "stdout: 0");
}

static void
test_flood (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) result = NULL;

  if (fixture->client == NULL)
    return;

  call_fine (fixture, "initSandbox", "{}", "started");
  result = call (fixture, "exec", "{\"command\":\"yes | head -c 200000000\"}");
  g_assert_cmpuint (strlen (result->text), <, 40 * 1024);
  g_assert_cmpuint (fixture->progress->len, <, 2 * 1024 * 1024);
  call_fine (fixture, "exec", "{\"command\":[\"echo\",\"still here\"]}", "still here");
}

/* The end of its stdin in mid-call: the server ends in order, and in time. */
static void
test_end_in_call (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;

  if (fixture->client == NULL)
    return;

  call_fine (fixture, "initSandbox", "{}", "started");
  begin (fixture, "exec", "{\"command\":\"echo begun; sleep 1000\"}", NULL, &result);
  sb_test_wait_until (strstr (fixture->progress->str, "begun") != NULL);
  sb_mcp_client_close (fixture->client);
  sb_test_wait_until (result != NULL && fixture->closed);
  g_assert_no_error (fixture->error);
}

#define ADD(name, func) g_test_add ("/live/sandbox-server/" name, Fixture, NULL, set_up, func, tear_down)

/* The same server over HTTP: nobody is served without the token, which its sandboxes never see. */
static void
test_http (gconstpointer data)
{
  g_autofree char *program = g_build_filename (g_getenv ("SB_TEST_BUILD_ROOT"), "src", "sandbox-server",
                                               "sandbar-sandbox", NULL);
  guint16 port = sb_live_server_find_port ();
  g_autofree char *port_text = g_strdup_printf ("%u", port);
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u%s", port,
                                          g_str_equal (data, "sse") ? "/sse" : "/mcp");
  const char * const argv[] = { program, "--backend=bwrap", "--transport", data, "--port", port_text, NULL };
  SbMcpHttpOptions options = { .token = "wrong" };
  GSubprocess *process = NULL;

  g_setenv ("SANDBAR_MCP_TOKEN", "right", TRUE);
  process = sb_live_server_start (argv, port);
  g_unsetenv ("SANDBAR_MCP_TOKEN");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(SbMcpTransport) transport = sb_mcp_http_transport_new (url, &options, NULL);
      g_autoptr(SbMcpClient) client = sb_mcp_client_new (transport);
      g_autoptr(GAsyncResult) result = NULL;
      g_autoptr(GError) error = NULL;

      sb_mcp_client_initialize_async (client, NULL, sb_test_keep_result, &result);
      sb_test_wait_until (result != NULL);
      g_assert_true (sb_mcp_client_initialize_finish (client, result, &error) == (i == 1));
      if (i == 0)
        g_assert_error (error, SB_MCP_ERROR, SB_MCP_ERROR_UNAUTHORIZED);
      options.token = "right";
    }
  sb_live_server_stop (process);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("job", test_job);
  ADD ("node", test_node);
  ADD ("no-network", test_no_network);
  ADD ("endless", test_endless);
  ADD ("flood", test_flood);
  ADD ("end-in-call", test_end_in_call);

  g_test_add_data_func ("/live/sandbox-server/streaming", "streaming", test_http);
  g_test_add_data_func ("/live/sandbox-server/sse", "sse", test_http);

  return g_test_run ();
}
