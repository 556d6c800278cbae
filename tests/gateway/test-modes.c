/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "sb-mcp-http-server.h"
#include "sb-mcp-server.h"
#include "sb-test-gateway.h"
#include "sb-test.h"

#define MINUTE 60000
#define TOKEN "a-token-for-the-test"

/* A gateway at an address: a server over HTTP, in this process. */
typedef struct
{
  SbMcpServer     *server;
  SbMcpHttpServer *http;  /* nullable: it is down */
  SbMcpToolCall   *call;  /* nullable: one that is never answered */
  guint16          port;
} Elsewhere;

static void
accept_cb (SbMcpTransport *transport,
           gpointer        user_data)
{
  sb_mcp_server_accept (((Elsewhere *) user_data)->server, transport);
}

static void
call_cb (SbMcpToolCall *call,
         gpointer       user_data)
{
  Elsewhere *elsewhere = user_data;

  if (g_str_equal (sb_mcp_tool_call_get_name (call), "wait"))
    g_set_object (&elsewhere->call, call);
  else
    sb_mcp_tool_call_respond (call, "here", NULL);
}

static void
open_elsewhere (Elsewhere          *self,
                SbMcpHttpServeKind  kind)
{
  SbMcpHttpServerOptions options = { .kind = kind, .token = TOKEN, .port = self->port };
  static const SbMcpToolSpec specs[] = {
    { "echo", "Echo", "Answers", "{\"type\":\"object\"}", NULL, call_cb },
    { "wait", "Wait", "Does not answer", "{\"type\":\"object\"}", NULL, call_cb },
  };
  g_autoptr(GError) error = NULL;
  g_autoptr(GUri) uri = NULL;

  if (self->server == NULL)
    {
      self->server = sb_mcp_server_new ("elsewhere", "1", NULL);
      sb_mcp_server_add_tools (self->server, specs, G_N_ELEMENTS (specs), self);
    }
  self->http = sb_mcp_http_server_new (&options, accept_cb, self, &error);
  g_assert_no_error (error);
  uri = g_uri_parse (sb_mcp_http_server_get_url (self->http), G_URI_FLAGS_NONE, NULL);
  self->port = g_uri_get_port (uri);
}

static void
close_elsewhere (Elsewhere *self)
{
  sb_mcp_http_server_stop (self->http);
  g_clear_object (&self->http);
  g_clear_object (&self->call);
}

static void
test_external (gconstpointer data)
{
  SbMcpHttpServeKind kind = GPOINTER_TO_INT (data);
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  Elsewhere elsewhere = { NULL };
  g_autofree char *url = NULL;
  g_autofree char *list = NULL;
  g_autofree char *answer = NULL;
  g_autofree char *back = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  SbMcpClient *client = NULL;
  SbGatewayServer *server;

  open_elsewhere (&elsewhere, kind);
  url = g_strdup (sb_mcp_http_server_get_url (elsewhere.http));
  sb_test_gateway_set_catalog (test, "registry:\n  one:\n    x-sandbar:\n      command: [SERVER, 'tools=a']\n");
  sb_gateway_start (test->gateway);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_READY);

  g_assert_true (sb_gateway_use_external (test->gateway, url, TOKEN, &error));
  g_assert_cmpint (sb_gateway_get_mode (test->gateway), ==, SB_GATEWAY_EXTERNAL);
  g_assert_null (sb_gateway_lookup (test->gateway, "one"));
  server = sb_test_gateway_wait (test, "gateway", SB_GATEWAY_SERVER_READY);
  list = sb_test_gateway_list (test);
  g_assert_cmpstr (list, ==, "echo wait");
  answer = sb_test_gateway_call (test, "echo", "{}");
  g_assert_nonnull (strstr (answer, "here"));

  /* It goes away in the middle of a call, and comes back at the same address. */
  g_assert_nonnull (sb_gateway_find_tool (test->gateway, "wait", &client));
  sb_mcp_client_call_tool_async (client, "wait", NULL, NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (elsewhere.call != NULL);
  close_elsewhere (&elsewhere);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_mcp_client_call_tool_finish (client, result, &error));
  g_assert_nonnull (error);
  sb_test_wait_until (sb_gateway_server_get_n_restarts (server) > 0);
  open_elsewhere (&elsewhere, kind);
  sb_test_wait_until (sb_gateway_server_get_state (server) == SB_GATEWAY_SERVER_READY);
  back = sb_test_gateway_call (test, "echo", "{}");
  g_assert_nonnull (strstr (back, "here"));

  sb_gateway_use_built_in (test->gateway);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_READY);
  close_elsewhere (&elsewhere);
  sb_test_wait_until (sb_mcp_server_get_n_sessions (elsewhere.server) == 0);
  g_clear_object (&elsewhere.server);
}

