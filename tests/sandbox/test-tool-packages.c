/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-test.h"
#include "sb-test-tools.h"

/* A program by the name of npm that answers as npm does; tests/live/test-packages.c has the real one. */
static void
init_with_npm (Fixture    *fixture,
               const char *answer,
               int         exit_code)
{
  g_autoptr(SbMcpToolResult) ready = tools_call (fixture, "initSandbox", "{\"env\":[\"PATH=./bin:/usr/bin:/bin\"]}");
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\necho \"$@\" > asked\ncat << 'EOF'\n%s\nEOF\n"
                                             "echo npm says this >&2\nexit %d\n", answer, exit_code);
  g_autoptr(JsonObject) arguments = json_object_new ();
  g_autofree char *json = NULL;
  g_autoptr(SbMcpToolResult) written = NULL;
  g_autoptr(SbMcpToolResult) executable = NULL;

  g_assert_false (ready->is_error);
  json_object_set_string_member (arguments, "filename", "bin/npm");
  json_object_set_string_member (arguments, "contents", script);
  json = sb_json_object_to_string (arguments);
  written = tools_call (fixture, "writeFile", json);
  g_assert_false (written->is_error);
  executable = tools_call (fixture, "exec", "{\"command\":[\"chmod\",\"+x\",\"bin/npm\"]}");
  g_assert_cmpint (tools_get_int (executable, "exitCode"), ==, 0);
}

static void
test_installed (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) result = NULL;
  g_autoptr(SbMcpToolResult) asked = NULL;

  init_with_npm (fixture, "{\"added\":2,\"changed\":1}", 0);
  result = tools_call (fixture, "installPackages", "{\"packages\":[\"express@^4 || 5\",\"@types/node@latest\"]}");
  g_test_message ("%s", result->text);
  g_assert_false (result->is_error);
  g_assert_true (g_str_has_prefix (result->text, "Packages added: 2, changed: 1."));
  g_assert_nonnull (strstr (result->text, "npm says this"));
  g_assert_cmpint (tools_get_int (result, "exitCode"), ==, 0);
  g_assert_nonnull (strstr (fixture->progress->str, "npm says this"));
  g_assert_true (tools_has_activity (fixture, "2|npm install express@^4 || 5 @types/node@latest|installed|t1|ok"));
  asked = tools_call (fixture, "readFile", "{\"filename\":\"asked\"}");
  g_assert_true (g_str_has_prefix (asked->text, "install --json "));
  g_assert_nonnull (strstr (asked->text, " -- express@^4 || 5 @types/node@latest\n"));
}

static void
test_refused (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) result = NULL;
  JsonArray *refused = NULL;

  init_with_npm (fixture, "{\"error\":{\"code\":\"E403\",\"summary\":\"403 Forbidden - GET "
                 "http://127.0.0.1:4873/@a%2fb - Nobody allowed it.\"}}", 1);
  result = tools_call (fixture, "installPackages", "{\"packages\":[\"left-pad\"]}");
  g_test_message ("%s", result->text);
  g_assert_false (result->is_error);
  g_assert_true (g_str_has_prefix (result->text, "Refused: @a/b. Nobody allowed it. "));
  refused = sb_json_get_array (json_node_get_object (result->structured), "refused");
  g_assert_cmpuint (json_array_get_length (refused), ==, 1);
  g_assert_cmpstr (sb_json_get_string (json_array_get_object_element (refused, 0), "package"), ==, "@a/b");
  g_assert_cmpint (tools_get_int (result, "exitCode"), ==, 1);
  g_assert_true (tools_has_activity (fixture, "2|npm install left-pad|refused|t1|failed"));
}

/* What stands where npm should may answer anything. */
static void
test_odd_answers (Fixture       *fixture,
                  gconstpointer  data)
{
  static const char * const answers[] = {
    "", "[]", "{", "{\"error\":1}", "{\"error\":{\"code\":7}}", "{\"error\":{\"code\":\"E403\"}}",
    "{\"error\":{\"code\":\"E403\",\"summary\":\"http://127.0.0.1:\"}}",
    "{\"error\":{\"code\":\"E403\",\"summary\":\"http://127.0.0.1:1/%ff%zz\\u001b - \"}}",
    "{\"error\":{\"code\":\"ECONNREFUSED\",\"summary\":\"\"}}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr(SbMcpToolResult) result = NULL;

      init_with_npm (fixture, answers[i], 1);
      result = tools_call (fixture, "installPackages", "{\"packages\":\"a\"}");
      g_assert_false (result->is_error);
      g_assert_true (g_str_has_suffix (result->text, "exit code: 1"));
      g_assert_null (strchr (result->text, '\x1b'));
      g_assert_true (g_utf8_validate (result->text, -1, NULL));
    }
}

static void
test_bad_names (Fixture       *fixture,
                gconstpointer  data)
{
  static const char * const lists[] = {
    "[]", "[\"\"]", "[\"--global\"]", "[\"a\",\"-g\"]", "[\"./a\"]", "[\"/etc\"]", "[\"..\"]", "[\"a/b\"]",
    "[\"git+ssh://x/y\"]", "[\"http://x/y.tgz\"]", "[\"x@file:../y\"]", "[\"@a\"]", "[\"@/b\"]", "[\"@a/b/c\"]",
    "[\"@a@1/b\"]", "[\"\\u001b[31m\"]",
  };

  init_with_npm (fixture, "{}", 0);
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("{\"packages\":%s}", lists[i]);
      g_autoptr(SbMcpToolResult) result = tools_call (fixture, "installPackages", arguments);
      g_autoptr(SbMcpToolResult) asked = tools_call (fixture, "readFile", "{\"filename\":\"asked\"}");

      g_test_message ("%s: %s", lists[i], result->text);
      g_assert_true (result->is_error);
      g_assert_null (strchr (result->text, '\x1b'));
      g_assert_true (asked->is_error);
    }
}

static void
test_no_npm (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) ready = tools_call (fixture, "initSandbox", "{\"env\":[\"PATH=/nowhere\"]}");
  g_autoptr(SbMcpToolResult) result = tools_call (fixture, "installPackages", "{\"packages\":[\"a\"]}");

  g_assert_false (ready->is_error);
  g_assert_true (result->is_error);
  g_assert_nonnull (strstr (result->text, "no npm"));
}

#define ADD(name, func) g_test_add ("/sandbox/tool-packages/" name, Fixture, NULL, tools_set_up, func, tools_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("installed", test_installed);
  ADD ("refused", test_refused);
  ADD ("odd-answers", test_odd_answers);
  ADD ("bad-names", test_bad_names);
  ADD ("no-npm", test_no_npm);

  return g_test_run ();
}
