/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-mcp-server.h"
#include "sb-test-mcp.h"
#include "sb-test.h"

#define MODERN "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"," \
               "\"io.modelcontextprotocol/clientCapabilities\":{\"elicitation\":{}}"

/* Asks for a name, and in a second round for a colour; its state is the name. */
static void
ask_cb (SbMcpToolCall *call,
        gpointer       user_data)
{
  SbMcpExchange *exchange = sb_mcp_tool_call_get_exchange (call);
  const char *state = sb_mcp_exchange_get_state (exchange);
  const char *key = state == NULL ? "name" : "colour";
  JsonObject *answer = sb_mcp_exchange_ask (exchange, key, "elicitation/create", json_object_new ());
  const char *action = answer != NULL ? sb_json_get_string (answer, "action") : NULL;
  g_autofree char *text = NULL;

  if (answer == NULL)
    {
      sb_mcp_exchange_wait (exchange, state);
    }
  else if (state == NULL)
    {
      sb_mcp_exchange_ask (exchange, "colour", "elicitation/create", json_object_new ());
      sb_mcp_exchange_wait (exchange, action);
    }
  else
    {
      text = g_strdup_printf ("%s, then %s", state, action);
      sb_mcp_tool_call_respond (call, text, NULL);
    }
}

static void
log_cb (SbMcpToolCall *call,
        gpointer       user_data)
{
  sb_mcp_exchange_log (sb_mcp_tool_call_get_exchange (call), "info", "l", "quiet");
  sb_mcp_exchange_log (sb_mcp_tool_call_get_exchange (call), "error", "l", "loud");
  sb_mcp_tool_call_respond (call, "done", NULL);
}

static void
name_cb (SbMcpToolCall *call,
         gpointer       user_data)
{
  sb_mcp_tool_call_respond (call, sb_mcp_tool_call_get_name (call), NULL);
}

static void
read_cb (SbMcpExchange *exchange,
         gpointer       user_data)
{
  JsonObject *result = json_object_new ();

  json_object_set_string_member (result, "read", sb_json_get_string (sb_mcp_exchange_get_params (exchange), "uri"));
  sb_mcp_exchange_respond (exchange, result);
}

static void
drop_cb (SbMcpExchange *exchange,
         gpointer       user_data)
{
}

static void
put (SbMcpServer      *server,
     const char       *entry,
     SbMcpToolHandler  handler)
{
  g_autoptr(JsonObject) object = sb_json_parse_object (entry, -1, NULL);

  sb_mcp_server_set_tool (server, object, handler, NULL);
}

/* A server with a client that has shaken hands; one thing has been heard. */
static SbMcpServer *
new_server (SbTestFarEnd *far)
{
  SbMcpServer *server = sb_mcp_server_new ("s", "1", NULL);
  g_autoptr(JsonObject) resource = sb_json_parse_object ("{\"uri\":\"a:b\",\"name\":\"b\"}", -1, NULL);
  g_autoptr(JsonObject) template = sb_json_parse_object ("{\"uriTemplate\":\"a:{x}/{y}.txt\","
                                                         "\"name\":\"t\"}", -1, NULL);
  g_autoptr(JsonObject) prompt = sb_json_parse_object ("{\"name\":\"p\"}", -1, NULL);

  put (server, "{\"name\":\"ask\",\"inputSchema\":{\"type\":\"object\"}}", ask_cb);
  put (server, "{\"name\":\"log\",\"inputSchema\":{\"type\":\"object\",\"required\":[7],\"properties\":"
               "{\"x\":{\"type\":\"null\"}}}}", log_cb);
  sb_mcp_server_set_resource (server, resource, read_cb, NULL);
  sb_mcp_server_set_resource (server, template, read_cb, NULL);
  sb_mcp_server_set_prompt (server, prompt, drop_cb, NULL);
  sb_mcp_server_accept (server, far->ours);
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":"
                            "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"elicitation\":{}}}}");
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 0), "\"prompts\":{\"listChanged\":true}"));

  return server;
}

static void
leave (SbTestFarEnd *far,
       SbMcpServer  *server)
{
  sb_mcp_transport_close (far->far);
  sb_test_wait_until (sb_mcp_server_get_n_sessions (server) == 0);
  g_assert_finalize_object (server);
}

