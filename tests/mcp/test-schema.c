/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-mcp-schema.h"

#define SCHEMA "{\"type\":\"object\",\"required\":[\"command\"],\"properties\":{" \
               "\"command\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}," \
               "\"cwd\":{\"type\":\"string\"},\"timeoutMs\":{\"type\":\"integer\"}," \
               "\"ratio\":{\"type\":\"number\"},\"background\":{\"type\":\"boolean\"}," \
               "\"options\":{\"type\":\"object\"}}}"

static const struct
{
  const char *arguments;
  const char *problem; /* NULL: fine */
} cases[] = {
  { "{\"command\":[\"ls\",\"-l\"]}", NULL },
  { "{\"command\":[]}", NULL },
  { "{\"command\":\"ls -l\"}", NULL },
  { "{\"command\":[\"ls\"],\"cwd\":null,\"unknown\":[1]}", NULL },
  { "{\"command\":[\"ls\"],\"timeoutMs\":500.0,\"ratio\":1}", NULL },
  { "{\"command\":[\"ls\"],\"options\":{},\"background\":true}", NULL },
  { "{}", "The argument “command” is missing." },
  { "{\"command\":null}", "The argument “command” is missing." },
  { "{\"command\":7}", "The argument “command” must be a list." },
  { "{\"command\":{}}", "The argument “command” must be a list." },
  { "{\"command\":[\"ls\",7]}", "Each item of the argument “command” must be a string." },
  { "{\"command\":[\"ls\",null]}", "Each item of the argument “command” must be a string." },
  { "{\"command\":[\"ls\"],\"cwd\":7}", "The argument “cwd” must be a string." },
  { "{\"command\":[\"ls\"],\"cwd\":[\"a\"]}", "The argument “cwd” must be a string." },
  { "{\"command\":[\"ls\"],\"timeoutMs\":\"500\"}", "The argument “timeoutMs” must be a whole number." },
  { "{\"command\":[\"ls\"],\"timeoutMs\":0.5}", "The argument “timeoutMs” must be a whole number." },
  { "{\"command\":[\"ls\"],\"timeoutMs\":true}", "The argument “timeoutMs” must be a whole number." },
  { "{\"command\":[\"ls\"],\"ratio\":\"1\"}", "The argument “ratio” must be a number." },
  { "{\"command\":[\"ls\"],\"background\":1}", "The argument “background” must be true or false." },
  { "{\"command\":[\"ls\"],\"options\":[]}", "The argument “options” must be an object." },
};

static void
test_problems (void)
{
  g_autoptr(JsonObject) schema = sb_json_parse_object (SCHEMA, -1, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(JsonObject) arguments = sb_json_parse_object (cases[i].arguments, -1, NULL);
      g_autofree char *problem = sb_mcp_schema_find_problem (schema, arguments);

      g_test_message ("%s", cases[i].arguments);
      g_assert_cmpstr (problem, ==, cases[i].problem);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/mcp/schema/problems", test_problems);

  return g_test_run ();
}
