/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sb-json.h"
#include "sb-mcp-client.h"
#include "sb-mcp-memory-transport.h"
#include "sb-mcp-server.h"
#include "sb-mcp-stream-transport.h"
#include "sb-test-mcp.h"
#include "sb-test.h"

typedef struct
{
  SbMcpServer   *server;
  SbMcpClient   *client;
  GPtrArray     *held; /* of SbMcpToolCall */
  GString       *progress;
  gboolean       closed;
} Fixture;

static void
echo_cb (SbMcpToolCall *call,
         gpointer       user_data)
{
  const char *text = sb_json_get_string (sb_mcp_tool_call_get_arguments (call), "text");
  g_autofree char *answer = g_strdup_printf ("%s|%s", text, sb_mcp_tool_call_get_trace_id (call));
  g_autoptr(JsonNode) structured = sb_json_parse ("{\"exitCode\":3}", -1, NULL);

  sb_mcp_tool_call_progress (call, 1, 2, "half");
  sb_mcp_tool_call_progress (call, 2, 2, "all");
  sb_mcp_tool_call_respond (call, answer, structured);
}

static void
hold_cb (SbMcpToolCall *call,
         gpointer       user_data)
{
  Fixture *fixture = user_data;

  g_ptr_array_add (fixture->held, g_object_ref (call));
}

static void
forget_cb (SbMcpToolCall *call,
           gpointer       user_data)
{
}

static void
refuse_cb (SbMcpToolCall *call,
           gpointer       user_data)
{
  sb_mcp_tool_call_fail (call, "It cannot be done.", NULL);
}

static const SbMcpToolSpec specs[] = {
  {
    .name = "echo", .title = "Echo", .description = "Says it again", .handler = echo_cb,
    .input_schema = "{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"}},\"required\":[\"text\"]}",
    .annotations = "{\"readOnlyHint\":true}",
  },
  { .name = "hold", .title = "H", .description = "H", .input_schema = "{\"type\":\"object\"}", .handler = hold_cb },
  { .name = "forget", .title = "F", .description = "F", .input_schema = "{\"type\":\"object\"}", .handler = forget_cb },
  { .name = "refuse", .title = "R", .description = "R", .input_schema = "{\"type\":\"object\"}", .handler = refuse_cb },
};

static void
closed_cb (SbMcpClient  *client,
           const GError *error,
           gpointer      user_data)
{
  Fixture *fixture = user_data;

  fixture->closed = TRUE;
}

static SbMcpTransport *
new_stream_end (int fd)
{
  g_autoptr(GInputStream) input = g_unix_input_stream_new (fd, TRUE);
  g_autoptr(GOutputStream) output = g_unix_output_stream_new (dup (fd), TRUE);
  g_autoptr(SbDuplex) duplex = sb_duplex_new (input, output, NULL);

  return sb_mcp_stream_transport_new (duplex);
}

