/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-markdown.h"

#include <string.h>

/* "depth|quote|heading|marker|text" of each leaf, one a line; code and tables with their kind in front. */
static char *
describe (const char *markdown)
{
  g_autoptr(GPtrArray) leaves = sb_markdown_parse (markdown, -1);
  GString *found = g_string_new (NULL);

  for (guint i = 0; i < leaves->len; i++)
    {
      const SbLeaf *leaf = g_ptr_array_index (leaves, i);

      if (leaf->kind == SB_LEAF_CODE)
        g_string_append_printf (found, "code %s:%s", leaf->language, leaf->text);
      else if (leaf->kind == SB_LEAF_TABLE)
        g_string_append_printf (found, "table %ux%u\n", leaf->n_columns, leaf->cells->len / leaf->n_columns);
      else if (leaf->kind == SB_LEAF_RULE)
        g_string_append (found, "rule\n");
      else
        g_string_append_printf (found, "%u|%u|%u|%s|%s\n", leaf->depth, leaf->quote, leaf->heading,
                                leaf->marker != NULL ? leaf->marker : "", leaf->text);
    }

  return g_string_free (found, FALSE);
}

static void
test_leaves (void)
{
  static const char * const cases[][2] = {
    { "", "" },
    { "a *b* **c** `d` ~~e~~", "0|0|0||a b c d e\n" },
    { "## Head", "0|0|2||Head\n" },
    { "- a\n- b\n  1. c\n  2. d\n", "1|0|0|•|a\n1|0|0|•|b\n2|0|0|1.|c\n2|0|0|2.|d\n" },
    { "7. a\n8. b", "1|0|0|7.|a\n1|0|0|8.|b\n" },
    { "- a\n\n  more\n", "1|0|0|•|a\n1|0|0||more\n" },
    { "- [x] done\n- [ ] open", "1|0|0|☑|done\n1|0|0|☐|open\n" },
    { "-\n- b", "1|0|0|•|\n1|0|0|•|b\n" },
    { "> q\n>> r", "0|1|0||q\n0|2|0||r\n" },
    { "---", "rule\n" },
    { "> ```c\n> int i;\n> ```", "code c:int i;\n" },
    { "|a|b|\n|---|---|\n|1|2|\n|3|\n", "table 2x3\n" },
    { "a  \nb\nc", "0|0|0||a\nb c\n" },
    { "&lt;b&gt; &amp; &#8364; &#x1F600; &unknown; &#x202e;", "0|0|0||<b> & € 😀 &unknown; &#x202e;\n" },
    { "<script>alert(1)</script>", "0|0|0||<script>alert(1)</script>\n" },
    { "![alt](https://e.org/x.png)", "0|0|0||alt\n" },
    { "    four blanks", "0|0|0||four blanks\n" },
    { "**open *and [nested](", "0|0|0||**open *and [nested](\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *found = describe (cases[i][0]);

      g_assert_cmpstr (found, ==, cases[i][1]);
    }
}

static void
test_attributes (void)
{
  g_autoptr(GPtrArray) leaves = sb_markdown_parse ("a **b** *c* `d`", -1);
  const SbLeaf *leaf = g_ptr_array_index (leaves, 0);
  g_autofree char *attributes = pango_attr_list_to_string (leaf->attributes);

  /* Pango quotes the family or not. */
  g_assert_true (g_str_has_prefix (attributes, "2 3 weight bold\n4 5 style italic\n6 7 family "));
  g_assert_nonnull (strstr (attributes, "monospace"));
}

static void
test_links (void)
{
  g_autoptr(GPtrArray) leaves =
    sb_markdown_parse ("[a](https://e.org) [b](file:///etc/passwd) [c](javascript:x) <me@e.org> www.e.org", -1);
  const SbLeaf *leaf = g_ptr_array_index (leaves, 0);

  g_assert_cmpuint (leaf->links->len, ==, 3);
  g_assert_cmpstr (sb_leaf_get_link_at (leaf, 0)->uri, ==, "https://e.org");
  g_assert_null (sb_leaf_get_link_at (leaf, 2));
  g_assert_null (sb_leaf_get_link_at (leaf, 4));
  g_assert_cmpstr (sb_leaf_get_link_at (leaf, 6)->uri, ==, "mailto:me@e.org");
  g_assert_null (sb_leaf_get_link_at (leaf, leaf->length));
}

static void
test_table (void)
{
  g_autoptr(GPtrArray) leaves = sb_markdown_parse ("|l|c|r|\n|:--|:-:|--:|\n|**1**|2|3|", -1);
  const SbLeaf *table = g_ptr_array_index (leaves, 0);
  const SbLeaf *cell = g_ptr_array_index (table->cells, 3);

  g_assert_cmpuint (table->n_columns, ==, 3);
  g_assert_cmpint (g_array_index (table->alignments, PangoAlignment, 1), ==, PANGO_ALIGN_CENTER);
  g_assert_cmpint (g_array_index (table->alignments, PangoAlignment, 2), ==, PANGO_ALIGN_RIGHT);
  g_assert_cmpstr (cell->text, ==, "1");
  g_assert_nonnull (cell->attributes);
}

static void
test_hostile (void)
{
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree char *clean = NULL;
  g_autoptr(GPtrArray) wide = NULL;

  g_string_append_c (text, 'e');
  for (guint i = 0; i < 10000; i++)
    g_string_append (text, "\314\201");
  clean = sb_markdown_clean (text->str, text->len);
  g_assert_cmpuint (strlen (clean), <, 20);

  g_string_truncate (text, 0);
  for (guint i = 0; i < 3000; i++)
    g_string_append (text, "> ");
  g_ptr_array_unref (sb_markdown_parse (text->str, -1));

  g_string_truncate (text, 0);
  for (guint i = 0; i < 3000; i++)
    g_string_append (text, "*a **b [");
  g_ptr_array_unref (sb_markdown_parse (text->str, -1));

  g_string_truncate (text, 0);
  for (guint i = 0; i < 2; i++)
    {
      for (guint j = 0; j < 500; j++)
        g_string_append (text, i == 0 ? "|a" : "|---");
      g_string_append_c (text, '\n');
    }
  wide = sb_markdown_parse (text->str, -1);
  g_assert_cmpuint (((SbLeaf *) g_ptr_array_index (wide, 0))->n_columns, <=, 24);

  g_ptr_array_unref (sb_markdown_parse ("\xff\xfe broken \xc3", -1));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/chat/markdown/leaves", test_leaves);
  g_test_add_func ("/chat/markdown/attributes", test_attributes);
  g_test_add_func ("/chat/markdown/links", test_links);
  g_test_add_func ("/chat/markdown/table", test_table);
  g_test_add_func ("/chat/markdown/hostile", test_hostile);

  return g_test_run ();
}
