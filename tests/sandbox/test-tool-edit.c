/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-json.h"
#include "sb-test.h"
#include "sb-test-tools.h"
#include "sb-text-edit.h"

static SbMcpToolResult *
call_with (Fixture    *fixture,
           const char *tool,
           const char *first_name,
           ...)
{
  g_autoptr(JsonObject) object = json_object_new ();
  g_autofree char *arguments = NULL;
  va_list list;

  va_start (list, first_name);
  for (const char *name = first_name; name != NULL; name = va_arg (list, const char *))
    json_object_set_string_member (object, name, va_arg (list, const char *));
  va_end (list);
  arguments = sb_json_object_to_string (object);

  return tools_call (fixture, tool, arguments);
}

static void
write_file (Fixture    *fixture,
            const char *path,
            const char *contents)
{
  g_autoptr(SbMcpToolResult) result = call_with (fixture, "writeFile", "filename", path, "contents", contents, NULL);

  g_assert_false (result->is_error);
}

static void
assert_file (Fixture    *fixture,
             const char *path,
             const char *contents)
{
  g_autoptr(SbMcpToolResult) result = call_with (fixture, "readFile", "filename", path, NULL);

  g_assert_false (result->is_error);
  g_assert_cmpstr (result->text, ==, contents);
}

static void
test_replace (void)
{
  static const struct
  {
    const char *file;
    const char *text;
    const char *with;
    const char *result;
    guint       n_found;
    guint       first_line;
  } cases[] = {
    { "abc", "b", "x", "axc", 1, 1 },
    { "abc", "abc", "", "", 1, 1 },
    { "aaaa", "aa", "a", "aa", 2, 1 },
    { "aaa", "aa", "b", "ba", 1, 1 },
    { "one\ntwo\nthree\n", "three", "3", "one\ntwo\n3\n", 1, 3 },
    { "one\ntwo\n", "one\n", "", "two\n", 1, 1 },
    { "\n\nx\nx", "x", "x\nx", "\n\nx\nx\nx\nx", 2, 3 },
    { "a\r\nb", "a\nb", "c", "a\r\nb", 0, 0 },
    { "abc", "abcd", "x", "abc", 0, 0 },
    { "", "a", "b", "", 0, 0 },
    { "grün", "ü", "u", "grun", 1, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GBytes) file = g_bytes_new_static (cases[i].file, strlen (cases[i].file));
      g_autoptr(GBytes) expected = g_bytes_new_static (cases[i].result, strlen (cases[i].result));
      g_autoptr(GBytes) result = NULL;
      g_autoptr(GBytes) too_large = NULL;
      SbTextEdit edit;

      sb_text_edit_find (&edit, file, cases[i].text);
      g_assert_cmpuint (edit.n_found, ==, cases[i].n_found);
      g_assert_cmpuint (edit.first_line, ==, cases[i].first_line);
      result = sb_text_edit_replace (&edit, file, cases[i].with, strlen (cases[i].result));
      g_assert_nonnull (result);
      g_assert_true (g_bytes_equal (result, expected));
      if (strlen (cases[i].result) == 0)
        continue;

      too_large = sb_text_edit_replace (&edit, file, cases[i].with, strlen (cases[i].result) - 1);
      g_assert_null (too_large);
    }
}

static void
test_bytes (void)
{
  g_autoptr(GBytes) file = g_bytes_new_static ("\0a\377\0a", 5);
  g_autoptr(GBytes) expected = g_bytes_new_static ("\0bc\377\0bc", 7);
  g_autoptr(GBytes) result = NULL;
  SbTextEdit edit;

  sb_text_edit_find (&edit, file, "a");
  g_assert_cmpuint (edit.n_found, ==, 2);
  result = sb_text_edit_replace (&edit, file, "bc", 100);
  g_assert_true (g_bytes_equal (result, expected));
}

