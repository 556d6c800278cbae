/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-test.h"
#include "sb-test-tools.h"

/* Its standard output must be this; it tells what really is there. */
static void
assert_shell (Fixture    *fixture,
              const char *line,
              const char *output)
{
  g_autofree char *arguments = g_strdup_printf ("{\"command\":[\"sh\",\"-c\",\"%s\"]}", line);
  g_autofree char *start = g_strdup_printf ("stdout: %s\n\nstderr: ", output);
  g_autoptr(SbMcpToolResult) result = tools_call (fixture, "exec", arguments);

  g_test_message ("%s: %s", line, result->text);
  g_assert_false (result->is_error);
  g_assert_true (g_str_has_prefix (result->text, start));
}

static void
assert_done (Fixture    *fixture,
             const char *tool,
             const char *arguments,
             const char *text)
{
  g_autoptr(SbMcpToolResult) result = tools_call (fixture, tool, arguments);

  g_test_message ("%s %s: %s", tool, arguments, result->text);
  g_assert_false (result->is_error);
  g_assert_cmpstr (result->text, ==, text);
}

static const char *
get_string (SbMcpToolResult *result,
            const char      *name)
{
  return sb_json_get_string (json_node_get_object (result->structured), name);
}

static void
test_stat (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) file = NULL;
  g_autoptr(SbMcpToolResult) directory = NULL;
  g_autoptr(SbMcpToolResult) link = NULL;
  g_autoptr(SbMcpToolResult) root = NULL;

  tools_init_sandbox (fixture);
  assert_shell (fixture, "printf abc > a; chmod 640 a; touch -d @86400 a; mkdir d; ln -s /etc/passwd l", "");
  file = tools_call (fixture, "statFile", "{\"path\":\"a\"}");
  g_assert_cmpstr (file->text, ==, "a: file, 3 bytes, mode 0640, changed 1970-01-02T00:00:00Z");
  g_assert_cmpstr (get_string (file, "type"), ==, "file");
  g_assert_cmpstr (get_string (file, "mode"), ==, "0640");
  g_assert_cmpstr (get_string (file, "changed"), ==, "1970-01-02T00:00:00Z");
  g_assert_cmpint (tools_get_int (file, "size"), ==, 3);
  g_assert_true (tools_has_activity (fixture, "3|look at a|file|t1|ok"));
  directory = tools_call (fixture, "statFile", "{\"path\":\"/workspace/d\"}");
  g_assert_cmpstr (get_string (directory, "type"), ==, "directory");
  link = tools_call (fixture, "statFile", "{\"path\":\"l\"}");
  g_assert_cmpstr (get_string (link, "type"), ==, "link");
  g_assert_cmpstr (get_string (link, "linkTarget"), ==, "/etc/passwd");
  root = tools_call (fixture, "statFile", "{\"path\":\"/workspace\"}");
  g_assert_cmpstr (get_string (root, "type"), ==, "directory");
}

static void
test_delete (Fixture       *fixture,
             gconstpointer  data)
{
  tools_init_sandbox (fixture);
  assert_shell (fixture, "mkdir -p d/e f keep; > a; > d/e/x; > keep/k; ln -s keep l", "");
  assert_done (fixture, "deleteFile", "{\"path\":\"a\"}", "deleted");
  g_assert_true (tools_has_activity (fixture, "4|delete a|(null)|t1|ok"));
  sb_test_wait_until (tools_has_activity (fixture, "6|− a|(null)|t1|ok"));
  assert_done (fixture, "deleteFile", "{\"path\":\"f\"}", "deleted");
  assert_done (fixture, "deleteFile", "{\"path\":\"d\",\"recursive\":true}", "deleted");
  /* The link goes, not what it points to. */
  assert_done (fixture, "deleteFile", "{\"path\":\"l\",\"recursive\":true}", "deleted");
  assert_shell (fixture, "find . -mindepth 1 | sort", "./keep\n./keep/k\n");
}