/* Waits for it at the given place, and for what is in it. */
static void
expect (SbTestFarEnd *far,
        guint         n,
        const char   *said,
        const char   *heard)
{
  if (said != NULL)
    sb_test_far_end_say (far, said);
  g_test_message ("%s", sb_test_far_end_wait (far, n));
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, n), heard));
}

static void
test_offers (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  SbMcpServer *server = new_server (far);

  expect (far, 1, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"resources/read\",\"params\":{\"uri\":\"a:b\"}}", "a:b");
  expect (far, 2, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"resources/read\",\"params\":{\"uri\":\"a:1/2.txt\"}}",
          "a:1/2.txt");
  expect (far, 3, "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"resources/read\",\"params\":{\"uri\":\"a:/2.txt\"}}",
          "-32002");
  expect (far, 4, "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"prompts/get\",\"params\":{\"name\":\"p\"}}",
          "without a result");
  expect (far, 5, "{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"resources/templates/list\"}", "a:{x}/{y}.txt");
  expect (far, 6, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"resources/read\",\"params\":{\"uri\":\"a:b\","
                  "\"_meta\":{" MODERN "}}}", "\"ttlMs\":0");
  leave (far, server);
}

static void
test_pages (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  SbMcpServer *server = new_server (far);

  sb_mcp_server_set_page_size (server, 1);
  expect (far, 1, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}", "\"nextCursor\":\"1\"");
  expect (far, 2, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/list\","
                  "\"params\":{\"cursor\":\"1\"}}", "\"log\"");
  g_assert_null (strstr (sb_test_far_end_wait (far, 2), "nextCursor"));
  expect (far, 3, "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"tools/list\",\"params\":{\"cursor\":\"2\"}}", "-32602");
  expect (far, 4, "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/list\","
                  "\"params\":{\"cursor\":\"-1\"}}", "-32602");
  leave (far, server);
}

static void
test_changes (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  SbMcpServer *server = new_server (far);

  put (server, "{\"name\":\"ask\",\"title\":\"other\"}", name_cb);
  expect (far, 1, NULL, "notifications/tools/list_changed");
  expect (far, 2, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\","
                  "\"params\":{\"name\":\"ask\"}}", "\"text\":\"ask\"");
  sb_mcp_server_remove_tool (server, "ask");
  expect (far, 3, NULL, "notifications/tools/list_changed");
  expect (far, 4, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\",\"params\":{\"name\":\"ask\"}}", "-32602");
  sb_mcp_server_set_tool_fallback (server, name_cb, NULL);
  expect (far, 5, "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"tools/call\","
                  "\"params\":{\"name\":\"any\"}}", "\"text\":\"any\"");
  expect (far, 6, "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"resources/subscribe\","
                  "\"params\":{\"uri\":\"a:b\"}}", "{}");
  sb_mcp_server_tell_resource_updated (server, "a:c");
  sb_mcp_server_tell_resource_updated (server, "a:b");
  expect (far, 7, NULL, "\"uri\":\"a:b\"");
  expect (far, 8, "{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"resources/unsubscribe\","
                  "\"params\":{\"uri\":\"a:b\"}}", "{}");
  sb_mcp_server_tell_resource_updated (server, "a:b");
  expect (far, 9, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\"}", "\"id\":7");
  leave (far, server);
}

static void
test_listen (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  SbMcpServer *server = sb_mcp_server_new ("s", "1", NULL);

  sb_mcp_server_accept (server, far->ours);
  expect (far, 0, "{\"jsonrpc\":\"2.0\",\"id\":\"l\",\"method\":\"subscriptions/listen\","
                  "\"params\":{\"_meta\":{" MODERN "},"
                  "\"notifications\":{\"toolsListChanged\":true,\"resourceSubscriptions\":[7,\"a:b\"]}}}",
          "notifications/subscriptions/acknowledged");
  put (server, "{\"name\":\"x\"}", name_cb);
  expect (far, 1, NULL, "\"io.modelcontextprotocol/subscriptionId\":\"l\"");
  sb_mcp_server_tell_resource_updated (server, "a:c");
  sb_mcp_server_tell_resource_updated (server, "a:b");
  expect (far, 2, NULL, "\"uri\":\"a:b\"");
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
                            "\"params\":{\"requestId\":\"l\"}}");
  expect (far, 3, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"nothing\"}", "-32601");
  sb_mcp_server_remove_tool (server, "x");
  expect (far, 4, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"nothing\"}", "-32601");
  leave (far, server);
}

