/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-sandbox-server.h"
#include "sb-test.h"
#include "sb-test-tools.h"

static void
test_names_of_the_demo (Fixture       *fixture,
                        gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GPtrArray) tools = NULL;
  const char * const expected[] = { "initSandbox", "exec", "runCode", "listProcesses", "readProcessLog", "killProcess",
                                    "listPorts", "exposePort", "closePort", "writeFile", "editFile",
                                    "readFile", "listFiles", "statFile", "deleteFile", "moveFile",
                                    "makeDir", "listSandboxes", "stopSandbox", "removeSandbox",
                                    "writeProcessInput", "installPackages", "searchFiles", "applyPatch",
                                    "getArtifact", "snapshot", "listSnapshots",
                                    "restore", "fork", "inspectSandbox", "selectSandbox", "sandboxMetrics" };

  sb_mcp_client_list_tools_async (fixture->client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  tools = sb_mcp_client_list_tools_finish (fixture->client, result, NULL);
  g_assert_cmpuint (tools->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < tools->len; i++)
    {
      SbMcpTool *tool = g_ptr_array_index (tools, i);
      g_autofree char *schema = sb_json_object_to_string (tool->input_schema);

      g_assert_cmpstr (tool->name, ==, expected[i]);
      g_assert_nonnull (tool->annotations);
      /* Keywords that some providers refuse. */
      g_assert_null (strstr (schema, "pattern"));
      g_assert_null (strstr (schema, "Length"));
      g_assert_null (strstr (schema, "anyOf"));
      g_assert_null (strstr (schema, "additionalProperties"));
    }
}

static void
test_no_sandbox (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) exec = tools_call (fixture, "exec", "{\"command\":[\"true\"]}");
  g_autoptr(SbMcpToolResult) write = tools_call (fixture, "writeFile", "{\"filename\":\"a\",\"contents\":\"b\"}");
  g_autoptr(SbMcpToolResult) unknown = tools_call (fixture, "exec",
                                                   "{\"command\":[\"true\"],\"containerId\":\"nope\"}");
  g_autoptr(SbMcpToolResult) list = tools_call (fixture, "listSandboxes", "{}");

  g_assert_true (exec->is_error);
  g_assert_true (g_str_has_prefix (exec->text, "You need to initialize a sandbox first"));
  g_assert_true (write->is_error);
  g_assert_true (unknown->is_error);
  g_assert_nonnull (strstr (unknown->text, "listSandboxes"));
  g_assert_false (list->is_error);
  g_assert_true (g_str_has_prefix (list->text, "There are no sandboxes"));
}

static void
test_job_of_the_demo (Fixture       *fixture,
                      gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) write = NULL;
  g_autoptr(SbMcpToolResult) exec = NULL;
  g_autoptr(SbMcpToolResult) read = NULL;
  g_autoptr(SbMcpToolResult) list = NULL;

  tools_init_sandbox (fixture);
  write = tools_call (fixture, "writeFile",
                      "{\"filename\":\"hello.sh\",\"contents\":\"echo hi; echo oh >&2\",\"containerId\":null}");
  g_assert_false (write->is_error);
  g_assert_cmpstr (write->text, ==, "success");
  exec = tools_call (fixture, "exec", "{\"command\":[\"sh\",\"hello.sh\"],\"background\":false,\"cwd\":\"\"}");
  g_assert_false (exec->is_error);
  g_assert_cmpstr (exec->text, ==, "stdout: hi\n\n\nstderr: oh\n\n\nexit code: 0");
  g_assert_cmpint (tools_get_int (exec, "exitCode"), ==, 0);
  g_assert_cmpint (tools_get_int (exec, "stdoutBytes"), ==, 3);
  g_assert_false (tools_get_boolean (exec, "timedOut"));
  g_assert_false (tools_get_boolean (exec, "truncated"));
  g_assert_false (tools_get_boolean (exec, "networkBlocked"));
  read = tools_call (fixture, "readFile", "{\"filename\":\"hello.sh\"}");
  g_assert_cmpstr (read->text, ==, "echo hi; echo oh >&2");
  list = tools_call (fixture, "listFiles", "{}");
  g_assert_cmpstr (list->text, ==, "hello.sh (20 bytes)");
  g_assert_true (tools_has_activity (fixture, "2|sh hello.sh|exit 0|t1|ok"));
  g_assert_true (tools_has_activity (fixture, "4|write hello.sh|(null)|t1|ok"));
  sb_test_wait_until (tools_has_activity (fixture, "6|+ hello.sh|(null)|t1|ok"));
}

