/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-template.h"

#include <string.h>

#define VALUES "{\"s\":{\"text\":\"x\",\"empty\":\"\",\"port\":8080,\"half\":0.5,\"on\":true,\"none\":null," \
               "\"list\":[\"a\",\"b c\"],\"nothing\":[],\"map\":{\"k\":\"v\",\"a\":1},\"dir\":\"/data\"," \
               "\"drive\":\"C:\\\\Users\\\\me\"}}"

/* Items as one text: each in <>. */
static char *
expand (const char      *item,
        SbTemplateFlags  flags)
{
  g_autoptr(JsonObject) values = sb_json_parse_object (VALUES, -1, NULL);
  const char *items[] = { item, NULL };
  g_auto(GStrv) expanded = sb_template_expand_list (items, values, flags);
  g_autoptr(GString) out = g_string_new (NULL);

  for (guint i = 0; expanded[i] != NULL; i++)
    g_string_append_printf (out, "<%s>", expanded[i]);

  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
test_lists (void)
{
  static const struct
  {
    const char *item;
    const char *docker;
    const char *repaired; /* NULL: the same */
  } cases[] = {
    { "", "<>", NULL },
    { "--flag", "<--flag>", NULL },
    { "{{s.text}}", "<x>", NULL },
    { "{{ s.text }}", "<x>", NULL },
    { "--a={{s.text}}", "<--a=x>", NULL },
    { "{{s.text}}{{s.text}}", "<xx>", NULL },
    { "{{s.unknown}}", "<>", NULL },
    { "{{t.text}}", "<>", NULL },
    { "{{}}", "<>", NULL },
    { "{{s.text.deeper}}", "<>", NULL },
    { "{{s.map.k}}", "<v>", NULL },
    { "{{s.list}}", "<a><b c>", NULL },
    { "--l={{s.list}}", "<--l=[a b c]>", NULL },
    { "{{s.nothing}}", "", NULL },
    { "--n={{s.nothing}}", "<--n=[]>", NULL },
    { "{{s.port}}", "<<int Value>>", "<8080>" },
    { "--p={{s.port}}", "<--p=8080>", NULL },
    { "{{s.half}}", "<<float64 Value>>", "<0.5>" },
    { "{{s.on}}", "<<bool Value>>", "<true>" },
    { "x{{s.on}}", "<xtrue>", NULL },
    { "{{s.map}}", "<<map[string]interface {} Value>>", "<map[a:1 k:v]>" },
    { "{{s.none}}", "<>", NULL },
    { "{\"a\": 1}", "<\"a\": 1>", "<{\"a\": 1}>" },
    { "{\"a\": \"{{s.text}}\"}", "<\"a\": \"x\">", "<{\"a\": \"x\"}>" },
    { "{}", "<>", "<{}>" },
    { "a}b", "<ab>", "<a}b>" },
    { "a{b{c", "<abc>", "<a{b{c>" },
    { "{{s.text", "<s.text>", "<{{s.text>" },
    { "{{s.text}", "<s.text>", "<{{s.text}>" },
    { "{{s.\ntext}}", "<s.\ntext>", "<{{s.\ntext}}>" },
    { "}{{s.list}}", "<a><b c>", "<}[a b c]>" },
    { "{{s.dir|volume}}", "</data:/data>", NULL },
    { "{{s.dir | volume }}", "</data:/data>", NULL },
    { "{{s.drive|volume}}", "<C:\\Users\\me:/c/Users/me>", NULL },
    { "{{s.drive|volume-target}}", "</c/Users/me>", NULL },
    { "{{s.list|volume}}", "<a:a><b c:b c>", NULL },
    { "{{s.empty|volume}}", "<>", NULL },
    { "{{s.unknown|volume}}", "<>", NULL },
    { "{{s.dir|mount_as:/in:ro}}", "</data:/in:ro>", NULL },
    { "{{s.dir| mount_as:/in}}", "</data>", NULL },
    { "{{s.unknown|mount_as:/in}}", "<>", NULL },
    { "{{s.unknown|or:z}}", "<z>", NULL },
    { "{{s.text|or:z}}", "<x>", NULL },
    { "{{s.unknown| or:z}}", "<>", NULL },
    { "{{s.nothing|or:[p, q]}}", "<p><q>", NULL },
    { "{{s.list|or:[p,q]}}", "<a><b c>", NULL },
    { "{{s.list|first}}", "<a>", NULL },
    { "{{s.list|last|volume}}", "<b c:b c>", NULL },
    { "{{s.nothing|first}}", "<>", NULL },
    { "{{s.text|into}}", "<x>", NULL },
    { "--{{s.text|into}}", "<--[x]>", NULL },
    { "{{s.port|into}}", "<8080>", NULL },
    { "{{s.text|nonsense}}", "<x>", NULL },
    { "{{s.text|}}", "<x>", NULL },
    { "$HOME", "<$HOME>", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *docker = expand (cases[i].item, SB_TEMPLATE_DOCKER);
      g_autofree char *repaired = expand (cases[i].item, SB_TEMPLATE_REPAIRED);

      g_test_message ("%s", cases[i].item);
      g_assert_cmpstr (docker, ==, cases[i].docker);
      g_assert_cmpstr (repaired, ==, cases[i].repaired != NULL ? cases[i].repaired : cases[i].docker);
    }
}

static void
test_texts (void)
{
  static const char * const cases[][2] = {
    { "{{s.port}}", "8080" }, { "{{s.on}}", "true" }, { "{{s.list}}", "[a b c]" }, { "{{s.map}}", "map[a:1 k:v]" },
    { "a{b}{{s.text}}", "abx" }, { "", "" },
  };
  g_autoptr(JsonObject) values = sb_json_parse_object (VALUES, -1, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = sb_template_expand_text (cases[i][0], values, SB_TEMPLATE_DOCKER);

      g_assert_cmpstr (text, ==, cases[i][1]);
    }
  g_assert_true (sb_template_is_template ("a{{b}}"));
  g_assert_false (sb_template_is_template ("}} {{"));
}

static const char *
variable_cb (const char *name,
             gpointer    user_data)
{
  if (strcmp (name, "A") == 0)
    return "1";
  if (strcmp (name, "A_b2") == 0)
    return "two";

  return strcmp (name, "with space") == 0 ? "s" : NULL;
}

static void
test_variables (void)
{
  static const char * const cases[][2] = {
    { "", "" }, { "plain", "plain" }, { "$A", "1" }, { "${A}", "1" }, { "x$A-y", "x1-y" }, { "$A_b2!", "two!" },
    { "$Ab", "" }, { "$unknown.", "." }, { "$", "$" }, { "a$", "a$" }, { "$ A", "$ A" }, { "$$A", "A" }, { "$1A", "A" },
    { "${", "" }, { "${A", "A" }, { "${}", "" }, { "${}A", "A" }, { "${with space}", "s" }, { "5€ $A", "5€ 1" },
    { "$A$A", "11" }, { "$-x", "x" }, { "$é", "$é" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = sb_template_expand_variables (cases[i][0], variable_cb, NULL);

      g_test_message ("%s", cases[i][0]);
      g_assert_cmpstr (text, ==, cases[i][1]);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/template/lists", test_lists);
  g_test_add_func ("/template/texts", test_texts);
  g_test_add_func ("/template/variables", test_variables);

  return g_test_run ();
}
