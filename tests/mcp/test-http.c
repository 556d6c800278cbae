/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-mcp-client.h"
#include "sb-mcp-http-server.h"
#include "sb-mcp-http-transport.h"
#include "sb-mcp-server.h"
#include "sb-test.h"

#define TOKEN "correct horse"
#define ANY_OBJECT "{\"type\":\"object\"}"

/* Our client at our server, over HTTP. */
typedef struct
{
  SbMcpServer     *server;
  SbMcpHttpServer *http;
  SbMcpTransport  *transport;
  SbMcpClient     *client;
  GPtrArray       *kept; /* of SbMcpToolCall */
  guint            n_progress;
  gboolean         closed;
} Fixture;

static const SbMcpHttpServeKind streamable = SB_MCP_HTTP_SERVE_STREAMABLE;
static const SbMcpHttpServeKind sse = SB_MCP_HTTP_SERVE_SSE;

static void
echo_cb (SbMcpToolCall *call,
         gpointer       user_data)
{
  sb_mcp_tool_call_respond (call, sb_json_get_string (sb_mcp_tool_call_get_arguments (call), "text"), NULL);
}

static void
keep_cb (SbMcpToolCall *call,
         gpointer       user_data)
{
  Fixture *fixture = user_data;

  g_ptr_array_add (fixture->kept, g_object_ref (call));
}

static const SbMcpToolSpec specs[] = {
  { "echo", NULL, "Says it again", ANY_OBJECT, NULL, echo_cb },
  { "keep", NULL, "Answers when the test says so", ANY_OBJECT, NULL, keep_cb },
};

static void
accept_cb (SbMcpTransport *transport,
           gpointer        user_data)
{
  Fixture *fixture = user_data;

  sb_mcp_server_accept (fixture->server, transport);
}

static void
closed_cb (SbMcpClient  *client,
           const GError *error,
           gpointer      user_data)
{
  Fixture *fixture = user_data;

  fixture->closed = TRUE;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  const SbMcpHttpServeKind *kind = data;
  SbMcpHttpServerOptions serve = { .kind = *kind, .token = TOKEN };
  SbMcpHttpOptions options = { .token = TOKEN };
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  fixture->kept = g_ptr_array_new_with_free_func (g_object_unref);
  fixture->server = sb_mcp_server_new ("test", "1", NULL);
  sb_mcp_server_add_tools (fixture->server, specs, G_N_ELEMENTS (specs), fixture);
  fixture->http = sb_mcp_http_server_new (&serve, accept_cb, fixture, &error);
  g_assert_no_error (error);
  fixture->transport = sb_mcp_http_transport_new (sb_mcp_http_server_get_url (fixture->http), &options, &error);
  g_assert_no_error (error);
  fixture->client = sb_mcp_client_new (fixture->transport);
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
  sb_mcp_client_close (fixture->client);
  sb_test_wait_until (fixture->closed);
  sb_test_wait_until (sb_mcp_server_get_n_sessions (fixture->server) == 0);
  g_ptr_array_unref (fixture->kept);
  g_assert_finalize_object (fixture->client);
  g_assert_finalize_object (fixture->transport);
  sb_mcp_http_server_stop (fixture->http);
  g_assert_finalize_object (fixture->http);
  g_assert_finalize_object (fixture->server);
}

static void
progress_cb (double      progress,
             double      total,
             const char *text,
             gpointer    user_data)
{
  Fixture *fixture = user_data;

  fixture->n_progress++;
}

static void
call (Fixture       *fixture,
      const char    *name,
      const char    *text,
      GCancellable  *cancellable,
      GAsyncResult **result)
{
  g_autoptr(JsonObject) arguments = json_object_new ();

  json_object_set_string_member (arguments, "text", text);
  sb_mcp_client_call_tool_async (fixture->client, name, arguments, NULL, 0, progress_cb, fixture, cancellable,
                                 sb_test_keep_result, result);
}

