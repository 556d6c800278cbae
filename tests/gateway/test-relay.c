/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-gateway-proxy.h"
#include "sb-json.h"
#include "sb-mcp-memory-transport.h"
#include "sb-mcp-server.h"
#include "sb-test-gateway.h"
#include "sb-test.h"

#define MINUTE 60000

/* A gateway with one server, and clients of both eras. */
typedef struct
{
  SbTestGateway  *test;
  SbGatewayProxy *proxy;
  SbMcpClient    *client;
  SbMcpHost      *host;
  GString        *heard; /* logs and changes */
  guint           n_asked;
  gboolean        refuses;
} Fixture;

static void
elicitation_cb (SbMcpElicitation *elicitation,
                gpointer          user_data)
{
  Fixture *fixture = user_data;
  g_autoptr(JsonObject) content = sb_json_parse_object ("{\"name\":\"Ada\"}", -1, NULL);

  fixture->n_asked++;
  g_assert_cmpstr (sb_mcp_elicitation_get_message (elicitation), ==, "Who?");
  if (fixture->refuses)
    sb_mcp_elicitation_decline (elicitation);
  else
    g_assert_true (sb_mcp_elicitation_accept (elicitation, content, NULL));
}

static void
sampling_cb (SbMcpSampling *sampling,
             gpointer       user_data)
{
  Fixture *fixture = user_data;

  fixture->n_asked++;
  if (fixture->refuses)
    sb_mcp_sampling_refuse (sampling, "Not today.");
  else
    sb_mcp_sampling_respond (sampling, "model", "said", "endTurn");
}

static void
log_cb (SbMcpClient *client,
        const char  *level,
        const char  *logger,
        const char  *text,
        Fixture     *fixture)
{
  g_string_append_printf (fixture->heard, "%s %s %s;", level, logger, text);
}

static void
updated_cb (SbMcpClient *client,
            const char  *uri,
            Fixture     *fixture)
{
  g_string_append_printf (fixture->heard, "updated %s;", uri);
}

static void
connect_client (Fixture  *fixture,
                SbMcpEra  era)
{
  g_autoptr(SbMcpTransport) near = NULL;
  g_autoptr(SbMcpTransport) far = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_mcp_memory_transport_new_pair (&near, &far);
  sb_mcp_server_accept (sb_gateway_proxy_get_server (fixture->proxy), far);
  fixture->client = sb_mcp_client_new (near);
  sb_mcp_client_set_era (fixture->client, era, NULL, NULL);
  sb_mcp_client_set_host (fixture->client, fixture->host);
  sb_mcp_client_set_log_level (fixture->client, "warning");
  g_signal_connect (fixture->client, "log", G_CALLBACK (log_cb), fixture);
  g_signal_connect (fixture->client, "resource-updated", G_CALLBACK (updated_cb), fixture);
  sb_mcp_client_initialize_async (fixture->client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  sb_mcp_client_initialize_finish (fixture->client, result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sb_mcp_client_get_era (fixture->client), ==, era);
  sb_mcp_client_set_log_level (fixture->client, "warning");
}

static char *
call (Fixture    *fixture,
      const char *tool)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbMcpToolResult) answer = NULL;

  sb_mcp_client_call_tool_async (fixture->client, tool, NULL, NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  answer = sb_mcp_client_call_tool_finish (fixture->client, result, &error);

  return g_strdup (answer != NULL ? answer->text : error->message);
}

static void
expect (Fixture    *fixture,
        const char *tool,
        const char *part)
{
  g_autofree char *answer = call (fixture, tool);

  g_test_message ("%s: %s", tool, answer);
  g_assert_nonnull (strstr (answer, part));
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->test = sb_test_gateway_new (MINUTE, NULL);
  fixture->proxy = sb_gateway_proxy_new (fixture->test->gateway);
  fixture->host = sb_mcp_host_new ();
  fixture->heard = g_string_new (NULL);
  sb_test_gateway_set_catalog (fixture->test, "registry:\n  one:\n    x-sandbar:\n      command: [SERVER, "
                               "'tools=elicit,sample,roots,log,touch,slow']\n");
  sb_gateway_start (fixture->test->gateway);
  sb_test_gateway_wait (fixture->test, "one", SB_GATEWAY_SERVER_READY);
}

