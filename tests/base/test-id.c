/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-id.h"

static void
test_new (void)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 10000; i++)
    {
      char *id = sb_id_new ("msg");

      g_assert_true (g_regex_match_simple ("^msg-[0-9a-z]{16}$", id, 0, 0));
      g_assert_true (g_hash_table_add (seen, id));
    }
}

static void
test_nickname (void)
{
  g_autofree char *nickname = sb_id_new_nickname ();

  g_assert_true (g_regex_match_simple ("^[a-z]+-[a-z]+$", nickname, 0, 0));
}

static void
test_duration (void)
{
  static const struct
  {
    gint64      microseconds;
    const char *expected;
  } cases[] = {
    { -5, "0.0 ms" },
    { 0, "0.0 ms" },
    { 600, "0.6 ms" },
    { 9949, "9.9 ms" },
    { 9950, "10 ms" },
    { 41000, "41 ms" },
    { 999499, "999 ms" },
    { 999500, "1.0 s" },
    { 1250000, "1.2 s" },
    { 59949999, "59.9 s" },
    { 59950000, "1 min 0 s" },
    { 125 * G_USEC_PER_SEC, "2 min 5 s" },
    { 12000 * (gint64) G_USEC_PER_SEC, "3 h 20 min" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = sb_format_duration (cases[i].microseconds);

      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

static void
test_clocks (void)
{
  gint64 before = sb_clock_monotonic ();

  g_assert_cmpint (sb_clock_monotonic (), >=, before);
  g_assert_cmpint (sb_clock_wall (), >, G_GINT64_CONSTANT (1500000000000000));
}

static void
assert_size (guint64     bytes,
             const char *number,
             const char *unit)
{
  g_autofree char *size = sb_format_size (bytes);

  g_assert_true (g_str_has_prefix (size, number));
  g_assert_true (g_str_has_suffix (size, unit));
  g_assert_cmpuint (g_utf8_strlen (size, -1), ==, strlen (number) + 1 + strlen (unit));
}

static void
test_size (void)
{
  assert_size (512 * 1024 * 1024, "512", "MiB");
  assert_size (G_GUINT64_CONSTANT (1) << 30, "1", "GiB");
  assert_size (1536, "1.5", "KiB");
  assert_size (10260, "10", "KiB");
  assert_size (7, "7", "bytes");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/base/id/new", test_new);
  g_test_add_func ("/base/id/nickname", test_nickname);
  g_test_add_func ("/base/id/duration", test_duration);
  g_test_add_func ("/base/id/clocks", test_clocks);
  g_test_add_func ("/base/id/size", test_size);

  return g_test_run ();
}