static void
new_pair (gboolean         over_stream,
          SbMcpTransport **a,
          SbMcpTransport **b)
{
  int fds[2];

  if (!over_stream)
    {
      sb_mcp_memory_transport_new_pair (a, b);
      return;
    }

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==, 0);
  *a = new_stream_end (fds[0]);
  *b = new_stream_end (fds[1]);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr(SbMcpTransport) a = NULL;
  g_autoptr(SbMcpTransport) b = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  new_pair (GPOINTER_TO_INT (data), &a, &b);
  fixture->held = g_ptr_array_new_with_free_func (g_object_unref);
  fixture->progress = g_string_new (NULL);
  fixture->server = sb_mcp_server_new ("test-server", "1", "Be kind.");
  sb_mcp_server_add_tools (fixture->server, specs, G_N_ELEMENTS (specs), fixture);
  sb_mcp_server_accept (fixture->server, b);
  fixture->client = sb_mcp_client_new (a);
  g_signal_connect (fixture->client, "closed", G_CALLBACK (closed_cb), fixture);
  sb_mcp_client_initialize_async (fixture->client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_mcp_client_initialize_finish (fixture->client, result, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (sb_mcp_client_get_server_name (fixture->client), ==, "test-server");
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  sb_mcp_client_close (fixture->client);
  sb_test_wait_until (fixture->closed);
  if (fixture->server != NULL)
    sb_test_wait_until (sb_mcp_server_get_n_sessions (fixture->server) == 0);
  g_assert_finalize_object (fixture->client);
  g_clear_object (&fixture->server);
  g_ptr_array_unref (fixture->held);
  g_string_free (fixture->progress, TRUE);
}

static void
progress_cb (double      progress,
             double      total,
             const char *text,
             gpointer    user_data)
{
  GString *said = user_data;

  g_string_append_printf (said, "%g/%g %s;", progress, total, text);
}

static SbMcpToolResult *
call (Fixture     *fixture,
      const char  *name,
      const char  *arguments,
      GError     **error)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(JsonObject) object = arguments != NULL ? sb_json_parse_object (arguments, -1, NULL) : NULL;

  sb_mcp_client_call_tool_async (fixture->client, name, object, "trace-1", 0, progress_cb, fixture->progress, NULL,
                                 sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_mcp_client_call_tool_finish (fixture->client, result, error);
}

static void
test_list (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GPtrArray) tools = NULL;
  g_autoptr(GError) error = NULL;
  SbMcpTool *tool = NULL;

  sb_mcp_client_list_tools_async (fixture->client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  tools = sb_mcp_client_list_tools_finish (fixture->client, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tools->len, ==, G_N_ELEMENTS (specs));
  tool = g_ptr_array_index (tools, 0);
  g_assert_cmpstr (tool->name, ==, "echo");
  g_assert_cmpstr (tool->title, ==, "Echo");
  g_assert_true (sb_json_get_boolean (tool->annotations, "readOnlyHint", FALSE));
  g_assert_true (json_object_has_member (sb_json_get_object (tool->input_schema, "properties"), "text"));
}

static void
test_call (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbMcpToolResult) result = call (fixture, "echo", "{\"text\":\"håh\\n\\u2028\"}", &error);

  g_assert_no_error (error);
  g_assert_false (result->is_error);
  g_assert_cmpstr (result->text, ==, "håh\n\u2028|trace-1");
  g_assert_cmpint (sb_json_get_int (json_node_get_object (result->structured), "exitCode", 0), ==, 3);
  g_assert_nonnull (json_object_get_member (json_node_get_object (result->result), "content"));
  g_assert_cmpstr (fixture->progress->str, ==, "1/2 half;2/2 all;");
}

static void
test_large (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbMcpToolResult) result = NULL;
  g_autofree char *text = g_strnfill (3 * 1024 * 1024, 'x');
  g_autofree char *arguments = g_strdup_printf ("{\"text\":\"%s\"}", text);

  result = call (fixture, "echo", arguments, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (result->text, text));
}

static void
test_bad_arguments (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) missing = call (fixture, "echo", NULL, NULL);
  g_autoptr(SbMcpToolResult) wrong = call (fixture, "echo", "{\"text\":7}", NULL);
  g_autoptr(SbMcpToolResult) refused = call (fixture, "refuse", NULL, NULL);
  g_autoptr(SbMcpToolResult) forgotten = call (fixture, "forget", NULL, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_true (missing->is_error);
  g_assert_cmpstr (missing->text, ==, "The argument “text” is missing.");
  g_assert_true (wrong->is_error);
  g_assert_cmpstr (wrong->text, ==, "The argument “text” must be a string.");
  g_assert_true (refused->is_error);
  g_assert_cmpstr (refused->text, ==, "It cannot be done.");
  g_assert_null (refused->structured);
  g_assert_true (forgotten->is_error);
  g_assert_null (call (fixture, "unheard-of", NULL, &error));
  g_assert_error (error, SB_MCP_ERROR, SB_MCP_ERROR_REMOTE);
}

static void
test_cancel (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbMcpToolResult) after = NULL;

  sb_mcp_client_call_tool_async (fixture->client, "hold", NULL, NULL, 0, NULL, NULL, cancellable,
                                 sb_test_keep_result, &result);
  sb_test_wait_until (fixture->held->len == 1);
  g_cancellable_cancel (cancellable);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_mcp_client_call_tool_finish (fixture->client, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  sb_test_wait_until (g_cancellable_is_cancelled (sb_mcp_tool_call_get_cancellable (fixture->held->pdata[0])));
  sb_mcp_tool_call_respond (fixture->held->pdata[0], "too late", NULL);

  after = call (fixture, "echo", "{\"text\":\"still here\"}", NULL);
  g_assert_false (after->is_error);
}

static void
test_client_leaves (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_mcp_client_call_tool_async (fixture->client, "hold", NULL, NULL, 0, NULL, NULL, NULL,
                                 sb_test_keep_result, &result);
  sb_test_wait_until (fixture->held->len == 1);
  sb_mcp_client_close (fixture->client);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_mcp_client_call_tool_finish (fixture->client, result, &error));
  g_assert_error (error, SB_MCP_ERROR, SB_MCP_ERROR_CLOSED);
  sb_test_wait_until (g_cancellable_is_cancelled (sb_mcp_tool_call_get_cancellable (fixture->held->pdata[0])));
}

