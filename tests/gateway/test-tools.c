/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-test-gateway.h"
#include "sb-test.h"

#define MINUTE 60000
#define TEN "aaaaaaaaaa"
#define SERVER_ENTRY(name, arguments, more) \
  "  " name ":\n    x-sandbar:\n      command: [SERVER, " arguments "]\n" more

static void
expect_tools (SbTestGateway *test,
              const char    *names)
{
  g_autofree char *list = sb_test_gateway_list (test);

  g_assert_cmpstr (list, ==, names);
}

static void
test_names (void)
{
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  g_autofree char *answer = NULL;
  SbGatewayTool *tool;

  sb_test_gateway_set_catalog (test,
                               "registry:\n"
                               SERVER_ENTRY ("one", "'tools=same,alone'", "")
                               SERVER_ENTRY ("two", "'tools=same,dot.ted,dot_ted'", "")
                               SERVER_ENTRY ("three", "'tools=same'", "    prefix: p\n"));
  sb_catalog_state_set_enabled (test->parts.state, "two", FALSE);
  sb_gateway_start (test->gateway);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_READY);
  sb_test_gateway_wait (test, "three", SB_GATEWAY_SERVER_READY);
  expect_tools (test, "same alone p__same");
  sb_catalog_state_set_enabled (test->parts.state, "two", TRUE);
  sb_test_gateway_wait (test, "two", SB_GATEWAY_SERVER_READY);
  expect_tools (test, "one__same alone two__same two__dot_ted_9c9a3660 two__dot_ted_e9a11696 p__same");

  tool = sb_gateway_find_tool (test->gateway, "two__same", NULL);
  g_assert_cmpstr (sb_gateway_tool_get_name (tool), ==, "same");
  g_assert_cmpstr (sb_gateway_tool_get_tool (tool)->name, ==, "two__same");
  g_assert_cmpuint (sb_gateway_tool_get_tokens (tool), >, 10);
  g_assert_null (sb_gateway_find_tool (test->gateway, "same", NULL));
  answer = sb_test_gateway_call (test, "p__same", "{}");
  g_assert_nonnull (strstr (answer, "\"text\":\"same\""));

  /* Who is alone again gets its name back. */
  sb_catalog_state_set_enabled (test->parts.state, "two", FALSE);
  expect_tools (test, "same alone p__same");
}

static void
test_long_name (void)
{
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  g_autofree char *list = NULL;

  sb_test_gateway_set_catalog (test, "registry:\n"
                               SERVER_ENTRY ("one", "'tools=" TEN TEN TEN TEN TEN TEN TEN "'", ""));
  sb_gateway_start (test->gateway);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_READY);
  list = sb_test_gateway_list (test);
  g_assert_cmpuint (strlen (list), ==, 64);
}

static void
test_switches (void)
{
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  guint n = 0;

  sb_catalog_state_set_tool_enabled (test->parts.state, "one", "b", FALSE);
  sb_test_gateway_set_catalog (test, "registry:\n" SERVER_ENTRY ("one", "'tools=a,b,grow'", ""));
  g_signal_connect_swapped (test->gateway, "tools-changed", G_CALLBACK (g_atomic_int_inc), &n);
  sb_gateway_start (test->gateway);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_READY);
  expect_tools (test, "a grow");
  g_assert_null (sb_gateway_find_tool (test->gateway, "b", NULL));

  sb_test_wait_until (n > 0);
  n = 0;
  sb_catalog_state_set_tool_enabled (test->parts.state, "one", "a", FALSE);
  sb_catalog_state_set_tool_enabled (test->parts.state, "one", "b", TRUE);
  expect_tools (test, "b grow");
  sb_test_wait_until (n > 0);
  g_assert_cmpuint (n, ==, 1);

  /* A tool that the server gets later. */
  g_free (sb_test_gateway_call (test, "grow", "{}"));
  sb_test_wait_until (sb_gateway_find_tool (test->gateway, "grown", NULL) != NULL);
  expect_tools (test, "b grow grown");
}

/* Servers whose entry is the same go on, even in another order and file; others are started anew. */
static void
test_replaced (void)
{
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  g_autoptr(GPtrArray) catalogs = g_ptr_array_new_with_free_func (g_object_unref);
  pid_t stays = 0, goes = 0;

  sb_test_gateway_set_catalog (test, "registry:\n"
                               SERVER_ENTRY ("one", "count=FOLDER/one, 'tools=a'", "")
                               SERVER_ENTRY ("two", "count=FOLDER/two, 'tools=b'", "")
                               SERVER_ENTRY ("three", "count=FOLDER/three, 'tools=c'", ""));
  sb_gateway_start (test->gateway);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_READY);
  sb_test_gateway_wait (test, "two", SB_GATEWAY_SERVER_READY);
  sb_test_gateway_wait (test, "three", SB_GATEWAY_SERVER_READY);

  g_ptr_array_add (catalogs, sb_test_gateway_new_catalog (test, "registry:\n"
                   SERVER_ENTRY ("two", "count=FOLDER/two, 'tools=b'", "")));
  g_ptr_array_add (catalogs, sb_test_gateway_new_catalog (test, "# The same, and another.\nregistry:\n"
                   SERVER_ENTRY ("one", "count=FOLDER/one, 'tools=a'", "")
                   SERVER_ENTRY ("two", "count=FOLDER/two, 'tools=b,d'", "")));
  sb_gateway_set_catalogs (test->gateway, catalogs);
  g_assert_null (sb_gateway_lookup (test->gateway, "three"));
  sb_test_gateway_wait (test, "two", SB_GATEWAY_SERVER_READY);
  expect_tools (test, "a b d");
  g_assert_cmpuint (sb_test_gateway_count (test, "one", &stays), ==, 1);
  g_assert_false (sb_test_process_is_gone (stays));
  g_assert_cmpuint (sb_test_gateway_count (test, "two", NULL), ==, 2);

  /* The end waits for those that left, too. */
  sb_test_gateway_count (test, "three", &goes);
  sb_test_gateway_stop (test);
  g_assert_true (sb_test_process_is_gone (goes));
  g_assert_true (sb_test_process_is_gone (stays));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/gateway/tools/names", test_names);
  g_test_add_func ("/gateway/tools/long-name", test_long_name);
  g_test_add_func ("/gateway/tools/switches", test_switches);
  g_test_add_func ("/gateway/tools/replaced", test_replaced);

  return g_test_run ();
}