static void
check_answer (Fixture       *fixture,
              GAsyncResult **result,
              const char    *text)
{
  g_autoptr(SbMcpToolResult) answer = NULL;
  g_autoptr(GError) error = NULL;

  sb_test_wait_until (*result != NULL);
  answer = sb_mcp_client_call_tool_finish (fixture->client, *result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (answer->text, ==, text);
  g_clear_object (result);
}

static void
test_calls (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(GAsyncResult) list = NULL;
  g_autoptr(GPtrArray) tools = NULL;
  GAsyncResult *results[32] = { NULL };

  sb_mcp_client_list_tools_async (fixture->client, NULL, sb_test_keep_result, &list);
  sb_test_wait_until (list != NULL);
  tools = sb_mcp_client_list_tools_finish (fixture->client, list, NULL);
  g_assert_cmpuint (tools->len, ==, 2);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    call (fixture, "echo", "grüße\n\nzwei", NULL, &results[i]);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    check_answer (fixture, &results[i], "grüße\n\nzwei");
}

static void
test_progress (Fixture       *fixture,
               gconstpointer  data)
{
  GAsyncResult *result = NULL;

  call (fixture, "keep", "", NULL, &result);
  sb_test_wait_until (fixture->kept->len == 1);
  for (guint i = 1; i <= 3; i++)
    {
      sb_mcp_tool_call_progress (g_ptr_array_index (fixture->kept, 0), i, 3, "on the way");
      sb_test_wait_until (fixture->n_progress == i);
    }
  sb_mcp_tool_call_respond (g_ptr_array_index (fixture->kept, 0), "done", NULL);
  check_answer (fixture, &result, "done");
}

/* The answer takes longer than the server's patience: it comes on a stream. */
static void
test_slow (Fixture       *fixture,
           gconstpointer  data)
{
  GAsyncResult *result = NULL;

  call (fixture, "keep", "", NULL, &result);
  sb_test_wait_until (fixture->kept->len == 1);
  sb_test_spin (400);
  sb_mcp_tool_call_respond (g_ptr_array_index (fixture->kept, 0), "done", NULL);
  check_answer (fixture, &result, "done");
}

static void
test_cancel (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  GAsyncResult *echo = NULL;
  g_autoptr(GError) error = NULL;

  call (fixture, "keep", "", cancellable, &result);
  sb_test_wait_until (fixture->kept->len == 1);
  g_cancellable_cancel (cancellable);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_mcp_client_call_tool_finish (fixture->client, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  sb_test_wait_until (g_cancellable_is_cancelled (
    sb_mcp_tool_call_get_cancellable (g_ptr_array_index (fixture->kept, 0))));
  call (fixture, "echo", "still here", NULL, &echo);
  check_answer (fixture, &echo, "still here");
}

static void
test_large (Fixture       *fixture,
            gconstpointer  data)
{
  g_autofree char *text = g_strnfill (6 * 1024 * 1024, 'x');
  GAsyncResult *result = NULL;

  call (fixture, "echo", text, NULL, &result);
  check_answer (fixture, &result, text);
}

static void
test_stopped (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  call (fixture, "keep", "", NULL, &result);
  sb_test_wait_until (fixture->kept->len == 1);
  sb_mcp_http_server_stop (fixture->http);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_mcp_client_call_tool_finish (fixture->client, result, &error));
  g_assert_nonnull (error);
}

static void
test_wrong_token (void)
{
  Fixture fixture = { .server = sb_mcp_server_new ("test", "1", NULL) };
  SbMcpHttpServerOptions serve = { .token = TOKEN };
  SbMcpHttpOptions options = { .token = "wrong" };
  g_autoptr(SbMcpHttpServer) http = sb_mcp_http_server_new (&serve, accept_cb, &fixture, NULL);
  g_autoptr(SbMcpTransport) transport = sb_mcp_http_transport_new (sb_mcp_http_server_get_url (http), &options, NULL);
  g_autoptr(SbMcpClient) client = sb_mcp_client_new (transport);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_mcp_client_initialize_async (client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_false (sb_mcp_client_initialize_finish (client, result, &error));
  g_assert_error (error, SB_MCP_ERROR, SB_MCP_ERROR_UNAUTHORIZED);
  g_assert_cmpuint (sb_mcp_http_server_get_n_sessions (http), ==, 0);
  g_object_unref (fixture.server);
}

static void
add (const char               *name,
     const SbMcpHttpServeKind *kind,
     void                    (*func) (Fixture       *fixture,
                                      gconstpointer  data))
{
  g_autofree char *path = g_strdup_printf ("/mcp/http/%s/%s", *kind == SB_MCP_HTTP_SERVE_SSE ? "sse" : "streamable",
                                           name);

  g_test_add (path, Fixture, kind, set_up, func, tear_down);
}

int
main (int    argc,
      char **argv)
{
  static const SbMcpHttpServeKind * const kinds[] = { &streamable, &sse };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      add ("calls", kinds[i], test_calls);
      add ("progress", kinds[i], test_progress);
      add ("slow", kinds[i], test_slow);
      add ("cancel", kinds[i], test_cancel);
      add ("large", kinds[i], test_large);
      add ("stopped", kinds[i], test_stopped);
    }
  g_test_add_func ("/mcp/http/wrong-token", test_wrong_token);

  return g_test_run ();
}
