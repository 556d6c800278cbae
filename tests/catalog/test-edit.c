/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-yaml-edit.h"

#include <string.h>

#define CATALOG \
  "# About the file.\nname: n # the name\n\nregistry:\n  # About a.\n  a:\n    image: x   # pin me\n" \
  "    # Its variables.\n    env:\n      - name: A\n        value: 1\n      # The second.\n      - name: B\n" \
  "    tools: [{name: t}, {name: u}]\n\n  # About b.\n  b:\n    image: 'y'\n    privileged:\n    text: |\n" \
  "      one\n\n      two\n\n"

static SbYamlEdit *
make (const char *verb,
      const char *path,
      const char *argument)
{
  g_auto(GStrv) steps = g_strsplit (path, "/", -1);
  const char * const *p = (const char * const *) steps;

  if (strcmp (verb, "set") == 0)
    return sb_yaml_edit_new_set (p, sb_yaml_node_new_text (argument));
  if (strcmp (verb, "put") == 0)
    return sb_yaml_edit_new_set (p, sb_yaml_parse (argument, -1, NULL));
  if (strcmp (verb, "rename") == 0)
    return sb_yaml_edit_new_rename (p, argument);

  return strcmp (verb, "remove") == 0 ? sb_yaml_edit_new_remove (p) : sb_yaml_edit_new_remove_second (p);
}

