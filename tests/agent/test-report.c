/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-tool-report.h"

static void
test_summary (void)
{
  static const char * const cases[][2] = {
    { "{\"command\":[\"node\",\"hello.js\"]}", "node hello.js" },
    { "{\"command\":\"ls -l | wc\"}", "ls -l | wc" },
    { "{\"contents\":\"x\",\"filename\":\"/workspace/a/b.js\"}", "a/b.js" },
    { "{\"command\":[1,null,\"a\\nb\"]}", "a b" },
    { "{\"path\":\"\\u001b[31mred\"}", "red" },
    { "{\"from\":\"/workspace/a\",\"to\":\"b\"}", "a" },
    { "{\"url\":\"http://x\"}", "http://x" },
    { "{\"command\":{}}", NULL },
    { "{}", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(JsonObject) object = sb_json_parse_object (cases[i][0], -1, NULL);
      g_autofree char *summary = sb_tool_report_summary (object);

      g_assert_cmpstr (summary, ==, cases[i][1]);
    }
}

static void
test_long_summary (void)
{
  g_autoptr(JsonObject) object = json_object_new ();
  g_autofree char *text = g_strnfill (10000, 'x');
  g_autofree char *summary = NULL;

  json_object_set_string_member (object, "path", text);
  summary = sb_tool_report_summary (object);
  g_assert_cmpint (g_utf8_strlen (summary, -1), ==, 80);
}

static void
test_badge (void)
{
  static const struct
  {
    const char *tool;
    const char *structured;
    gboolean    is_error;
    const char *badge;
  } cases[] = {
    { "initSandbox", NULL, FALSE, "ready" },
    { "initSandbox", NULL, TRUE, "failed" },
    { "writeFile", "{}", FALSE, "written" },
    { "exec", "{\"exitCode\":0}", FALSE, "exit 0" },
    { "exec", "{\"exitCode\":1}", FALSE, "exit 1" },
    { "exec", "{\"exitCode\":1,\"networkBlocked\":true}", FALSE, "no network" },
    { "exec", "{\"timedOut\":true,\"exitCode\":124}", TRUE, "timed out" },
    { "exec", "{\"oom\":true,\"exitCode\":137}", FALSE, "out of memory" },
    { "exec", "{\"outputLimit\":true,\"exitCode\":137}", FALSE, "too much output" },
    { "exec", "{\"signal\":11,\"exitCode\":139}", FALSE, "signal 11" },
    { "exec", "{\"signal\":0,\"exitCode\":2}", FALSE, "exit 2" },
    { "exec", "{\"processId\":7}", FALSE, "started" },
    { "readProcessLog", "{\"processId\":7,\"signal\":9}", FALSE, "read" },
    { "killProcess", "{\"wasRunning\":true,\"sent\":10}", FALSE, "signalled" },
    { "killProcess", "{\"wasRunning\":false}", FALSE, "over already" },
    { "killProcess", "{}", TRUE, "failed" },
    { "writeProcessInput", "{\"bytes\":2}", FALSE, "written" },
    { "installPackages", "{\"exitCode\":0,\"refused\":[]}", FALSE, "installed" },
    { "installPackages", "{\"exitCode\":1,\"refused\":[{\"package\":\"a\"}]}", FALSE, "refused" },
    { "installPackages", "{\"exitCode\":1,\"refused\":[]}", FALSE, "failed" },
    { "installPackages", "{}", TRUE, "failed" },
    { "killProcess", NULL, TRUE, "failed" },
    { "editFile", "{\"replaced\":1}", FALSE, "edited" },
    { "deleteFile", "{}", FALSE, "deleted" },
    { "moveFile", "{}", FALSE, "moved" },
    { "makeDir", "{}", FALSE, "made" },
    { "other", "[]", FALSE, "done" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(JsonNode) node = cases[i].structured != NULL ? sb_json_parse (cases[i].structured, -1, NULL) : NULL;
      g_autofree char *badge = sb_tool_report_badge (cases[i].tool, node, cases[i].is_error);

      g_assert_cmpstr (badge, ==, cases[i].badge);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/report/summary", test_summary);
  g_test_add_func ("/report/long-summary", test_long_summary);
  g_test_add_func ("/report/badge", test_badge);

  return g_test_run ();
}
