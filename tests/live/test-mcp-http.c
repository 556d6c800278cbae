/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-live-server.h"
#include "sb-mcp-client.h"
#include "sb-mcp-http-transport.h"
#include "sb-test.h"

#define SERVER "node_modules/@modelcontextprotocol/server-everything/dist/index.js"

/* The reference server of the protocol's authors, over HTTP. */
typedef struct
{
  GSubprocess    *process; /* NULL: skipped */
  SbMcpTransport *transport;
  SbMcpClient    *client;
  char           *url;
  guint16         port;
  guint           n_progress;
  gboolean        closed;
  GError         *reason;
} Fixture;

typedef struct
{
  const char    *server_mode;
  const char    *path;
  SbMcpHttpKind  asked;
  SbMcpHttpKind  found;
} Way;

static const Way streamable = { "streamableHttp", "/mcp", SB_MCP_HTTP_STREAMABLE, SB_MCP_HTTP_STREAMABLE };
static const Way sse = { "sse", "/sse", SB_MCP_HTTP_SSE, SB_MCP_HTTP_SSE };
static const Way auto_streamable = { "streamableHttp", "/mcp", SB_MCP_HTTP_AUTO, SB_MCP_HTTP_STREAMABLE };
static const Way auto_sse = { "sse", "/sse", SB_MCP_HTTP_AUTO, SB_MCP_HTTP_SSE };

static void
closed_cb (SbMcpClient  *client,
           const GError *error,
           gpointer      user_data)
{
  Fixture *fixture = user_data;

  fixture->closed = TRUE;
  if (error != NULL && fixture->reason == NULL)
    fixture->reason = g_error_copy (error);
}

