/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-json.h"
#include "sb-mcp-text.h"
#include "sb-test.h"

/* Messages, and the exact text of the state in them; NULL: the tree says it all. */
static const struct
{
  const char *message;
  const char *state;
} cases[] = {
  { "{\"result\":{\"requestState\":\"a\\u0000b\"}}", "\"a\\u0000b\"" },
  { "{\"result\":{\"requestState\":\"\\ud800\\\\\\\"\\udc00\"}}", "\"\\ud800\\\\\\\"\\udc00\"" },
  { " { \"x\" : [ { \"a\\\"}\" : \"}]\" } , 1 ] , \"result\" : { \"y\" : -1.5e3 , \"requestState\" : \"\\u00e9\" } } ",
    "\"\\u00e9\"" },
  { "{\"result\":{\"requestState\":\"old\\u0000\",\"requestState\":\"new\\u0000\"},\"z\":null}", "\"new\\u0000\"" },
  { "{\"result\":{\"inner\":{\"requestState\":\"\\ud800\"},\"requestState\":\"\\ud801\"}}", "\"\\ud801\"" },
  { "{\"result\":{\"requestState\":\"plain\",\"other\":\"\\u0000\"}}", NULL },
  { "{\"result\":{\"requestState\":7,\"other\":\"\\u0000\"}}", NULL },
  { "{\"result\":{\"inner\":{\"requestState\":\"\\ud800\"}}}", NULL },
  { "{\"result\":{\"requestState\":\"\\ud800\",\"request\\u0053tate\":\"x\"}}", NULL },
  { "{\"params\":{\"requestState\":\"\\ud800\"}}", NULL },
  { "[{\"result\":{\"requestState\":\"\\ud800\"}}]", NULL },
};

static void
test_parse (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(JsonNode) node = sb_mcp_text_parse (cases[i].message, strlen (cases[i].message));
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      JsonObject *result = object != NULL ? sb_json_get_object (object, "result") : NULL;

      g_test_message ("%s", cases[i].message);
      g_assert_cmpstr (result != NULL ? sb_json_get_string (result, SB_MCP_EXACT_STATE_KEY) : NULL, ==,
                       cases[i].state);
    }
  g_assert_null (sb_mcp_text_parse ("{\"requestState\"\\u", 17));
}

/* Only the text of one string is put into a message: a server could have written anything there. */
static void
test_is_exact (void)
{
  static const char * const bad[] = { "", "7", "\"a", "\"a\",\"b\"", "\"a\" ", " \"a\"", "\"a\"}", "{}", "\"a\nb\"" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (sb_mcp_text_is_exact (bad[i]));
  g_assert_true (sb_mcp_text_is_exact ("\"\\ud800\\u0000\\\"\""));
}

static void
test_new (void)
{
  g_autoptr(JsonNode) message = sb_json_parse ("{\"a\":\"HERE\",\"b\":\"not HERE\"}", -1, NULL);
  SbMcpExactString exact = { "HERE", "\"\\ud800\"" };
  SbMcpExactString absent = { "THERE", "\"\\ud800\"" };
  g_autofree char *text = sb_mcp_text_new (message, &exact);
  g_autofree char *same = sb_mcp_text_new (message, &absent);

  g_assert_cmpstr (text, ==, "{\"a\":\"\\ud800\",\"b\":\"not HERE\"}");
  g_assert_cmpstr (same, ==, "{\"a\":\"HERE\",\"b\":\"not HERE\"}");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/mcp/text/parse", test_parse);
  g_test_add_func ("/mcp/text/is-exact", test_is_exact);
  g_test_add_func ("/mcp/text/new", test_new);

  return g_test_run ();
}
