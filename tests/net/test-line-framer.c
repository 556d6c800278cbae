/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-line-framer.h"

#include <string.h>

static void
line_cb (const char *line,
         gsize       length,
         gpointer    user_data)
{
  GString *log = user_data;

  g_string_append_c (log, '[');
  g_string_append_len (log, line, length);
  g_string_append_c (log, ']');
}

static void
lost_cb (gsize    length,
         gpointer user_data)
{
  GString *log = user_data;

  g_string_append_printf (log, "<lost %" G_GSIZE_FORMAT ">", length);
}

static const struct
{
  const char *input;
  const char *expected;
} rows[] = {
  { "", "" },
  { "a\n", "[a]" },
  { "a\r\nb\n", "[a][b]" },
  { "\n\n", "[][]" },
  { "a\rb\n", "[a\rb]" },
  { "no end", "[no end]" },
  { "12345678\n", "[12345678]" },
  { "123456789\nok\n", "<lost 9>[ok]" },
  { "1234567890123456789012345\nok", "<lost 25>[ok]" },
  { "ok\n123456789", "[ok]<lost 9>" },
  { "{\"a\":1}\n{}\n", "[{\"a\":1}][{}]" },
};

static void
check (const char *input,
       const char *expected,
       guint       step,
       GRand      *rand)
{
  g_autoptr(GString) log = g_string_new (NULL);
  g_autoptr(SbLineFramer) framer = sb_line_framer_new (8, line_cb, lost_cb, log);
  gsize length = strlen (input);

  for (gsize at = 0, n = 0; at < length; at += n)
    {
      n = rand != NULL ? (gsize) g_rand_int_range (rand, 1, 6) : step;
      n = MIN (n, length - at);
      sb_line_framer_feed (framer, (const guint8 *) input + at, n);
    }
  sb_line_framer_finish (framer);
  g_assert_cmpstr (log->str, ==, expected);
}

static void
test_rows (void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (7);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      check (rows[i].input, rows[i].expected, 1, NULL);
      check (rows[i].input, rows[i].expected, 1000, NULL);
      for (guint round = 0; round < 20; round++)
        check (rows[i].input, rows[i].expected, 0, rand);
    }
}

static void
test_nul (void)
{
  g_autoptr(GString) log = g_string_new (NULL);
  g_autoptr(SbLineFramer) framer = sb_line_framer_new (8, line_cb, lost_cb, log);

  sb_line_framer_feed (framer, (const guint8 *) "a\0b\n", 4);
  g_assert_cmpmem (log->str, log->len, "[a\0b]", 5);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/net/line-framer/rows", test_rows);
  g_test_add_func ("/net/line-framer/nul", test_nul);

  return g_test_run ();
}
