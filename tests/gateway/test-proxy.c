/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-gateway-proxy.h"
#include "sb-json.h"
#include "sb-mcp-memory-transport.h"
#include "sb-test-gateway.h"
#include "sb-test.h"

#define MINUTE 60000
#define SERVER_ENTRY(name, arguments) "  " name ":\n    x-sandbar:\n      command: [SERVER, " arguments "]\n"

/* A client of a gateway with two servers. */
typedef struct
{
  SbTestGateway  *test;
  SbGatewayProxy *proxy;
  SbMcpClient    *client;
  guint           n_changes;
  char           *progress;
} Fixture;

static void
connect_client (Fixture *fixture)
{
  g_autoptr(SbMcpTransport) near = NULL;
  g_autoptr(SbMcpTransport) far = NULL;
  g_autoptr(GAsyncResult) result = NULL;

  sb_mcp_memory_transport_new_pair (&near, &far);
  sb_mcp_server_accept (sb_gateway_proxy_get_server (fixture->proxy), far);
  fixture->client = sb_mcp_client_new (near);
  g_signal_connect_swapped (fixture->client, "tools-changed", G_CALLBACK (g_atomic_int_inc), &fixture->n_changes);
  sb_mcp_client_initialize_async (fixture->client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_mcp_client_initialize_finish (fixture->client, result, NULL));
}

/* The result of any request as text, or its error's message. */
static char *
ask (Fixture    *fixture,
     const char *method,
     const char *params)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) answer = NULL;

  sb_mcp_client_request_async (fixture->client, method, sb_json_parse_object (params, -1, NULL), 0, NULL, NULL, NULL,
                               sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  answer = sb_mcp_client_request_finish (fixture->client, result, &error);

  return answer != NULL ? sb_json_to_string (answer, FALSE) : g_strdup (error->message);
}

/* What servers offer arrives a little after they are ready. */
static void
wait_for (Fixture    *fixture,
          const char *method,
          const char *part)
{
  gboolean there = FALSE;

  for (guint i = 0; !there && i < 10000; i++)
    {
      g_autofree char *answer = ask (fixture, method, "{}");

      there = strstr (answer, part) != NULL;
    }
  g_assert_true (there);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->test = sb_test_gateway_new (MINUTE, NULL);
  fixture->proxy = sb_gateway_proxy_new (fixture->test->gateway);
  sb_test_gateway_set_catalog (fixture->test, "registry:\n"
                               SERVER_ENTRY ("one", "'tools=same,fail,slow,crash,grow'")
                               SERVER_ENTRY ("two", "'tools=same'"));
  sb_gateway_start (fixture->test->gateway);
  sb_test_gateway_wait (fixture->test, "one", SB_GATEWAY_SERVER_READY);
  sb_test_gateway_wait (fixture->test, "two", SB_GATEWAY_SERVER_READY);
  connect_client (fixture);
  wait_for (fixture, "tools/list", "two__same");
  wait_for (fixture, "prompts/list", "__greet");
  wait_for (fixture, "resources/templates/list", "test:{x}.txt");
  fixture->n_changes = 0;
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  sb_mcp_client_close (fixture->client);
  sb_test_wait_until (sb_mcp_server_get_n_sessions (sb_gateway_proxy_get_server (fixture->proxy)) == 0);
  g_clear_object (&fixture->client);
  sb_test_gateway_stop (fixture->test);
  g_assert_finalize_object (fixture->proxy);
  sb_test_gateway_free (fixture->test);
  g_free (fixture->progress);
}

static void
progress_cb (double      progress,
             double      total,
             const char *text,
             gpointer    user_data)
{
  Fixture *fixture = user_data;
  const char *before = fixture->progress != NULL ? fixture->progress : "";
  char *more = g_strdup_printf ("%s%g/%g %s ", before, progress, total, text);

  g_free (fixture->progress);
  fixture->progress = more;
}

static void
expect (Fixture    *fixture,
        const char *method,
        const char *params,
        const char *part)
{
  g_autofree char *answer = ask (fixture, method, params);

  g_test_message ("%s", answer);
  g_assert_nonnull (strstr (answer, part));
}

