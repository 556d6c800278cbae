/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-mcp-child-transport.h"
#include "sb-mcp-client.h"
#include "sb-test.h"

#define SERVER "node_modules/@modelcontextprotocol/server-everything/dist/index.js"

/* The reference server of the protocol's authors, on stdio. */
typedef struct
{
  SbMcpClient *client; /* NULL: skipped */
  guint        n_progress;
  double       last_progress;
  gboolean     closed;
} Fixture;

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
  const char *npm_dir = g_getenv ("SANDBAR_TEST_NPM_DIR");
  g_autofree char *program = npm_dir != NULL ? g_build_filename (npm_dir, SERVER, NULL) : NULL;
  const char * const argv[] = { "node", program, "stdio", NULL };
  g_autoptr(SbMcpTransport) transport = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  if (npm_dir == NULL || !g_file_test (program, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("SANDBAR_TEST_NPM_DIR names no directory with @modelcontextprotocol/server-everything");
      return;
    }

  transport = sb_mcp_child_transport_new (argv, NULL, NULL, &error);
  g_assert_no_error (error);
  fixture->client = sb_mcp_client_new (transport);
  g_signal_connect (fixture->client, "closed", G_CALLBACK (closed_cb), fixture);
  sb_mcp_client_initialize_async (fixture->client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_mcp_client_initialize_finish (fixture->client, result, &error));
  g_assert_no_error (error);
  g_assert_nonnull (sb_mcp_client_get_server_name (fixture->client));
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
}

static void
progress_cb (double      progress,
             double      total,
             const char *text,
             gpointer    user_data)
{
  Fixture *fixture = user_data;

  g_assert_cmpfloat (progress, >, fixture->last_progress);
  fixture->last_progress = progress;
  fixture->n_progress++;
}

static SbMcpToolResult *
call (Fixture    *fixture,
      const char *name,
      const char *arguments)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(JsonObject) object = sb_json_parse_object (arguments, -1, NULL);
  g_autoptr(GError) error = NULL;
  SbMcpToolResult *tool_result = NULL;

  sb_mcp_client_call_tool_async (fixture->client, name, object, "trace", 20000, progress_cb, fixture, NULL,
                                 sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  tool_result = sb_mcp_client_call_tool_finish (fixture->client, result, &error);
  g_assert_no_error (error);

  return tool_result;
}

static void
test_list (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GPtrArray) tools = NULL;
  gboolean has_echo = FALSE;

  if (fixture->client == NULL)
    return;

  sb_mcp_client_list_tools_async (fixture->client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  tools = sb_mcp_client_list_tools_finish (fixture->client, result, NULL);
  g_assert_nonnull (tools);
  g_assert_cmpuint (tools->len, >=, 10);
  for (guint i = 0; i < tools->len; i++)
    has_echo |= g_str_equal (((SbMcpTool *) g_ptr_array_index (tools, i))->name, "echo");
  g_assert_true (has_echo);
}

static void
test_calls (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) echo = NULL;
  g_autoptr(SbMcpToolResult) sum = NULL;
  g_autoptr(SbMcpToolResult) image = NULL;
  g_autoptr(SbMcpToolResult) wrong = NULL;

  if (fixture->client == NULL)
    return;

  echo = call (fixture, "echo", "{\"message\":\"grüße\\u2028 \\\"x\\\"\"}");
  g_assert_cmpstr (echo->text, ==, "Echo: grüße\u2028 \"x\"");
  sum = call (fixture, "get-sum", "{\"a\":2,\"b\":40}");
  g_assert_nonnull (strstr (sum->text, "42"));
  image = call (fixture, "get-tiny-image", "{}");
  g_assert_false (image->is_error);
  g_assert_cmpuint (json_array_get_length (sb_json_get_array (json_node_get_object (image->result), "content")), >, 1);
  wrong = call (fixture, "get-sum", "{\"a\":\"two\"}");
  g_assert_true (wrong->is_error);
}

static void
test_progress (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) result = NULL;

  if (fixture->client == NULL)
    return;

  result = call (fixture, "trigger-long-running-operation", "{\"duration\":1,\"steps\":4}");
  g_assert_false (result->is_error);
  g_assert_cmpuint (fixture->n_progress, ==, 4);
}

static void
test_cancel (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(JsonObject) arguments = sb_json_parse_object ("{\"duration\":60,\"steps\":600}", -1, NULL);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbMcpToolResult) after = NULL;

  if (fixture->client == NULL)
    return;

  sb_mcp_client_call_tool_async (fixture->client, "trigger-long-running-operation", arguments, NULL, 0, progress_cb,
                                 fixture, cancellable, sb_test_keep_result, &result);
  sb_test_wait_until (fixture->n_progress > 0);
  g_cancellable_cancel (cancellable);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_mcp_client_call_tool_finish (fixture->client, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  fixture->last_progress = -1;
  after = call (fixture, "echo", "{\"message\":\"still here\"}");
  g_assert_cmpstr (after->text, ==, "Echo: still here");
}

#define ADD(name, func) g_test_add ("/live/everything/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("list", test_list);
  ADD ("calls", test_calls);
  ADD ("progress", test_progress);
  ADD ("cancel", test_cancel);

  return g_test_run ();
}
