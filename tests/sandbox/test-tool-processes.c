/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-test.h"
#include "sb-test-tools.h"

static gint64
start (Fixture    *fixture,
       const char *line)
{
  g_autofree char *arguments = g_strdup_printf ("{\"command\":[\"sh\",\"-c\",\"%s\"],\"background\":true}", line);
  g_autoptr(SbMcpToolResult) result = tools_call (fixture, "exec", arguments);

  g_assert_false (result->is_error);
  g_assert_true (g_str_has_prefix (result->text, "Command started in background: sh -c "));
  g_assert_nonnull (strstr (result->text, "\nprocess id: "));

  return tools_get_int (result, "processId");
}

static SbMcpToolResult *
call_about (Fixture    *fixture,
            const char *tool,
            gint64      process,
            const char *more)
{
  g_autofree char *arguments = g_strdup_printf ("{\"processId\":%" G_GINT64_FORMAT "%s}", process, more);

  return tools_call (fixture, tool, arguments);
}

static gboolean
log_has (Fixture    *fixture,
         gint64      process,
         const char *text)
{
  g_autoptr(SbMcpToolResult) result = call_about (fixture, "readProcessLog", process, "");

  g_assert_false (result->is_error);

  return strstr (result->text, text) != NULL;
}

static gboolean
list_has (Fixture    *fixture,
          const char *text)
{
  g_autoptr(SbMcpToolResult) result = tools_call (fixture, "listProcesses", "{}");

  g_assert_false (result->is_error);

  return strstr (result->text, text) != NULL;
}

static void
test_list (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) result = NULL;
  JsonObject *process = NULL;
  JsonArray *processes = NULL;

  tools_init_sandbox (fixture);
  g_assert_true (list_has (fixture, "No command was started in the background."));
  g_assert_cmpint (start (fixture, "echo hi; exit 3"), >, 0);
  sb_test_wait_until (list_has (fixture, ": sh -c echo hi; exit 3 (exited, exit code 3; 3 bytes of output)"));
  result = tools_call (fixture, "listProcesses", "{}");
  processes = sb_json_get_array (json_node_get_object (result->structured), "processes");
  g_assert_cmpuint (json_array_get_length (processes), ==, 1);
  process = json_array_get_object_element (processes, 0);
  g_assert_false (sb_json_get_boolean (process, "running", TRUE));
  g_assert_cmpstr (sb_json_get_string (process, "state"), ==, "exited");
  g_assert_cmpstr (sb_json_get_string (process, "command"), ==, "sh -c echo hi; exit 3");
  g_assert_cmpint (sb_json_get_int (process, "exitCode", -1), ==, 3);
  g_assert_cmpint (sb_json_get_int (process, "logBytes", -1), ==, 3);
  g_assert_true (tools_has_activity (fixture, "5|list processes|1 process|t1|ok"));
}

static void
test_log (Fixture       *fixture,
          gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) first = NULL;
  g_autoptr(SbMcpToolResult) go = NULL;
  g_autoptr(SbMcpToolResult) rest = NULL;
  g_autofree char *title = NULL;
  gint64 process = 0;

  tools_init_sandbox (fixture);
  process = start (fixture, "echo one; while [ ! -e go ]; do sleep 0.01; done; echo two >&2");
  sb_test_wait_until (log_has (fixture, process, "one\n"));
  first = call_about (fixture, "readProcessLog", process, "");
  g_assert_nonnull (strstr (first->text, ": running; nothing more yet, ask again with since 4]"));
  g_assert_cmpint (tools_get_int (first, "nextSince"), ==, 4);
  g_assert_true (tools_get_boolean (first, "running"));
  title = g_strdup_printf ("3|read output of process %" G_GINT64_FORMAT "|4 bytes|t1|ok", process);
  g_assert_true (tools_has_activity (fixture, title));

  go = tools_call (fixture, "writeFile", "{\"filename\":\"go\",\"contents\":\"\"}");
  sb_test_wait_until (log_has (fixture, process, "exited"));
  rest = call_about (fixture, "readProcessLog", process, ",\"since\":4");
  g_assert_true (g_str_has_prefix (rest->text, "two\n[process "));
  g_assert_nonnull (strstr (rest->text, ": exited, exit code 0; that is all]"));
  g_assert_cmpint (tools_get_int (rest, "exitCode"), ==, 0);
  g_assert_cmpint (tools_get_int (rest, "logBytes"), ==, 8);
}