static void
test_edit (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) edited = NULL;
  g_autoptr(SbMcpToolResult) removed = NULL;
  g_autoptr(SbMcpToolResult) all = NULL;
  g_autoptr(SbMcpToolResult) mode = NULL;

  tools_init_sandbox (fixture);
  write_file (fixture, "a.js", "let a = 1;\nlet b = 1;\n");
  mode = tools_call (fixture, "exec", "{\"command\":[\"chmod\",\"750\",\"a.js\"]}");
  edited = call_with (fixture, "editFile", "path", "/workspace/a.js", "oldText", "b = 1", "newText", "b = 2", NULL);
  g_assert_false (edited->is_error);
  g_assert_cmpstr (edited->text, ==, "Replaced in 1 place of “/workspace/a.js”; the first begins in line 2.");
  g_assert_cmpint (tools_get_int (edited, "replaced"), ==, 1);
  g_assert_cmpint (tools_get_int (edited, "firstLine"), ==, 2);
  g_assert_cmpint (tools_get_int (edited, "size"), ==, 22);
  assert_file (fixture, "a.js", "let a = 1;\nlet b = 2;\n");
  g_assert_true (tools_has_activity (fixture, "4|edit /workspace/a.js|1 place|t1|ok"));
  sb_test_wait_until (tools_has_activity (fixture, "6|~ a.js|(null)|t1|ok"));

  removed = call_with (fixture, "editFile", "path", "a.js", "oldText", "let a = 1;\n", "newText", "", NULL);
  g_assert_false (removed->is_error);
  assert_file (fixture, "a.js", "let b = 2;\n");
  all = tools_call (fixture, "editFile",
                    "{\"path\":\"a.js\",\"oldText\":\"e\",\"newText\":\"ee\",\"replaceAll\":true}");
  g_assert_false (all->is_error);
  assert_file (fixture, "a.js", "leet b = 2;\n");
  g_clear_pointer (&mode, sb_mcp_tool_result_free);
  mode = tools_call (fixture, "exec", "{\"command\":[\"stat\",\"-c\",\"%a\",\"a.js\"]}");
  g_assert_true (g_str_has_prefix (mode->text, "stdout: 750\n"));
}

static void
test_refusals (Fixture       *fixture,
               gconstpointer  data)
{
  static const struct
  {
    const char *path;
    const char *old_text;
    const char *new_text;
    const char *text; /* a part of it */
  } cases[] = {
    { "a.js", "x", "y", "does not contain oldText" },
    { "a.js", "let", "var", "contains oldText 2 times, and nothing was changed" },
    { "a.js", "", "y", "“oldText” is empty" },
    { "a.js", "let a", "let a", "nothing to change" },
    { "none.js", "x", "y", "There is no “none.js”" },
    { "d", "x", "y", "“d”" },
    { "../a.js", "x", "y", "../a.js" },
    { "/etc/passwd", "root", "toor", "outside the workspace" },
    { "big", "x", "y", "larger than 2 MiB" },
    { "link", "let a", "let c", "link" },
  };
  g_autoptr(SbMcpToolResult) made = NULL;
  g_autoptr(SbMcpToolResult) grown = NULL;
  g_autofree char *long_text = g_strnfill (1024 * 1024, 'z');

  tools_init_sandbox (fixture);
  write_file (fixture, "a.js", "let a = 1;\nlet b = 1;\n");
  made = tools_call (fixture, "exec", "{\"command\":\"mkdir d; ln -s a.js link; truncate -s 2097153 big; "
                                      "truncate -s 1048577 half; printf x >> half\"}");
  g_assert_cmpint (tools_get_int (made, "exitCode"), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbMcpToolResult) result = call_with (fixture, "editFile", "path", cases[i].path, "oldText",
                                                     cases[i].old_text, "newText", cases[i].new_text, NULL);

      g_test_message ("%s: %s", cases[i].path, result->text);
      g_assert_true (result->is_error);
      g_assert_nonnull (strstr (result->text, cases[i].text));
    }
  grown = call_with (fixture, "editFile", "path", "half", "oldText", "x", "newText", long_text, NULL);
  g_assert_true (grown->is_error);
  g_assert_nonnull (strstr (grown->text, "would become larger than 2 MiB"));
  assert_file (fixture, "a.js", "let a = 1;\nlet b = 1;\n");
}

#define ADD(name, func) g_test_add ("/sandbox/tool-edit/" name, Fixture, NULL, tools_set_up, func, tools_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/sandbox/tool-edit/replace", test_replace);
  g_test_add_func ("/sandbox/tool-edit/bytes", test_bytes);
  ADD ("edit", test_edit);
  ADD ("refusals", test_refusals);

  return g_test_run ();
}