static void
test_tools (Fixture       *fixture,
            gconstpointer  data)
{
  g_autofree char *list = ask (fixture, "tools/list", "{}");

  g_assert_nonnull (strstr (list, "\"name\":\"one__same\""));
  g_assert_nonnull (strstr (list, "\"name\":\"two__same\""));
  g_assert_null (strstr (list, "\"name\":\"same\""));
  g_assert_nonnull (strstr (list, "\"annotations\":{\"readOnlyHint\":true}"));
  g_assert_nonnull (strstr (list, "\"_meta\":{\"kept\":1}"));

  /* Everything that the server said, and nothing else. */
  expect (fixture, "tools/call", "{\"name\":\"two__same\",\"arguments\":{\"n\":9007199254740993}}",
          "{\"content\":[{\"type\":\"text\",\"text\":\"same\",\"extra\":true},{\"type\":\"image\",\"data\":\"aGk=\","
          "\"mimeType\":\"image/png\"}],\"structuredContent\":{\"n\":9007199254740993},\"isError\":false,"
          "\"_meta\":{\"kept\":2}");
  expect (fixture, "tools/call", "{\"name\":\"fail\",\"arguments\":{}}", "\"isError\":true");
  expect (fixture, "tools/call", "{\"name\":\"same\",\"arguments\":{}}", "no tool of this name");
  expect (fixture, "tools/call", "{\"name\":\"crash\",\"arguments\":{}}", "ended with status 3");
}

static gboolean
log_has (SbServerLog *log,
         const char  *part)
{
  g_autofree char *text = sb_server_log_dup_text (log);

  return strstr (text, part) != NULL;
}

static void
test_cancel (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  SbGatewayServer *one = sb_gateway_lookup (fixture->test->gateway, "one");
  SbServerLog *log = sb_gateway_server_get_log (one);

  sb_mcp_client_call_tool_async (fixture->client, "slow", NULL, NULL, 0, progress_cb, fixture, cancellable,
                                 sb_test_keep_result, &result);
  sb_test_wait_until (g_strcmp0 (fixture->progress, "1/2 one 2/2 two ") == 0);
  g_cancellable_cancel (cancellable);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_mcp_client_call_tool_finish (fixture->client, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  sb_test_wait_until (log_has (log, "cancelled"));
}

/* A slow machine may hear of one change in two notices: what is listed counts. */
static void
test_changes (Fixture       *fixture,
              gconstpointer  data)
{
  sb_catalog_state_set_tool_enabled (fixture->test->parts.state, "one", "fail", FALSE);
  sb_test_wait_until (fixture->n_changes > 0);
  expect (fixture, "tools/call", "{\"name\":\"fail\",\"arguments\":{}}", "no tool of this name");

  sb_catalog_state_set_enabled (fixture->test->parts.state, "two", FALSE);
  wait_for (fixture, "tools/list", "\"name\":\"same\"");
  expect (fixture, "tools/call", "{\"name\":\"same\",\"arguments\":{}}", "\"text\":\"same\"");

  expect (fixture, "tools/call", "{\"name\":\"grow\",\"arguments\":{}}", "grow");
  wait_for (fixture, "tools/list", "\"name\":\"grown\"");
  expect (fixture, "tools/call", "{\"name\":\"grown\",\"arguments\":{}}", "grown");
}

static void
test_prompts (Fixture       *fixture,
              gconstpointer  data)
{
  expect (fixture, "prompts/list", "{}", "\"name\":\"greet\"");
  expect (fixture, "prompts/list", "{}", "__greet\"");
  expect (fixture, "prompts/get", "{\"name\":\"greet\"}", "\"text\":\"hello\"");
  expect (fixture, "resources/list", "{}", "test:note");
  expect (fixture, "resources/read", "{\"uri\":\"test:note\"}", "\"text\":\"read\"");
  expect (fixture, "resources/read", "{\"uri\":\"test:a.txt\"}", "test:a.txt");
  expect (fixture, "completion/complete", "{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"greet\"},\"argument\":"
          "{\"name\":\"a\",\"value\":\"\"}}", "(-32601)");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/gateway/proxy/tools", Fixture, NULL, set_up, test_tools, tear_down);
  g_test_add ("/gateway/proxy/cancel", Fixture, NULL, set_up, test_cancel, tear_down);
  g_test_add ("/gateway/proxy/changes", Fixture, NULL, set_up, test_changes, tear_down);
  g_test_add ("/gateway/proxy/prompts", Fixture, NULL, set_up, test_prompts, tear_down);

  return g_test_run ();
}