static void
test_long_log (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) head = NULL;
  g_autoptr(SbMcpToolResult) tail = NULL;
  gint64 process = 0;

  tools_init_sandbox (fixture);
  process = start (fixture, "head -c 300000 /dev/zero | tr '\\\\0' x");
  sb_test_wait_until (log_has (fixture, process, "exited"));
  head = call_about (fixture, "readProcessLog", process, "");
  g_assert_nonnull (strstr (head->text, "; there is more, read on with since 32768]"));
  tail = call_about (fixture, "readProcessLog", process, ",\"since\":32768");
  g_assert_true (g_str_has_prefix (tail->text, "[… the output before byte 201696 is no longer kept …]\nxxx"));
  g_assert_cmpint (tools_get_int (tail, "since"), ==, 300000 - 96 * 1024);
  g_assert_cmpint (tools_get_int (tail, "nextSince"), >, tools_get_int (tail, "since"));
}

static void
test_kill (Fixture       *fixture,
           gconstpointer  data)
{
  static const struct
  {
    const char *line;
    const char *more;
    const char *answer;
    const char *state;
  } cases[] = {
    { "echo up; exec sleep 1000", "", "was told to end", "killed, signal 15;" },
    { "echo up; exec sleep 1000", ",\"signal\":\"KILL\"", "Signal 9 was sent", "killed, signal 9;" },
    { "echo up; exec sleep 1000", ",\"signal\":\"SIGINT\"", "Signal 2 was sent", "killed, signal 2;" },
    { "trap 'exit 7' USR1; echo up; while :; do sleep 0.01; done", ",\"signal\":\"usr1\"", "Signal 10 was sent",
      "exited, exit code 7;" },
  };

  tools_init_sandbox (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 process = start (fixture, cases[i].line);
      g_autoptr(SbMcpToolResult) killed = NULL;
      g_autoptr(SbMcpToolResult) again = NULL;

      sb_test_wait_until (log_has (fixture, process, "up\n"));
      killed = call_about (fixture, "killProcess", process, cases[i].more);
      g_test_message ("%s", killed->text);
      g_assert_false (killed->is_error);
      g_assert_nonnull (strstr (killed->text, cases[i].answer));
      g_assert_true (tools_get_boolean (killed, "wasRunning"));
      sb_test_wait_until (!log_has (fixture, process, ": running;"));
      g_assert_true (log_has (fixture, process, cases[i].state));
      again = call_about (fixture, "killProcess", process, "");
      g_assert_false (again->is_error);
      g_assert_nonnull (strstr (again->text, "is over already"));
    }
}

static void
test_refusals (Fixture       *fixture,
               gconstpointer  data)
{
  static const struct
  {
    const char *tool;
    const char *arguments;
    const char *text; /* a part of it */
  } cases[] = {
    { "readProcessLog", "{}", "“processId” is missing" },
    { "readProcessLog", "{\"processId\":99}", "no background command with the id 99" },
    { "readProcessLog", "{\"processId\":-1}", "Call listProcesses" },
    { "readProcessLog", "{\"processId\":4294967297}", "no background command with the id 4294967297" },
    { "killProcess", "{\"processId\":99}", "no background command with the id 99" },
    { "killProcess", "{\"processId\":1,\"signal\":\"STOPP\"}", "must be TERM, KILL" },
    { "killProcess", "{\"processId\":1,\"containerId\":\"nope\"}", "no sandbox of this id" },
    { "listProcesses", "{\"containerId\":\"nope\"}", "no sandbox of this id" },
  };
  gint64 process = 0;

  tools_init_sandbox (fixture);
  process = start (fixture, "exec sleep 1000");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbMcpToolResult) result = tools_call (fixture, cases[i].tool, cases[i].arguments);

      g_test_message ("%s %s: %s", cases[i].tool, cases[i].arguments, result->text);
      g_assert_true (result->is_error);
      g_assert_nonnull (strstr (result->text, cases[i].text));
    }
  g_assert_true (log_has (fixture, process, ": running;"));
}

#define ADD(name, func) g_test_add ("/sandbox/tool-processes/" name, Fixture, NULL, tools_set_up, func, tools_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("list", test_list);
  ADD ("log", test_log);
  ADD ("long-log", test_long_log);
  ADD ("kill", test_kill);
  ADD ("refusals", test_refusals);

  return g_test_run ();
}