static void
test_server_leaves (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_mcp_client_call_tool_async (fixture->client, "hold", NULL, NULL, 0, NULL, NULL, NULL,
                                 sb_test_keep_result, &result);
  sb_test_wait_until (fixture->held->len == 1);
  g_clear_object (&fixture->server);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_mcp_client_call_tool_finish (fixture->client, result, &error));
  g_assert_error (error, SB_MCP_ERROR, SB_MCP_ERROR_CLOSED);
  sb_test_wait_until (fixture->closed);
}

/* Revisions a server may answer, and whether we go on. */
static void
test_revisions (void)
{
  static const struct
  {
    const char *result;
    gboolean    accepted;
  } cases[] = {
    { "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"serverInfo\":{\"name\":\"n\"}}", TRUE },
    { "{\"protocolVersion\":\"2025-06-18\"}", TRUE },
    { "{\"protocolVersion\":\"2025-03-26\"}", TRUE },
    { "{\"protocolVersion\":\"2024-11-05\"}", TRUE },
    { "{\"protocolVersion\":\"2026-07-28\"}", FALSE },
    { "{\"protocolVersion\":7}", FALSE },
    { "{}", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
      g_autoptr(SbMcpClient) client = sb_mcp_client_new (far->ours);
      g_autoptr(GAsyncResult) result = NULL;
      g_autoptr(GError) error = NULL;
      g_autofree char *answer = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":%s}", cases[i].result);

      sb_mcp_client_initialize_async (client, NULL, sb_test_keep_result, &result);
      g_assert_nonnull (strstr (sb_test_far_end_wait (far, 0), "\"protocolVersion\":\"2025-11-25\""));
      /* Some servers announce their tools before they have answered. */
      sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");
      sb_test_far_end_say (far, answer);
      sb_test_wait_until (result != NULL);
      g_assert_true (sb_mcp_client_initialize_finish (client, result, &error) == cases[i].accepted);
      if (cases[i].accepted)
        g_assert_nonnull (strstr (sb_test_far_end_wait (far, 1), "notifications/initialized"));
      else
        sb_test_wait_until (far->closed);
      sb_mcp_client_close (client);
    }
}

static void
test_pages (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpClient) client = sb_mcp_client_new (far->ours);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GPtrArray) tools = NULL;
  SbMcpTool *tool = NULL;

  sb_mcp_client_list_tools_async (client, NULL, sb_test_keep_result, &result);
  sb_test_far_end_wait (far, 0);
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"nextCursor\":\"a\",\"tools\":"
                            "[{\"name\":\"one\"},{\"title\":\"no name\"},7,{\"name\":\"\"}]}}");
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 1), "\"cursor\":\"a\""));
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"nextCursor\":\"b\",\"tools\":"
                            "[{\"name\":\"one\",\"title\":\"again\"},"
                            "{\"name\":\"two\",\"inputSchema\":{\"type\":\"object\"}}]}}");
  sb_test_far_end_wait (far, 2);
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"nextCursor\":\"a\",\"tools\":null}}");
  sb_test_wait_until (result != NULL);
  tools = sb_mcp_client_list_tools_finish (client, result, NULL);
  g_assert_cmpuint (tools->len, ==, 2);
  tool = g_ptr_array_index (tools, 0);
  g_assert_null (tool->title);
  g_assert_cmpstr (sb_json_get_string (tool->input_schema, "type"), ==, "object");
  sb_mcp_client_close (client);
}

static void
test_kinds_of_content (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpClient) client = sb_mcp_client_new (far->ours);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbMcpToolResult) tool_result = NULL;

  sb_mcp_client_call_tool_async (client, "x", NULL, NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &result);
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 0), "\"progressToken\":1"));
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[{\"type\":\"text\","
                            "\"text\":\"a\"},"
                            "{\"type\":\"hologram\",\"data\":1},null,{\"type\":\"text\"},"
                            "{\"type\":\"resource\",\"resource\":{\"uri\":\"u\",\"text\":\"b\"}}]}}");
  sb_test_wait_until (result != NULL);
  tool_result = sb_mcp_client_call_tool_finish (client, result, NULL);
  g_assert_cmpstr (tool_result->text, ==, "a\n\nb");
  g_assert_false (tool_result->is_error);
  g_assert_cmpuint (json_array_get_length (sb_json_get_array (json_node_get_object (tool_result->result), "content")),
                    ==, 5);
  sb_mcp_client_close (client);
}

#define MODERN \
  "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}"