/* Our own gateway as a process. url: (out): where it listens */
static GSubprocess *
start_process (SbTestGateway  *test,
               char          **url)
{
  g_autofree char *program = g_build_filename (g_getenv ("SB_TEST_BUILD_ROOT"), "src", "cli", "sandbar-cli", NULL);
  g_autofree char *catalog = g_build_filename (test->folder, "elsewhere.yaml", NULL);
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr(GDataInputStream) said = NULL;
  g_autoptr(GError) error = NULL;
  GSubprocess *process;

  g_assert_true (g_file_set_contents (catalog, "registry: {}\n", -1, NULL));
  g_subprocess_launcher_setenv (launcher, "MCP_GATEWAY_AUTH_TOKEN", TOKEN, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", test->folder, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_CONFIG_HOME", test->folder, TRUE);
  process = g_subprocess_launcher_spawn (launcher, &error, program, "gateway", "--transport=streaming", "--port=0",
                                         "--catalog", catalog, NULL);
  g_assert_no_error (error);
  said = g_data_input_stream_new (g_subprocess_get_stderr_pipe (process));
  while (*url == NULL)
    {
      g_autofree char *line = g_data_input_stream_read_line (said, NULL, NULL, NULL);
      const char *at = line != NULL ? strstr (line, "server at ") : NULL;

      g_assert_nonnull (line);
      g_test_message ("%s", line);
      *url = at != NULL ? g_strdup (at + strlen ("server at ")) : NULL;
    }

  return process;
}

/* One that is there and says nothing is lost as well, until it speaks again. */
static void
test_silent (void)
{
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  g_autofree char *url = NULL;
  g_autoptr(GSubprocess) process = start_process (test, &url);
  SbGatewayServer *server;
  guint tries;

  g_assert_true (sb_gateway_use_external (test->gateway, url, TOKEN, NULL));
  sb_gateway_start (test->gateway);
  server = sb_test_gateway_wait (test, "gateway", SB_GATEWAY_SERVER_READY);
  tries = sb_gateway_server_get_n_restarts (server);
  g_subprocess_send_signal (process, SIGSTOP);
  sb_test_wait_until (sb_gateway_server_get_n_restarts (server) > tries);
  g_subprocess_send_signal (process, SIGCONT);
  sb_test_wait_until (sb_gateway_server_get_state (server) == SB_GATEWAY_SERVER_READY);
  sb_test_gateway_stop (test);
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
}

static void
test_refused (void)
{
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  Elsewhere elsewhere = { NULL };
  SbGatewayServer *server;
  g_autoptr(GError) error = NULL;

  open_elsewhere (&elsewhere, SB_MCP_HTTP_SERVE_STREAMABLE);
  sb_gateway_start (test->gateway);
  g_assert_false (sb_gateway_use_external (test->gateway, "127.0.0.1:8811", NULL, &error));
  g_assert_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_SERVER);
  g_assert_cmpint (sb_gateway_get_mode (test->gateway), ==, SB_GATEWAY_BUILT_IN);

  g_assert_true (sb_gateway_use_external (test->gateway, sb_mcp_http_server_get_url (elsewhere.http), "wrong-token",
                                          NULL));
  server = sb_test_gateway_wait (test, "gateway", SB_GATEWAY_SERVER_BLOCKED);
  g_test_message ("%s", sb_gateway_server_get_message (server));
  close_elsewhere (&elsewhere);
  g_clear_object (&elsewhere.server);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_data_func ("/gateway/modes/external/streamable", GINT_TO_POINTER (SB_MCP_HTTP_SERVE_STREAMABLE),
                        test_external);
  g_test_add_data_func ("/gateway/modes/external/sse", GINT_TO_POINTER (SB_MCP_HTTP_SERVE_SSE), test_external);
  g_test_add_func ("/gateway/modes/silent", test_silent);
  g_test_add_func ("/gateway/modes/refused", test_refused);

  return g_test_run ();
}