static void
offer_all (Fixture *fixture)
{
  const char *roots[] = { "file:///home/me/work", NULL };

  sb_mcp_host_set_elicitation_func (fixture->host, elicitation_cb, fixture);
  sb_mcp_host_set_sampling_func (fixture->host, sampling_cb, fixture);
  sb_mcp_host_set_roots (fixture->host, roots);
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
  g_clear_object (&fixture->host);
  g_string_free (fixture->heard, TRUE);
}

static void
test_questions (Fixture       *fixture,
                gconstpointer  data)
{
  offer_all (fixture);
  connect_client (fixture, GPOINTER_TO_INT (data));
  expect (fixture, "elicit", "\"content\":{\"name\":\"Ada\"}");
  expect (fixture, "sample", "\"text\":\"said\"");
  expect (fixture, "roots", "file:///home/me/work");
  g_assert_cmpuint (fixture->n_asked, ==, 2);

  fixture->refuses = TRUE;
  expect (fixture, "elicit", "\"action\":\"decline\"");
  expect (fixture, "sample", "");
  g_assert_cmpuint (fixture->n_asked, ==, 4);

  /* And the server is none the worse. */
  fixture->refuses = FALSE;
  expect (fixture, "sample", "\"text\":\"said\"");
}

/* Who offers nothing is asked nothing; the server hears so. */
static void
test_lack (Fixture       *fixture,
           gconstpointer  data)
{
  connect_client (fixture, GPOINTER_TO_INT (data));
  expect (fixture, "elicit", "does not offer elicitation");
  expect (fixture, "sample", "does not offer sampling");
  expect (fixture, "roots", "does not offer roots");
  g_assert_cmpuint (fixture->n_asked, ==, 0);
}

static void
test_notices (Fixture       *fixture,
              gconstpointer  data)
{
  gboolean subscribed = FALSE;

  connect_client (fixture, GPOINTER_TO_INT (data));
  /* The level arrives at the server before the call does: on the same way. */
  expect (fixture, "log", "log");
  sb_test_wait_until (strstr (fixture->heard->str, "error mind loud;") != NULL);
  g_assert_null (strstr (fixture->heard->str, "quiet"));

  sb_mcp_client_subscribe (fixture->client, "test:note", TRUE);
  for (guint i = 0; !subscribed && i < 1000; i++)
    {
      expect (fixture, "touch", "touch");
      subscribed = strstr (fixture->heard->str, "updated test:note;") != NULL;
    }
  g_assert_true (subscribed);
  sb_mcp_client_subscribe (fixture->client, "test:note", FALSE);
  expect (fixture, "touch", "touch");
  g_string_truncate (fixture->heard, 0);
  expect (fixture, "touch", "touch");
  g_assert_cmpstr (fixture->heard->str, ==, "");
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *name;
    void      (*test) (Fixture       *fixture,
                       gconstpointer  data);
  } tests[] = {
    { "questions", test_questions },
    { "lack", test_lack },
    { "notices", test_notices },
  };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *legacy = g_strconcat ("/gateway/relay/legacy/", tests[i].name, NULL);
      g_autofree char *modern = g_strconcat ("/gateway/relay/modern/", tests[i].name, NULL);

      g_test_add (legacy, Fixture, GINT_TO_POINTER (SB_MCP_ERA_LEGACY), set_up, tests[i].test, tear_down);
      g_test_add (modern, Fixture, GINT_TO_POINTER (SB_MCP_ERA_MODERN), set_up, tests[i].test, tear_down);
    }

  return g_test_run ();
}