/* What our server answers before and around the handshake. */
static void
test_handshake (void)
{
  static const struct
  {
    const char *said;
    const char *heard;
  } cases[] = {
    { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server/discover\"}", "-32602" },
    { "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}", "-32600" },
    { "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\"}", "\"result\":{}" },
    { "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2024-11-05\"}}",
      "\"protocolVersion\":\"2024-11-05\"" },
    { "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2099-01-01\"}}",
      "\"protocolVersion\":\"2025-11-25\"" },
    { "{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"initialize\"}", "\"serverInfo\"" },
    { "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\",\"params\":{\"cursor\":\"x\"}}", "-32602" },
    { "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"tools/call\",\"params\":{}}", "-32602" },
    { "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"tools/call\",\"params\":{\"name\":\"refuse\",\"arguments\":null}}",
      "cannot be done" },
    { "{\"jsonrpc\":\"2.0\",\"id\":10,\"method\":\"tools/call\",\"params\":{\"name\":\"refuse\",\"arguments\":[]}}",
      "must be an object" },
    { "{\"jsonrpc\":\"2.0\",\"id\":11,\"method\":\"resources/list\"}", "\"resources\":[]" },
    { "{\"jsonrpc\":\"2.0\",\"id\":12,\"method\":\"prompts/get\",\"params\":{\"name\":7}}", "-32602" },
    { "{\"jsonrpc\":\"2.0\",\"id\":13,\"method\":\"resources/read\",\"params\":{\"uri\":\"x\"}}", "-32002" },
    { "{\"jsonrpc\":\"2.0\",\"id\":14,\"method\":\"completion/complete\"}", "-32601" },
    { "{\"jsonrpc\":\"2.0\",\"id\":15,\"method\":\"logging/setLevel\",\"params\":{\"level\":\"loud\"}}", "-32602" },
    { "{\"jsonrpc\":\"2.0\",\"id\":16,\"method\":\"subscriptions/listen\"}", "-32601" },
    { "{\"jsonrpc\":\"2.0\",\"id\":17,\"method\":\"ping\",\"params\":{\"_meta\":{" MODERN "}}}", "-32601" },
    { "{\"jsonrpc\":\"2.0\",\"id\":18,\"method\":\"server/discover\",\"params\":{\"_meta\":{" MODERN "}}}",
      "\"supportedVersions\":[\"2026-07-28\"]" },
    { "{\"jsonrpc\":\"2.0\",\"id\":19,\"method\":\"tools/list\",\"params\":{\"_meta\":{"
      "\"io.modelcontextprotocol/protocolVersion\":\"2099-01-01\","
      "\"io.modelcontextprotocol/clientCapabilities\":{}}}}", "-32022" },
    { "{\"jsonrpc\":\"2.0\",\"id\":20,\"method\":\"tools/list\",\"params\":{\"_meta\":{"
      "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}}", "-32602" },
    { "{\"jsonrpc\":\"2.0\",\"id\":21,\"method\":\"tools/list\",\"params\":{\"_meta\":{" MODERN "}}}",
      "\"resultType\":\"complete\"" },
  };
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpServer) server = sb_mcp_server_new ("s", "1", NULL);

  sb_mcp_server_add_tools (server, specs, G_N_ELEMENTS (specs), NULL);
  sb_mcp_server_accept (server, far->ours);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].said);
      sb_test_far_end_say (far, cases[i].said);
      g_assert_nonnull (strstr (sb_test_far_end_wait (far, i), cases[i].heard));
    }
  g_assert_cmpuint (sb_mcp_server_get_n_sessions (server), ==, 1);
  sb_mcp_transport_close (far->far);
  sb_test_wait_until (sb_mcp_server_get_n_sessions (server) == 0);
}

#define ADD_BOTH(name, func) \
  G_STMT_START { \
    g_test_add ("/mcp/memory/" name, Fixture, GINT_TO_POINTER (FALSE), set_up, func, tear_down); \
    g_test_add ("/mcp/stream/" name, Fixture, GINT_TO_POINTER (TRUE), set_up, func, tear_down); \
  } G_STMT_END

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD_BOTH ("list", test_list);
  ADD_BOTH ("call", test_call);
  ADD_BOTH ("large", test_large);
  ADD_BOTH ("bad-arguments", test_bad_arguments);
  ADD_BOTH ("cancel", test_cancel);
  ADD_BOTH ("client-leaves", test_client_leaves);
  ADD_BOTH ("server-leaves", test_server_leaves);
  g_test_add_func ("/mcp/client/revisions", test_revisions);
  g_test_add_func ("/mcp/client/pages", test_pages);
  g_test_add_func ("/mcp/client/kinds-of-content", test_kinds_of_content);
  g_test_add_func ("/mcp/server/handshake", test_handshake);

  return g_test_run ();
}