static void
test_ways_to_say_it (Fixture       *fixture,
                     gconstpointer  data)
{
  static const struct
  {
    const char *arguments;
    const char *out;
  } cases[] = {
    { "{\"command\":\"echo a | tr a b\"}", "stdout: b\n" },
    { "{\"command\":[\"echo a | tr a b\"]}", "stdout: b\n" },
    { "{\"command\":[\"echo\",\"a | b\"]}", "stdout: a | b\n" },
    { "{\"command\":[\"cat\"],\"stdin\":\"from stdin\"}", "stdout: from stdin" },
    { "{\"command\":[\"sh\",\"-c\",\"echo $A$B\"],\"env\":[\"A=1\",\"B=2\"]}", "stdout: 12\n" },
    { "{\"command\":[\"sh\",\"-c\",\"echo $A\"],\"env\":\"A=x\"}", "stdout: x\n" },
    { "{\"command\":[\"sh\",\"-c\",\"mkdir -p d; cd d; basename $PWD\"]}", "stdout: d\n" },
    { "{\"command\":[\"sh\",\"-c\",\"basename $PWD\"],\"cwd\":\"d\"}", "stdout: d\n" },
    { "{\"command\":[\"printf\",\"\\u001b[31mred\\u001b[0m\"]}", "stdout: red\n" },
  };

  tools_init_sandbox (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbMcpToolResult) result = tools_call (fixture, "exec", cases[i].arguments);

      g_test_message ("%s", cases[i].arguments);
      g_assert_false (result->is_error);
      g_assert_true (g_str_has_prefix (result->text, cases[i].out));
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
    { "exec", "{}", "“command” is missing" },
    { "exec", "{\"command\":[]}", "The command is empty" },
    { "exec", "{\"command\":\"\"}", "The command is empty" },
    { "exec", "{\"command\":\" \"}", "no “ ” in" },
    { "exec", "{\"command\":[7]}", "“command” must be a string" },
    { "exec", "{\"command\":[\"true\"],\"env\":[\"A\"]}", "NAME=value" },
    { "exec", "{\"command\":[\"true\"],\"timeoutMs\":\"soon\"}", "“timeoutMs” must be a whole number" },
    { "exec", "{\"command\":[\"no-such-program\"]}", "There is no “no-such-program”" },
    { "exec", "{\"command\":[\"true\"],\"cwd\":\"no-such-dir\"}", "working directory" },
    { "writeFile", "{\"filename\":\"../out\",\"contents\":\"x\"}", "../out" },
    { "writeFile", "{\"filename\":\"../out\",\"contents\":\"x\"}", "“../out” is outside the workspace, which" },
    { "writeFile", "{\"filename\":\"/etc/out\",\"contents\":\"x\"}", "outside the workspace" },
    { "writeFile", "{\"filename\":\"x\"}", "“contents” is missing" },
    { "writeFile", "{\"filename\":\"x\",\"contents\":\"y\",\"encoding\":\"utf16\"}", "utf8 or base64" },
    { "readFile", "{\"filename\":\"no-such-file\"}", "no-such-file" },
    { "readFile", "{\"filename\":\"/etc/passwd\"}", "outside the workspace" },
    { "listFiles", "{\"path\":\"no-such-dir\"}", "no-such-dir" },
    { "stopSandbox", "{\"containerId\":\"nope\"}", "no sandbox of this id" },
    { "initSandbox", "{\"name\":\"Bad Name\"}", "a-z" },
    { "initSandbox", "{\"memoryMb\":\"1g\"}", "“memoryMb” must be a whole number" },
  };

  tools_init_sandbox (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbMcpToolResult) result = tools_call (fixture, cases[i].tool, cases[i].arguments);

      g_test_message ("%s %s: %s", cases[i].tool, cases[i].arguments, result->text);
      g_assert_true (result->is_error);
      g_assert_nonnull (strstr (result->text, cases[i].text));
    }
}

