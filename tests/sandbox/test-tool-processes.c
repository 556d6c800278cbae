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
  g_assert_true (list_has (fixture, "No command was started in the background.\n\n0 processes in all:"));
  g_assert_cmpint (start (fixture, "echo hi; exit 3"), >, 0);
  sb_test_wait_until (list_has (fixture, ": sh -c echo hi; exit 3 (exited, exit code 3; 3 bytes of output)"));
  result = tools_call (fixture, "listProcesses", "{}");
  processes = sb_json_get_array (json_node_get_object (result->structured), "commands");
  g_assert_cmpuint (json_array_get_length (processes), ==, 1);
  process = json_array_get_object_element (processes, 0);
  g_assert_false (sb_json_get_boolean (process, "running", TRUE));
  g_assert_cmpstr (sb_json_get_string (process, "state"), ==, "exited");
  g_assert_cmpstr (sb_json_get_string (process, "command"), ==, "sh -c echo hi; exit 3");
  g_assert_cmpint (sb_json_get_int (process, "exitCode", -1), ==, 3);
  g_assert_cmpint (sb_json_get_int (process, "logBytes", -1), ==, 3);
  g_assert_true (tools_has_activity (fixture, "5|list processes|0 processes|t1|ok"));
}

/* Returns: the pid of the process whose command begins with the text; 0: there is none */
static gint64
find_pid (Fixture    *fixture,
          const char *text)
{
  g_autoptr(SbMcpToolResult) result = tools_call (fixture, "listProcesses", "{}");
  JsonArray *processes = sb_json_get_array (json_node_get_object (result->structured), "processes");

  g_assert_cmpint (tools_get_int (result, "count"), ==, json_array_get_length (processes));
  for (guint i = 0; i < json_array_get_length (processes); i++)
    {
      JsonObject *process = json_array_get_object_element (processes, i);

      if (g_str_has_prefix (sb_json_get_string (process, "command"), text))
        return sb_json_get_int (process, "pid", 0);
    }

  return 0;
}

static SbMcpToolResult *
kill_pid (Fixture    *fixture,
          gint64      pid,
          const char *more)
{
  g_autofree char *arguments = g_strdup_printf ("{\"pid\":%" G_GINT64_FORMAT "%s}", pid, more);

  return tools_call (fixture, "killProcess", arguments);
}

static void
test_any_process (Fixture       *fixture,
                  gconstpointer  data)
{
  gint64 process = 0;
  gint64 pid = 0;
  g_autoptr(SbMcpToolResult) killed = NULL;
  g_autoptr(SbMcpToolResult) again = NULL;
  g_autoptr(SbMcpToolResult) itself = NULL;

  tools_init_sandbox (fixture);
  process = start (fixture, "sleep 4711 & wait; echo it went; exec sleep 1000");
  sb_test_wait_until (find_pid (fixture, "sleep 4711") != 0);
  g_assert_true (list_has (fixture, ": sleep 4711 ("));
  pid = find_pid (fixture, "sleep 4711");
  killed = kill_pid (fixture, pid, ",\"signal\":\"KILL\"");
  g_assert_false (killed->is_error);
  g_assert_true (tools_get_boolean (killed, "wasRunning"));
  g_assert_cmpint (tools_get_int (killed, "sent"), ==, 9);
  sb_test_wait_until (log_has (fixture, process, "it went"));
  again = kill_pid (fixture, pid, "");
  g_test_message ("%s", again->text);
  g_assert_false (again->is_error);
  g_assert_false (tools_get_boolean (again, "wasRunning"));
  itself = kill_pid (fixture, 1, "");
  g_assert_true (itself->is_error);
  g_assert_true (log_has (fixture, process, ": running;"));
}

/* What a process calls itself is one line, without what acts on a terminal or turns text around. */
static void
test_process_names (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) started = NULL;

  tools_init_sandbox (fixture);
  started = tools_call (fixture, "exec", "{\"command\":[\"sh\",\"-c\",\"sleep 1000; true\",\"\\u001b[31m\\u202e\\na\"],"
                        "\"background\":true}");
  g_assert_false (started->is_error);
  sb_test_wait_until (find_pid (fixture, "sh -c sleep 1000; true") != 0);
  g_assert_true (list_has (fixture, "pid "));
  g_assert_false (list_has (fixture, "\x1b"));
  g_assert_false (list_has (fixture, "\xe2\x80\xae"));
  g_assert_false (list_has (fixture, "\na ("));
}