static void
test_log (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  SbMcpServer *server = new_server (far);

  expect (far, 1, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"logging/setLevel\","
                  "\"params\":{\"level\":\"warning\"}}", "{}");
  expect (far, 2, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\",\"params\":{\"name\":\"log\"}}", "loud");
  expect (far, 3, NULL, "done");
  expect (far, 4, "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"tools/call\",\"params\":{\"name\":\"log\","
                  "\"_meta\":{" MODERN
                  "}}}", "done");
  leave (far, server);
}

/* The same handler, asked by a client with a handshake: questions are requests. */
static void
test_questions_legacy (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  SbMcpServer *server = new_server (far);

  expect (far, 1, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\","
                  "\"params\":{\"name\":\"ask\"}}", "elicitation/create");
  expect (far, 2, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"action\":\"accept\"}}", "elicitation/create");
  expect (far, 3, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"action\":\"decline\"}}", "accept, then decline");
  expect (far, 4, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\","
                  "\"params\":{\"name\":\"ask\"}}", "elicitation/create");
  expect (far, 5, "{\"jsonrpc\":\"2.0\",\"id\":3,\"error\":{\"code\":-1,\"message\":\"no\"}}", "\"isError\":true");
  leave (far, server);
}

static char *
dup_state (const char *heard)
{
  g_autoptr(JsonObject) object = sb_json_parse_object (heard, -1, NULL);
  JsonObject *result = sb_json_get_object (object, "result");

  return g_strdup (sb_json_get_string (result, "requestState"));
}

static char *
format_retry (guint       id,
              const char *state)
{
  return g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"tools/call\",\"params\":{\"name\":\"ask\","
                          "\"_meta\":{" MODERN "},\"requestState\":\"%s\",\"inputResponses\":"
                          "{\"colour\":{\"action\":\"red\"}}}}", id, state);
}

/* And by one without: questions are results. */
static void
test_questions_modern (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  SbMcpServer *server = new_server (far);
  g_autofree char *state = NULL;
  g_autofree char *honest = NULL;
  g_autofree char *forged = NULL;

  expect (far, 1, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"ask\","
                  "\"_meta\":{" MODERN
                  "}}}", "\"inputRequests\":{\"name\":{\"method\":\"elicitation/create\"");
  g_assert_null (strstr (sb_test_far_end_wait (far, 1), "requestState"));
  expect (far, 2, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\",\"params\":{\"name\":\"ask\","
                  "\"_meta\":{" MODERN
                  "},\"inputResponses\":{\"name\":{\"action\":\"Ada\"}}}}", "\"colour\"");
  state = dup_state (sb_test_far_end_wait (far, 2));
  honest = format_retry (4, state);
  expect (far, 3, honest, "Ada, then red");
  state[strlen (state) - 1] ^= 1;
  forged = format_retry (5, state);
  expect (far, 4, forged, "-32602");
  expect (far, 5, "{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"tools/call\",\"params\":{\"name\":\"ask\",\"_meta\":{"
                  "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                  "\"io.modelcontextprotocol/clientCapabilities\":{}}}}", "\"requiredCapabilities\":{\"elicitati"
                                                                          "on\":{}}");
  leave (far, server);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mcp/server/offers", test_offers);
  g_test_add_func ("/mcp/server/pages", test_pages);
  g_test_add_func ("/mcp/server/changes", test_changes);
  g_test_add_func ("/mcp/server/listen", test_listen);
  g_test_add_func ("/mcp/server/log", test_log);
  g_test_add_func ("/mcp/server/questions-legacy", test_questions_legacy);
  g_test_add_func ("/mcp/server/questions-modern", test_questions_modern);

  return g_test_run ();
}