static void
test_outcomes (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) failed = NULL;
  g_autoptr(SbMcpToolResult) killed = NULL;
  g_autoptr(SbMcpToolResult) timed_out = NULL;
  g_autoptr(SbMcpToolResult) no_network = NULL;
  g_autoptr(SbMcpToolResult) binary = NULL;

  tools_init_sandbox (fixture);
  failed = tools_call (fixture, "exec", "{\"command\":[\"sh\",\"-c\",\"exit 3\"]}");
  g_assert_false (failed->is_error);
  g_assert_true (g_str_has_suffix (failed->text, "exit code: 3"));
  g_assert_true (tools_has_activity (fixture, "2|sh -c exit 3|exit 3|t1|failed"));
  killed = tools_call (fixture, "exec", "{\"command\":[\"sh\",\"-c\",\"kill -9 $$\"]}");
  g_assert_false (killed->is_error);
  g_assert_cmpint (tools_get_int (killed, "exitCode"), ==, 137);
  g_assert_cmpint (tools_get_int (killed, "signal"), ==, 9);
  timed_out = tools_call (fixture, "exec",
                          "{\"command\":[\"sh\",\"-c\",\"echo before; sleep 1000\"],\"timeoutMs\":100}");
  g_assert_true (timed_out->is_error);
  g_assert_true (tools_get_boolean (timed_out, "timedOut"));
  g_assert_nonnull (strstr (timed_out->text, "stdout: before"));
  g_assert_nonnull (strstr (timed_out->text, "timeoutMs"));
  no_network = tools_call (fixture, "exec",
                           "{\"command\":[\"sh\",\"-c\",\"echo Error: getaddrinfo EAI_AGAIN x >&2; exit 1\"]}");
  g_assert_false (no_network->is_error);
  g_assert_true (tools_get_boolean (no_network, "networkBlocked"));
  g_assert_nonnull (strstr (no_network->text, "EAI_AGAIN"));
  binary = tools_call (fixture, "exec", "{\"command\":[\"head\",\"-c\",\"5000\",\"/dev/zero\"]}");
  g_assert_nonnull (strstr (binary->text, "stdout: (binary"));
  g_assert_cmpint (tools_get_int (binary, "stdoutBytes"), ==, 5000);
}

static void
test_flood (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) result = NULL;

  tools_init_sandbox (fixture);
  result = tools_call (fixture, "exec",
                       "{\"command\":[\"sh\",\"-c\",\"echo first; yes | head -c 30000000; echo last\"]}");
  g_assert_false (result->is_error);
  g_assert_true (tools_get_boolean (result, "truncated"));
  g_assert_cmpint (tools_get_int (result, "stdoutBytes"), ==, 30000011);
  g_assert_cmpuint (strlen (result->text), <, 40 * 1024);
  g_assert_true (g_str_has_prefix (result->text, "stdout: first\n"));
  g_assert_nonnull (strstr (result->text, "left out here"));
  g_assert_nonnull (strstr (result->text, "last\n"));
  g_assert_cmpuint (fixture->progress->len, <, 2 * 1024 * 1024);
}

static void
test_progress (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) result = NULL;

  tools_init_sandbox (fixture);
  result = tools_call (fixture, "exec",
                       "{\"command\":[\"sh\",\"-c\",\"printf 'a\\\\033[1mb'; echo c >&2; printf d\"]}");
  g_assert_false (result->is_error);
  g_assert_cmpuint (fixture->progress->len, ==, 5);
  g_assert_nonnull (strstr (fixture->progress->str, "ab"));
}

static void
test_cancel (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(JsonObject) arguments = sb_json_parse_object (
    "{\"command\":[\"sh\",\"-c\",\"echo started > flag; sleep 1000\"]}", -1, NULL);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbMcpToolResult) after = NULL;

  tools_init_sandbox (fixture);
  sb_mcp_client_call_tool_async (fixture->client, "exec", arguments, "t2", 0, NULL, NULL, cancellable,
                                 sb_test_keep_result, &result);
  sb_test_wait_until (tools_has_activity (fixture, "6|+ flag|(null)|t2|ok"));
  g_cancellable_cancel (cancellable);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_mcp_client_call_tool_finish (fixture->client, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  sb_test_wait_until (tools_has_activity (fixture, "2|sh -c echo started > flag; sleep 1000|stopped|t2|failed"));
  after = tools_call (fixture, "exec", "{\"command\":[\"echo\",\"still here\"]}");
  g_assert_false (after->is_error);
}