static gint64
start_reader (Fixture    *fixture,
              const char *line)
{
  g_autofree char *arguments = g_strdup_printf ("{\"command\":[\"sh\",\"-c\",\"%s\"],\"background\":true,"
                                                "\"openStdin\":true,\"stdin\":\"zero\\n\"}", line);
  g_autoptr(SbMcpToolResult) result = tools_call (fixture, "exec", arguments);

  g_assert_false (result->is_error);

  return tools_get_int (result, "processId");
}

static void
test_input (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) first = NULL;
  g_autoptr(SbMcpToolResult) last = NULL;
  g_autoptr(SbMcpToolResult) late = NULL;
  gint64 process = 0;

  tools_init_sandbox (fixture);
  process = start_reader (fixture, "while read line; do echo got $line; done; echo end");
  sb_test_wait_until (log_has (fixture, process, "got zero\n"));
  first = call_about (fixture, "writeProcessInput", process, ",\"text\":\"one\\ntw\"");
  g_assert_false (first->is_error);
  g_assert_cmpint (tools_get_int (first, "bytes"), ==, 6);
  sb_test_wait_until (log_has (fixture, process, "got one\n"));
  last = call_about (fixture, "writeProcessInput", process, ",\"text\":\"o\\n\",\"end\":true");
  g_assert_true (tools_get_boolean (last, "closed"));
  sb_test_wait_until (log_has (fixture, process, "got two\nend\n[process"));
  late = call_about (fixture, "writeProcessInput", process, ",\"text\":\"x\"");
  g_assert_true (late->is_error);
  g_assert_nonnull (strstr (late->text, "is not open"));
}

/* A command that never reads gets what fits into its pipe and 128 KiB, and whoever writes does not wait. */
static void
test_input_unread (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autofree char *text = g_strnfill (32 * 1024, 'x');
  g_autofree char *piece = g_strdup_printf (",\"text\":\"%s\"", text);
  g_autofree char *too_much = g_strdup_printf (",\"text\":\"%sx\"", text);
  g_autoptr(SbMcpToolResult) large = NULL;
  gint64 process = 0;
  gboolean full = FALSE;

  tools_init_sandbox (fixture);
  process = start_reader (fixture, "exec sleep 1000");
  large = call_about (fixture, "writeProcessInput", process, too_much);
  g_assert_true (large->is_error);
  for (guint taken = 0; !full; taken++)
    {
      g_autoptr(SbMcpToolResult) result = call_about (fixture, "writeProcessInput", process, piece);

      full = result->is_error;
      g_assert_cmpuint (taken, <, 16);
    }
  g_assert_true (log_has (fixture, process, ": running;"));
}

/* One that closed its stdin is not written to. */
static void
test_input_closed (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) result = NULL;
  gint64 process = 0;

  tools_init_sandbox (fixture);
  process = start_reader (fixture, "exec < /dev/null; echo closed; exec sleep 1000");
  sb_test_wait_until (log_has (fixture, process, "closed\n"));
  result = call_about (fixture, "writeProcessInput", process, ",\"text\":\"x\"");
  g_assert_true (result->is_error);
  g_assert_nonnull (strstr (result->text, "is not open"));
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
    { "writeProcessInput", "{\"processId\":99,\"text\":\"\"}", "no background command with the id 99" },
    { "killProcess", "{}", "Give “processId”" },
    { "killProcess", "{\"pid\":0}", "must be one that listProcesses tells" },
    { "killProcess", "{\"pid\":-9}", "must be one that listProcesses tells" },
    { "killProcess", "{\"pid\":4294967298}", "must be one that listProcesses tells" },
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
  ADD ("any-process", test_any_process);
  ADD ("process-names", test_process_names);
  ADD ("input", test_input);
  ADD ("input-unread", test_input_unread);
  ADD ("input-closed", test_input_closed);
  ADD ("refusals", test_refusals);

  return g_test_run ();
}