static void
start_server (Fixture   *fixture,
              const Way *way)
{
  const char *npm_dir = g_getenv ("SANDBAR_TEST_NPM_DIR");
  g_autofree char *program = npm_dir != NULL ? g_build_filename (npm_dir, SERVER, NULL) : NULL;
  const char * const argv[] = { "node", program, way->server_mode, NULL };

  if (npm_dir == NULL || !g_file_test (program, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("SANDBAR_TEST_NPM_DIR names no directory with @modelcontextprotocol/server-everything");
      return;
    }

  fixture->process = sb_live_server_start (argv, fixture->port);
}

static gboolean
initialize (Fixture  *fixture,
            GError  **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_mcp_client_initialize_async (fixture->client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_mcp_client_initialize_finish (fixture->client, result, error);
}

static void
connect_client (Fixture   *fixture,
                const Way *way)
{
  SbMcpHttpOptions options = { .kind = way->asked };
  g_autoptr(GError) error = NULL;

  fixture->closed = FALSE;
  fixture->transport = sb_mcp_http_transport_new (fixture->url, &options, &error);
  g_assert_no_error (error);
  fixture->client = sb_mcp_client_new (fixture->transport);
  g_signal_connect (fixture->client, "closed", G_CALLBACK (closed_cb), fixture);
  g_assert_true (initialize (fixture, &error));
  g_assert_no_error (error);
  g_assert_cmpint (sb_mcp_http_transport_get_kind (fixture->transport), ==, way->found);
}

static void
drop_client (Fixture *fixture)
{
  sb_mcp_client_close (fixture->client);
  sb_test_wait_until (fixture->closed);
  g_assert_finalize_object (fixture->client);
  fixture->client = NULL;
  g_assert_finalize_object (fixture->transport);
  fixture->transport = NULL;
  g_clear_error (&fixture->reason);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  const Way *way = data;

  fixture->port = sb_live_server_find_port ();
  fixture->url = g_strdup_printf ("http://127.0.0.1:%u%s", fixture->port, way->path);
  start_server (fixture, way);
  if (fixture->process != NULL)
    connect_client (fixture, way);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  if (fixture->client != NULL)
    drop_client (fixture);
  g_clear_pointer (&fixture->process, sb_live_server_stop);
  g_free (fixture->url);
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
call_async (Fixture       *fixture,
            const char    *name,
            const char    *arguments,
            GCancellable  *cancellable,
            GAsyncResult **result)
{
  g_autoptr(JsonObject) object = sb_json_parse_object (arguments, -1, NULL);

  sb_mcp_client_call_tool_async (fixture->client, name, object, NULL, 20000, progress_cb, fixture, cancellable,
                                 sb_test_keep_result, result);
}

static SbMcpToolResult *
call (Fixture     *fixture,
      const char  *name,
      const char  *arguments,
      GError     **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  call_async (fixture, name, arguments, NULL, &result);
  sb_test_wait_until (result != NULL);

  return sb_mcp_client_call_tool_finish (fixture->client, result, error);
}

static void
check_echo (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbMcpToolResult) echo = call (fixture, "echo", "{\"message\":\"grüße\"}", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (echo->text, ==, "Echo: grüße");
}

static void
test_calls (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) wrong = NULL;
  g_autoptr(SbMcpToolResult) slow = NULL;

  if (fixture->client == NULL)
    return;

  check_echo (fixture);
  wrong = call (fixture, "get-sum", "{\"a\":\"two\"}", NULL);
  g_assert_true (wrong->is_error);
  slow = call (fixture, "trigger-long-running-operation", "{\"duration\":1,\"steps\":4}", NULL);
  g_assert_nonnull (slow);
  g_assert_cmpuint (fixture->n_progress, >=, 3);
}

static void
test_many (Fixture       *fixture,
           gconstpointer  data)
{
  GAsyncResult *results[48] = { NULL };

  if (fixture->client == NULL)
    return;

  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("{\"message\":\"%" G_GSIZE_FORMAT "\"}", i);

      call_async (fixture, "echo", arguments, NULL, &results[i]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *expected = g_strdup_printf ("Echo: %" G_GSIZE_FORMAT, i);
      g_autoptr(SbMcpToolResult) echo = NULL;

      sb_test_wait_until (results[i] != NULL);
      echo = sb_mcp_client_call_tool_finish (fixture->client, results[i], NULL);
      g_assert_cmpstr (echo->text, ==, expected);
      g_object_unref (results[i]);
    }
}

static void
test_cancel (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  if (fixture->client == NULL)
    return;

  call_async (fixture, "trigger-long-running-operation", "{\"duration\":60,\"steps\":120}", cancellable, &result);
  sb_test_wait_until (fixture->n_progress > 0);
  g_cancellable_cancel (cancellable);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_mcp_client_call_tool_finish (fixture->client, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  check_echo (fixture);
}

/* The server dies in the middle of a call, and comes back without any memory of us. */
static void
test_killed (Fixture       *fixture,
             gconstpointer  data)
{
  const Way *way = data;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  if (fixture->client == NULL)
    return;

  call_async (fixture, "trigger-long-running-operation", "{\"duration\":60,\"steps\":120}", NULL, &result);
  sb_test_wait_until (fixture->n_progress > 0);
  g_clear_pointer (&fixture->process, sb_live_server_stop);
  if (way->found == SB_MCP_HTTP_SSE)
    {
      sb_test_wait_until (result != NULL);
      g_assert_null (sb_mcp_client_call_tool_finish (fixture->client, result, &error));
      g_assert_nonnull (error);
      sb_test_wait_until (fixture->closed);
      g_assert_nonnull (fixture->reason);
    }

  start_server (fixture, way);
  if (way->found == SB_MCP_HTTP_STREAMABLE)
    {
      /* It is resumed, at a server that knows nothing of it; the next call begins a session by itself. */
      sb_test_wait_until (result != NULL);
      g_assert_null (sb_mcp_client_call_tool_finish (fixture->client, result, &error));
      g_assert_error (error, SB_MCP_ERROR, SB_MCP_ERROR_UNREACHABLE);
      check_echo (fixture);
    }
  g_clear_object (&result);
  drop_client (fixture);
  connect_client (fixture, way);
  check_echo (fixture);
}

static void
test_gone (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) echo = NULL;
  g_autoptr(GError) error = NULL;

  if (fixture->client == NULL)
    return;

  g_clear_pointer (&fixture->process, sb_live_server_stop);
  echo = call (fixture, "echo", "{\"message\":\"x\"}", &error);
  g_assert_null (echo);
  g_assert_nonnull (error);
}

static void
add (const char *name,
     const Way  *way,
     void      (*func) (Fixture       *fixture,
                        gconstpointer  data))
{
  g_autofree char *path = g_strdup_printf ("/live/mcp-http/%s%s/%s", way->asked == SB_MCP_HTTP_AUTO ? "auto-" : "",
                                           way->server_mode, name);

  g_test_add (path, Fixture, way, set_up, func, tear_down);
}

int
main (int    argc,
      char **argv)
{
  static const Way * const ways[] = { &streamable, &sse };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      add ("calls", ways[i], test_calls);
      add ("many", ways[i], test_many);
      add ("cancel", ways[i], test_cancel);
      add ("killed", ways[i], test_killed);
      add ("gone", ways[i], test_gone);
    }
  add ("calls", &auto_streamable, test_calls);
  add ("calls", &auto_sse, test_calls);

  return g_test_run ();
}