static void
test_move (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) moved = NULL;
  g_autoptr(SbMcpToolResult) taken = NULL;

  tools_init_sandbox (fixture);
  assert_shell (fixture, "echo a > a; echo b > b; mkdir d", "");
  moved = tools_call (fixture, "moveFile", "{\"from\":\"a\",\"to\":\"/workspace/new/dir/c\"}");
  g_assert_cmpstr (moved->text, ==, "moved");
  g_assert_cmpstr (get_string (moved, "from"), ==, "a");
  g_assert_cmpstr (get_string (moved, "to"), ==, "/workspace/new/dir/c");
  g_assert_true (tools_has_activity (fixture, "4|move a to /workspace/new/dir/c|(null)|t1|ok"));
  taken = tools_call (fixture, "moveFile", "{\"from\":\"b\",\"to\":\"new/dir/c\"}");
  g_assert_true (taken->is_error);
  g_assert_nonnull (strstr (taken->text, "There is a “new/dir/c” already, and nothing was moved."));
  assert_shell (fixture, "cat new/dir/c b", "a\nb\n");
  assert_done (fixture, "moveFile", "{\"from\":\"b\",\"to\":\"new/dir/c\",\"overwrite\":true}", "moved");
  assert_done (fixture, "moveFile", "{\"from\":\"new\",\"to\":\"d/new\"}", "moved");
  assert_shell (fixture, "cat d/new/dir/c; ls", "b\nd\n");
}

static void
test_make (Fixture       *fixture,
           gconstpointer  data)
{
  tools_init_sandbox (fixture);
  assert_done (fixture, "makeDir", "{\"path\":\"a/b/c\"}", "made");
  assert_done (fixture, "makeDir", "{\"path\":\"/workspace/a/b\"}", "exists already");
  assert_done (fixture, "makeDir", "{\"path\":\"/workspace\"}", "exists already");
  g_assert_true (tools_has_activity (fixture, "4|make directory a/b/c|(null)|t1|ok"));
  assert_shell (fixture, "find . -mindepth 1 -type d | sort", "./a\n./a/b\n./a/b/c\n");
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
    { "statFile", "{}", "“path” is missing" },
    { "statFile", "{\"path\":\"none\"}", "There is no “none”" },
    { "statFile", "{\"path\":\"/etc/passwd\"}", "outside the workspace" },
    { "deleteFile", "{\"path\":\"none\"}", "There is no “none”" },
    { "deleteFile", "{\"path\":\"d\"}", "only with recursive true" },
    { "deleteFile", "{\"path\":\"../d\",\"recursive\":true}", "outside the workspace" },
    { "deleteFile", "{\"path\":\"/workspace\",\"recursive\":true}", "/workspace" },
    { "deleteFile", "{\"path\":\"\",\"recursive\":true}", "not of the kind" },
    { "deleteFile", "{\"path\":\"out/passwd\"}", "outside the workspace" },
    { "moveFile", "{\"from\":\"a\"}", "“to” is missing" },
    { "moveFile", "{\"from\":\"none\",\"to\":\"b\"}", "There is no “none”" },
    { "moveFile", "{\"from\":\"a\",\"to\":\"../b\"}", "“../b” is outside the workspace" },
    { "moveFile", "{\"from\":\"/etc/passwd\",\"to\":\"b\"}", "“/etc/passwd” is outside the workspace" },
    { "moveFile", "{\"from\":\"a\",\"to\":\"d\"}", "There is a “d” already" },
    { "moveFile", "{\"from\":\"d\",\"to\":\"d/e\"}", "“d” failed in the sandbox" },
    { "makeDir", "{\"path\":\"a\"}", "“a” failed in the sandbox" },
    { "makeDir", "{\"path\":\"/tmp/x\"}", "outside the workspace" },
  };

  tools_init_sandbox (fixture);
  assert_shell (fixture, "> a; mkdir d; > d/x; ln -s /etc out", "");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbMcpToolResult) result = tools_call (fixture, cases[i].tool, cases[i].arguments);

      g_test_message ("%s %s: %s", cases[i].tool, cases[i].arguments, result->text);
      g_assert_true (result->is_error);
      g_assert_nonnull (strstr (result->text, cases[i].text));
    }
  assert_shell (fixture, "find . -mindepth 1 | sort", "./a\n./d\n./d/x\n./out\n");
}

#define ADD(name, func) g_test_add ("/sandbox/tool-paths/" name, Fixture, NULL, tools_set_up, func, tools_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("stat", test_stat);
  ADD ("delete", test_delete);
  ADD ("move", test_move);
  ADD ("make", test_make);
  ADD ("refusals", test_refusals);

  return g_test_run ();
}