/* What is told of a written file comes when the next call may run already. */
static void
test_credit (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(JsonObject) file = sb_json_parse_object (
    "{\"filename\":\"/workspace/./late.txt\",\"contents\":\"x\"}", -1, NULL);
  g_autoptr(JsonObject) command = sb_json_parse_object ("{\"command\":[\"sleep\",\"1000\"]}", -1, NULL);
  g_autoptr(GAsyncResult) written = NULL;
  g_autoptr(GAsyncResult) slept = NULL;

  tools_init_sandbox (fixture);
  sb_mcp_client_call_tool_async (fixture->client, "writeFile", file, "t2", 0, NULL, NULL, NULL,
                                 sb_test_keep_result, &written);
  sb_mcp_client_call_tool_async (fixture->client, "exec", command, "t3", 0, NULL, NULL, cancellable,
                                 sb_test_keep_result, &slept);
  sb_test_wait_until (tools_has_activity (fixture, "6|+ late.txt|(null)|t2|ok"));
  g_assert_false (tools_has_activity (fixture, "6|+ late.txt|(null)|t3|ok"));
  g_cancellable_cancel (cancellable);
  sb_test_wait_until (written != NULL && slept != NULL);
}

static void
test_files (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) write = NULL;
  g_autoptr(SbMcpToolResult) append = NULL;
  g_autoptr(SbMcpToolResult) part = NULL;
  g_autoptr(SbMcpToolResult) bytes = NULL;
  g_autoptr(SbMcpToolResult) binary = NULL;
  g_autoptr(SbMcpToolResult) list = NULL;
  g_autoptr(SbMcpToolResult) removed = NULL;

  tools_init_sandbox (fixture);
  write = tools_call (fixture, "writeFile", "{\"filename\":\"/workspace/a/b/c.txt\",\"contents\":\"0123456789\"}");
  append = tools_call (fixture, "writeFile",
                       "{\"filename\":\"a/b/c.txt\",\"contents\":\"YWJj\",\"encoding\":\"base64\",\"append\":true}");
  g_assert_cmpstr (write->text, ==, "success");
  g_assert_cmpstr (append->text, ==, "success");
  part = tools_call (fixture, "readFile", "{\"filename\":\"a/b/c.txt\",\"offset\":8,\"maxBytes\":3}");
  g_assert_true (g_str_has_prefix (part->text, "89a\n[… the file goes on: 11 of 13 bytes"));
  g_assert_true (tools_get_boolean (part, "truncated"));
  bytes = tools_call (fixture, "writeFile", "{\"filename\":\"a/x\",\"contents\":\"AAECAw==\",\"encoding\":\"base64\"}");
  g_assert_false (bytes->is_error);
  binary = tools_call (fixture, "readFile", "{\"filename\":\"a/x\"}");
  g_assert_true (g_str_has_prefix (binary->text, "(binary"));
  list = tools_call (fixture, "listFiles", "{\"path\":\"a\"}");
  g_assert_cmpstr (list->text, ==, "b/\nx (4 bytes)");
  /* Files of directories that came into being meanwhile are seen, too. */
  sb_test_wait_until (tools_has_activity (fixture, "6|+ a/b/c.txt|(null)|t1|ok"));
  removed = tools_call (fixture, "exec", "{\"command\":[\"rm\",\"-r\",\"a\"]}");
  g_assert_false (removed->is_error);
  sb_test_wait_until (tools_has_activity (fixture, "6|− a|(null)|t1|ok"));
}

static void
test_several (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) one = tools_call (fixture, "initSandbox", "{\"name\":\"one\",\"env\":[\"WHO=first\"]}");
  g_autoptr(SbMcpToolResult) two = tools_call (fixture, "initSandbox", "{\"name\":\"two\",\"memoryMb\":256}");
  g_autoptr(SbMcpToolResult) again = tools_call (fixture, "initSandbox", "{\"name\":\"two\"}");
  g_autoptr(SbMcpToolResult) in_one = tools_call (
    fixture, "exec", "{\"command\":[\"sh\",\"-c\",\"echo $WHO\"],\"containerId\":\"one\"}");
  g_autoptr(SbMcpToolResult) in_newest = tools_call (fixture, "exec", "{\"command\":[\"sh\",\"-c\",\"echo .$WHO\"]}");
  g_autoptr(SbMcpToolResult) list = tools_call (fixture, "listSandboxes", "{}");
  g_autoptr(SbMcpToolResult) stop = tools_call (fixture, "stopSandbox", "{\"containerId\":\"one\"}");
  g_autoptr(SbMcpToolResult) gone = tools_call (fixture, "exec", "{\"command\":[\"true\"],\"containerId\":\"one\"}");

  g_assert_false (one->is_error);
  g_assert_false (two->is_error);
  g_assert_true (again->is_error);
  g_assert_true (g_str_has_prefix (in_one->text, "stdout: first\n"));
  g_assert_true (g_str_has_prefix (in_newest->text, "stdout: .\n"));
  g_assert_nonnull (strstr (list->text, "(two): ready; used when"));
  g_assert_true (g_str_has_prefix (stop->text, "stopped sandbox id: "));
  g_assert_true (gone->is_error);
  g_assert_nonnull (strstr (gone->text, "initSandbox"));
}

