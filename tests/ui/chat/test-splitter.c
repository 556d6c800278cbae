/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-markdown-splitter.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *text;
  const char *regions; /* "P" prose, "C" code, each followed by its text in [] */
} Case;

static const Case cases[] = {
  { "nothing", "", "" },
  { "blank lines", "\n \n\t\n", "" },
  { "paragraphs", "one\ntwo\n\nthree", "P[one\ntwo\n]P[three]" },
  { "heading stands alone", "# a\nb\n## c\n", "P[# a\n]P[b\n]P[## c\n]" },
  { "heading ends a paragraph", "a\n# b", "P[a\n]P[# b]" },
  { "no heading", "#a\n####### b\n", "P[#a\n####### b\n]" },
  { "fence", "a\n```js\nx\n\ny\n```\nb", "P[a\n]C[x\n\ny\n]P[b]" },
  { "tildes", "~~~\n```\n~~~\n", "C[```\n]" },
  { "longer fence", "````\n```\nx\n````\n", "C[```\nx\n]" },
  { "fence without an end", "```\nx", "C[x]" },
  { "empty fence", "```\n```\n", "C[]" },
  { "not a fence", "``` a`b\n", "P[``` a`b\n]" },
  { "indented fence in a list", "- a\n\n   ```sh\n   ls\n   ```\n- b\n", "P[- a\n\n]C[   ls\n]P[- b\n]" },
  { "list keeps together", "- a\n\n- b\n  c\n\nend", "P[- a\n\n- b\n  c\n\n]P[end]" },
  { "ordered list", "1. a\n2. b\n\n3. c\n", "P[1. a\n2. b\n\n3. c\n]" },
  { "carriage returns", "a\r\n\r\nb\r\n", "P[a\r\n]P[b\r\n]" },
};

static void
append_region (GString                *found,
               const char             *text,
               const SbMarkdownRegion *region)
{
  g_string_append_c (found, region->kind == SB_MARKDOWN_REGION_CODE ? 'C' : 'P');
  g_string_append_c (found, '[');
  g_string_append_len (found, text + region->start, region->end - region->start);
  g_string_append_c (found, ']');
}

/* Feeds the text in pieces of the lengths that next_length gives; 0 for random ones. */
static char *
split (const char *text,
       gsize       piece)
{
  SbMarkdownSplitter splitter;
  SbMarkdownRegion region;
  GString *found = g_string_new (NULL);
  gsize length = strlen (text);
  gsize fed = 0;

  sb_markdown_splitter_init (&splitter);
  do
    {
      g_autofree char *so_far = NULL;
      gsize step = piece > 0 ? piece : (gsize) g_test_rand_int_range (1, 9);

      fed = MIN (fed + step, length);
      so_far = g_strndup (text, fed);
      while (sb_markdown_splitter_next (&splitter, so_far, fed, fed == length, &region))
        append_region (found, text, &region);
      g_assert_cmpuint (region.end, <=, fed);
      g_assert_cmpuint (region.start, <=, region.end);
    }
  while (fed < length);

  return g_string_free (found, FALSE);
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autofree char *whole = split (test->text, MAX (strlen (test->text), 1));
  g_autofree char *bytes = split (test->text, 1);

  g_assert_cmpstr (whole, ==, test->regions);
  g_assert_cmpstr (bytes, ==, test->regions);

  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *pieces = split (test->text, 0);

      g_assert_cmpstr (pieces, ==, test->regions);
    }
}

static void
test_open (void)
{
  SbMarkdownSplitter splitter;
  SbMarkdownRegion region;

  sb_markdown_splitter_init (&splitter);
  g_assert_false (sb_markdown_splitter_next (&splitter, "``", 2, FALSE, &region));
  g_assert_cmpuint (region.end - region.start, ==, 0);

  g_assert_false (sb_markdown_splitter_next (&splitter, "```js a.js\nx\n``", 15, FALSE, &region));
  g_assert_cmpint (region.kind, ==, SB_MARKDOWN_REGION_CODE);
  g_assert_cmpuint (region.start, ==, 11);
  g_assert_cmpuint (region.end, ==, 13);
  g_assert_cmpuint (region.info_start, ==, 3);
  g_assert_cmpuint (region.info_end, ==, 10);
}

static void
check_bounded (const char *text)
{
  SbMarkdownSplitter splitter;
  SbMarkdownRegion region;
  gsize last = 0;

  sb_markdown_splitter_init (&splitter);
  while (sb_markdown_splitter_next (&splitter, text, strlen (text), TRUE, &region))
    {
      g_assert_cmpuint (region.end - region.start, <=, 5 * SB_MARKDOWN_REGION_SIZE);
      g_assert_cmpuint (region.start, >=, last);
      g_assert_true (g_utf8_validate (text + region.start, region.end - region.start, NULL));
      last = region.end;
    }
  g_assert_cmpuint (last, ==, strlen (text));
}

static void
test_bounded (void)
{
  g_autofree char *line = g_strnfill (1024 * 1024, 'x');
  g_autoptr(GString) wide = g_string_new (NULL);
  g_autoptr(GString) lines = g_string_new (NULL);
  g_autoptr(GString) list = g_string_new (NULL);

  for (guint i = 0; i < 100000; i++)
    {
      g_string_append (wide, "ü");
      g_string_append (lines, "a | b\n");
      g_string_append (list, "  - nested\n");
    }

  check_bounded (line);
  check_bounded (wide->str);
  check_bounded (lines->str);
  check_bounded (list->str);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/chat/splitter/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/chat/splitter-open", test_open);
  g_test_add_func ("/chat/splitter-bounded", test_bounded);

  return g_test_run ();
}
