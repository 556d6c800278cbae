/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-dotenv.h"

#include <string.h>

static void
collect_cb (const char *name,
            const char *value,
            gpointer    user_data)
{
  g_string_append_printf (user_data, "[%s=%s]", name, value);
}

static void
test_table (void)
{
  static const struct
  {
    const char *text;
    const char *expected;
  } cases[] = {
    { "", "" },
    { "A=1", "[A=1]" },
    { "A=1\nB=2\n", "[A=1][B=2]" },
    { "A=1\r\nB=2\r\n", "[A=1][B=2]" },
    { "\xef\xbb\xbf" "A=1", "[A=1]" },
    { "# A=1\n  # x\nB=2", "[B=2]" },
    { "export A=1\nexport  B = 2 ", "[A=1][B=2]" },
    { "export=1", "[export=1]" },
    { "A=a b # c\nB=a#b\nC=#x", "[A=a b][B=a#b][C=]" },
    { "A='a # $x \\n'", "[A=a # $x \\n]" },
    { "A=\"a # \\\"b\\\" \\n\\x\" tail\nB=2", "[A=a # \"b\" \n\\x][B=2]" },
    { "A=\"two\nlines\"\nB=2", "[A=two\nlines][B=2]" },
    { "A=\"never closed\nB=2", "" },
    { "A='", "" },
    { "A=\"\\", "" },
    { "A=", "[A=]" },
    { "=1\n1A=2\nA-B=3\nA B=4\nC=5", "[C=5]" },
    { "A=1\nA=2", "[A=1][A=2]" },
    { "A=sk-$ecret=x=", "[A=sk-$ecret=x=]" },
    { "A=\xff\nB=1", "[B=1]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GString) out = g_string_new (NULL);

      g_assert_true (sb_dotenv_parse (cases[i].text, strlen (cases[i].text), collect_cb, out));
      g_assert_cmpstr (out->str, ==, cases[i].expected);
    }
}

static void
test_limits (void)
{
  g_autoptr(GString) out = g_string_new (NULL);
  g_autoptr(GString) many = g_string_new (NULL);
  g_autofree char *large = g_strnfill (SB_DOTENV_MAX_SIZE + 1, 'A');

  g_assert_false (sb_dotenv_parse (large, strlen (large), collect_cb, out));
  for (guint i = 0; i <= SB_DOTENV_MAX_ENTRIES; i++)
    g_string_append (many, "A=1\n");
  g_assert_false (sb_dotenv_parse (many->str, many->len, collect_cb, out));

  g_string_truncate (out, 0);
  g_assert_true (sb_dotenv_parse ("A=1\0B\nC=3", 9, collect_cb, out));
  g_assert_cmpstr (out->str, ==, "[C=3]");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/dotenv/table", test_table);
  g_test_add_func ("/dotenv/limits", test_limits);

  return g_test_run ();
}