static void
test_owners (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(SbMcpServer) server = sb_sandbox_server_new (fixture->manager, "you", NULL);
  g_autoptr(SbMcpClient) client = tools_new_client (server);
  g_autoptr(SbMcpToolResult) mine = tools_call (fixture, "initSandbox", "{\"name\":\"mine\"}");
  g_autoptr(SbMcpToolResult) newest = tools_call_on (fixture, client, "exec", "{\"command\":[\"true\"]}");
  g_autoptr(SbMcpToolResult) named = tools_call_on (fixture, client, "exec",
                                                    "{\"command\":[\"true\"],\"containerId\":\"mine\"}");
  g_autoptr(SbMcpToolResult) list = tools_call_on (fixture, client, "listSandboxes", "{}");

  g_assert_false (mine->is_error);
  g_assert_true (newest->is_error);
  g_assert_true (named->is_error);
  g_assert_null (strstr (list->text, "mine"));
  sb_mcp_client_close (client);
}

static void
test_killed_from_outside (Fixture       *fixture,
                          gconstpointer  data)
{
  g_autoptr(JsonObject) arguments = sb_json_parse_object (
    "{\"command\":[\"sh\",\"-c\",\"> flag; sleep 1000\"]}", -1, NULL);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbMcpToolResult) tool_result = NULL;
  g_autoptr(GError) error = NULL;

  tools_init_sandbox (fixture);
  sb_mcp_client_call_tool_async (fixture->client, "exec", arguments, "t3", 0, NULL, NULL, NULL, sb_test_keep_result,
                                 &result);
  sb_test_wait_until (tools_has_activity (fixture, "6|+ flag|(null)|t3|ok"));
  sb_test_backend_kill_all (fixture->backend);
  sb_test_wait_until (result != NULL);
  tool_result = sb_mcp_client_call_tool_finish (fixture->client, result, &error);
  g_assert_no_error (error);
  g_assert_true (tool_result->is_error);
  g_assert_nonnull (strstr (tool_result->text, "is gone"));
  g_assert_nonnull (strstr (tool_result->text, "initSandbox"));
}

static void
test_engine_down (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) result = NULL;

  sb_test_backend_set_available (fixture->backend, FALSE);
  result = tools_call (fixture, "initSandbox", "{}");
  g_assert_true (result->is_error);
  g_assert_nonnull (strstr (result->text, "Start Docker"));
}

/* The server, the client and the manager go while a command runs: nothing may be touched afterwards. */
static void
test_all_go (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(JsonObject) arguments = sb_json_parse_object (
    "{\"command\":[\"sh\",\"-c\",\"> flag; sleep 1000\"]}", -1, NULL);
  g_autoptr(GAsyncResult) result = NULL;

  tools_init_sandbox (fixture);
  sb_mcp_client_call_tool_async (fixture->client, "exec", arguments, "t4", 0, NULL, NULL, NULL, sb_test_keep_result,
                                 &result);
  sb_test_wait_until (tools_has_activity (fixture, "6|+ flag|(null)|t4|ok"));
  g_clear_object (&fixture->server);
  fixture->server = sb_sandbox_server_new (fixture->manager, "me", NULL);
  sb_test_wait_until (result != NULL);
}

#define ADD(name, func) g_test_add ("/sandbox/tools/" name, Fixture, NULL, tools_set_up, func, tools_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("names-of-the-demo", test_names_of_the_demo);
  ADD ("no-sandbox", test_no_sandbox);
  ADD ("job-of-the-demo", test_job_of_the_demo);
  ADD ("ways-to-say-it", test_ways_to_say_it);
  ADD ("refusals", test_refusals);
  ADD ("outcomes", test_outcomes);
  ADD ("flood", test_flood);
  ADD ("progress", test_progress);
  ADD ("cancel", test_cancel);
  ADD ("credit", test_credit);
  ADD ("files", test_files);
  ADD ("several", test_several);
  ADD ("owners", test_owners);
  ADD ("killed-from-outside", test_killed_from_outside);
  ADD ("engine-down", test_engine_down);
  ADD ("all-go", test_all_go);

  return g_test_run ();
}
