/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-yaml.h"

#include <string.h>

static void
test_tree (void)
{
  g_autoptr(GError) error = NULL;
  const char *yaml = "a: 1\nb:\n  - x\n  - [y, 'z']\nc: |\n  one\n  two\nd: ~\ne:\n";
  g_autoptr(SbYamlNode) root = sb_yaml_parse (yaml, -1, &error);
  SbYamlNode *b;
  g_auto(GStrv) texts = NULL;
  const char *text = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (root->kind, ==, SB_YAML_MAPPING);
  g_assert_cmpuint (root->keys->len, ==, 5);
  g_assert_cmpstr (sb_yaml_node_get (root, "a")->text, ==, "1");
  g_assert_cmpstr (sb_yaml_node_get (root, "c")->text, ==, "one\ntwo\n");
  g_assert_cmpstr (sb_yaml_node_get (root, "d")->text, ==, "");
  g_assert_cmpstr (sb_yaml_node_get (root, "e")->text, ==, "");
  g_assert_null (sb_yaml_node_get (root, "f"));

  b = sb_yaml_node_get (root, "b");
  g_assert_cmpint (b->kind, ==, SB_YAML_SEQUENCE);
  g_assert_cmpuint (b->line, ==, 3);
  g_assert_cmpuint (((SbYamlNode *) g_ptr_array_index (b->children, 1))->line, ==, 4);

  g_assert_true (sb_yaml_node_get_text (root, "nothing", &text, &error));
  g_assert_null (text);
  g_assert_false (sb_yaml_node_get_text (root, "b", &text, &error));
  g_assert_error (error, SB_YAML_ERROR, SB_YAML_ERROR_SCHEMA);
  g_clear_error (&error);
  g_assert_false (sb_yaml_node_get_texts (root, "b", &texts, &error));
  g_assert_error (error, SB_YAML_ERROR, SB_YAML_ERROR_SCHEMA);
  g_assert_nonnull (strstr (error->message, "line 4"));
}

static void
test_refused (void)
{
  static const struct
  {
    const char *yaml;
    SbYamlError code;
    const char *words;
  } cases[] = {
    { "", SB_YAML_ERROR_SYNTAX, "line 1: the file is empty" },
    { "a: [1, 2\nb: 3\n", SB_YAML_ERROR_SYNTAX, "line 2" },
    { "a: 1\n\nb: 2\na: 3\n", SB_YAML_ERROR_SYNTAX, "line 4: “a” is set twice" },
    { "a: &x 1\nb: *x\n", SB_YAML_ERROR_SYNTAX, "line 2: aliases" },
    { "a: &a [1]\nb: &b [*a, *a]\n", SB_YAML_ERROR_SYNTAX, "line 2: aliases" },
    { "a: 1\n---\nb: 2\n", SB_YAML_ERROR_SYNTAX, "line 2: only one document" },
    { "? [a, b]\n: 1\n", SB_YAML_ERROR_SYNTAX, "line 1: a key must be" },
    { "? {a: 1}\n: 1\n", SB_YAML_ERROR_SYNTAX, "line 1: a key must be" },
    { "a: \"\\0\"\n", SB_YAML_ERROR_SYNTAX, "line 1: a zero byte" },
    { "\tb: 1\n", SB_YAML_ERROR_SYNTAX, "line 1" },
    { "a: \xff\xfe\n", SB_YAML_ERROR_SYNTAX, "line" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(SbYamlNode) root = sb_yaml_parse (cases[i].yaml, -1, &error);

      g_test_message ("%u: %s", i, error != NULL ? error->message : "(accepted)");
      g_assert_null (root);
      g_assert_error (error, SB_YAML_ERROR, (int) cases[i].code);
      g_assert_nonnull (strstr (error->message, cases[i].words));
    }
}

static void
test_limits (void)
{
  g_autofree char *deep = g_strnfill (SB_YAML_MAX_DEPTH + 1, '[');
  g_autofree char *large = g_strnfill (SB_YAML_MAX_SIZE + 1, '#');
  g_autoptr(GString) many = g_string_new (NULL);
  g_autoptr(GError) error = NULL;

  g_assert_null (sb_yaml_parse (deep, -1, &error));
  g_assert_error (error, SB_YAML_ERROR, SB_YAML_ERROR_LIMIT);
  g_clear_error (&error);

  g_assert_null (sb_yaml_parse (large, -1, &error));
  g_assert_error (error, SB_YAML_ERROR, SB_YAML_ERROR_LIMIT);
  g_clear_error (&error);

  for (guint i = 0; i < SB_YAML_MAX_NODES; i++)
    g_string_append (many, "- a\n");
  g_assert_null (sb_yaml_parse (many->str, many->len, &error));
  g_assert_error (error, SB_YAML_ERROR, SB_YAML_ERROR_LIMIT);
}

/* Whatever is cut off or overwritten, the parser answers and frees what it made. */
static void
test_damaged (void)
{
  const char *yaml = "agents:\n  - {id: a, tools: [x, \"y\\n\"]}\n  - id: b\n    text: |\n      one\n";
  gsize length = strlen (yaml);

  for (gsize cut = 0; cut < length; cut++)
    {
      g_autofree char *damaged = g_strdup (yaml);
      g_autoptr(SbYamlNode) shorter = sb_yaml_parse (yaml, cut, NULL);
      g_autoptr(SbYamlNode) changed = NULL;

      damaged[cut] = "[]{}:-*&'\"\n#|"[cut % 13];
      changed = sb_yaml_parse (damaged, length, NULL);
      g_assert_true (changed == NULL || changed->line > 0);
      g_assert_true (shorter == NULL || shorter->line > 0);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/yaml/tree", test_tree);
  g_test_add_func ("/yaml/refused", test_refused);
  g_test_add_func ("/yaml/limits", test_limits);
  g_test_add_func ("/yaml/damaged", test_damaged);

  return g_test_run ();
}