/* What differs between two texts: the lines that went with "-", those that came with "+". */
static char *
diff (const char *before,
      const char *after)
{
  g_auto(GStrv) old_lines = g_strsplit (before, "\n", -1);
  g_auto(GStrv) new_lines = g_strsplit (after, "\n", -1);
  g_autoptr(GString) out = g_string_new (NULL);
  guint n_old = g_strv_length (old_lines), n_new = g_strv_length (new_lines);
  guint head = 0, tail = 0;

  while (head < MIN (n_old, n_new) && strcmp (old_lines[head], new_lines[head]) == 0)
    head++;
  while (tail < MIN (n_old, n_new) - head && strcmp (old_lines[n_old - 1 - tail], new_lines[n_new - 1 - tail]) == 0)
    tail++;
  for (guint i = head; i < n_old - tail; i++)
    g_string_append_printf (out, "-%s\n", old_lines[i]);
  for (guint i = head; i < n_new - tail; i++)
    g_string_append_printf (out, "+%s\n", new_lines[i]);

  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
test_table (void)
{
  static const struct
  {
    const char *verb;
    const char *path;
    const char *argument;
    const char *difference;
  } cases[] = {
    { "set", "registry/a/image", "x@sha256:1", "-    image: x   # pin me\n+    image: x@sha256:1   # pin me\n" },
    { "set", "name", "a b: c", "-name: n # the name\n+name: \"a b: c\" # the name\n" },
    { "set", "name", "1", "-name: n # the name\n+name: \"1\" # the name\n" },
    { "set", "name", "true", "-name: n # the name\n+name: \"true\" # the name\n" },
    { "put", "registry/a/longLived", "true", "+    longLived: true\n" },
    { "put", "registry/b/privileged", "false", "-    privileged:\n+    privileged: false\n" },
    { "put", "registry/a/env/-", "{name: C, value: x}", "+      - name: C\n+        value: x\n" },
    { "set", "registry/a/env/0/value", "2", "-        value: 1\n+        value: \"2\"\n" },
    { "set", "registry/a/env/1/value", "2", "+        value: \"2\"\n" },
    { "set", "registry/a/remote/url", "https://x", "+    remote:\n+      url: https://x\n" },
    { "set", "registry/a/volumes/-", "a:/b", "+    volumes:\n+      - a:/b\n" },
    { "put", "registry/c", "{image: z, tools: [], env: {}}", "+  c:\n+    image: z\n+    tools: []\n+    env: {}\n" },
    { "set", "registry/b/text", "one", "-    text: |\n-      one\n-\n-      two\n+    text: one\n" },
    { "set", "registry/b/image", "a\nb\n", "-    image: 'y'\n+    image: \"a\\nb\\n\"\n" },
    { "set", "registry/a/tools/0/name", "v",
      "-    tools: [{name: t}, {name: u}]\n+    tools: [{name: v}, {name: u}]\n" },
    { "remove", "registry/a/tools/0", NULL,
      "-    tools: [{name: t}, {name: u}]\n+    tools:\n+      - name: u\n" },
    { "remove", "registry/a/env/1", NULL, "-      # The second.\n-      - name: B\n" },
    { "remove", "registry/a/env", NULL, "-    # Its variables.\n-    env:\n-      - name: A\n-        value: 1\n"
      "-      # The second.\n-      - name: B\n" },
    { "remove", "registry/b/privileged", NULL, "-    privileged:\n" },
    { "remove", "name", NULL, "-name: n # the name\n" },
    { "rename", "registry/a", "c", "-  a:\n+  c:\n" },
    { "rename", "registry/a/env", "1", "-    env:\n+    \"1\":\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbYamlEdit) edit = make (cases[i].verb, cases[i].path, cases[i].argument);
      g_autoptr(GError) error = NULL;
      g_autofree char *text = sb_yaml_edit_apply (edit, CATALOG, &error);
      g_autofree char *difference = NULL;

      g_test_message ("%s %s", cases[i].verb, cases[i].path);
      g_assert_no_error (error);
      difference = diff (CATALOG, text);
      g_assert_cmpstr (difference, ==, cases[i].difference);
    }
}

static void
test_shapes (void)
{
  static const struct
  {
    const char *text;
    const char *verb;
    const char *path;
    const char *argument;
    const char *expected;
  } cases[] = {
    { "registry:\n", "put", "registry/a", "{image: x}", "registry:\n  a:\n    image: x\n" },
    { "registry: {} # none\n", "put", "registry/a", "{image: x}", "registry:\n  a:\n    image: x # none\n" },
    { "{registry: {a: {image: x}}}", "set", "registry/a/image", "w", "{registry: {a: {image: w}}}" },
    { "{registry: {a: {image: x}}}", "set", "registry/a/user", "w",
      "registry:\n  a:\n    image: x\n    user: w\n" },
    { "registry:\n  a: {image: x}", "set", "registry/a/user", "w", "registry:\n  a:\n    image: x\n    user: w" },
    { "registry:\n  a:\n    image: x", "set", "registry/a/user", "w", "registry:\n  a:\n    image: x\n    user: w\n" },
    { "registry:\n  a:\n    image: x\n", "remove", "registry/a", NULL, "registry: {}\n" },
    { "a:\n- x\n- y\n", "set", "a/-", "z", "a:\n- x\n- y\n- z\n" },
    { "a:\n- x\n- y\n", "remove", "a/0", NULL, "a:\n- y\n" },
    { "a:\n- x: 1\n  z: 2\n", "remove", "a/0/x", NULL, "a:\n  - z: 2\n" },
    { "a: 1\na: 2\n", "second", "a", NULL, "a: 1\n" },
    { "é: ü # ö\nb: 1\n", "set", "b", "ß", "é: ü # ö\nb: ß\n" },
    { "\xef\xbb\xbf" "a: 1\r\nb: 2\r\n", "set", "b", "c", "\xef\xbb\xbf" "a: 1\r\nb: c\r\n" },
    { "a: 1\r\nb: 2\r\n", "remove", "a", NULL, "b: 2\r\n" },
    { "a: |+\n  x\n\n\n", "set", "b", "c", "a: \"x\\n\\n\\n\"\nb: c\n" },
    { "---\na: 1\n...\n", "set", "b", "c", "---\na: 1\nb: c\n...\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbYamlEdit) edit = make (cases[i].verb, cases[i].path, cases[i].argument);
      g_autoptr(GError) error = NULL;
      g_autofree char *text = sb_yaml_edit_apply (edit, cases[i].text, &error);

      g_test_message ("%s %s in %s", cases[i].verb, cases[i].path, cases[i].text);
      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

static void
test_refused (void)
{
  static const char * const cases[][4] = {
    { CATALOG, "remove", "registry/nobody", NULL }, { CATALOG, "rename", "registry/a", "b" },
    { CATALOG, "set", "name/deeper", "x" }, { CATALOG, "set", "registry/a/env/7", "x" },
    { CATALOG, "second", "name", NULL }, { "a: [", "set", "a", "x" }, { "a: &x 1\nb: *x\n", "set", "a", "x" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbYamlEdit) edit = make (cases[i][1], cases[i][2], cases[i][3]);
      g_autoptr(GError) error = NULL;

      g_test_message ("%s %s", cases[i][1], cases[i][2]);
      g_assert_null (sb_yaml_edit_apply (edit, cases[i][0], &error));
      g_assert_true (error != NULL && error->domain == SB_YAML_ERROR);
    }
}

/* What is written reads back as what it was, whatever the texts hold. */
static void
test_written (void)
{
  static const char * const texts[] = {
    "", " ", "a", "-", "- a", "a: b", "a #b", "#a", "\"", "'", "\\", "~", "null", "yes", "0x1", "1e3", "-1", "+.5",
    ".inf", "é", "\t", "a\tb", "a\nb", "a\nb\n", "\na\n", "a\n\n", " a\nb\n", "{a}", "[a]", "a, b", "*a", "&a",
    "!a", "%a", "@a", "`a`", "|", ">", "? a", ": a", "a:",
    "<<", "=", "\xe2\x80\xa8", "\x7f", "http://x/y?z=1#a", "12:30", "a\\b",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(SbYamlNode) root = sb_yaml_node_new_mapping ();
      g_autoptr(SbYamlNode) again = NULL;
      g_autoptr(GString) out = g_string_new (NULL);
      g_autoptr(GError) error = NULL;
      SbYamlNode *list = sb_yaml_node_add (root, texts[i], sb_yaml_node_new_sequence ());

      sb_yaml_node_append (list, sb_yaml_node_new_text (texts[i]));
      sb_yaml_node_append (list, sb_yaml_node_new_sequence ());
      sb_yaml_node_add (sb_yaml_node_append (list, sb_yaml_node_new_mapping ()), "k", sb_yaml_node_new_text (texts[i]));
      sb_yaml_node_write (root, 0, out);
      again = sb_yaml_parse (out->str, -1, &error);
      g_test_message ("%s", out->str);
      g_assert_no_error (error);
      g_assert_true (sb_yaml_node_equal (root, again));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/edit/table", test_table);
  g_test_add_func ("/edit/shapes", test_shapes);
  g_test_add_func ("/edit/refused", test_refused);
  g_test_add_func ("/edit/written", test_written);

  return g_test_run ();
}
