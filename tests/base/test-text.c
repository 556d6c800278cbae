/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-text.h"

#define FFFD "\357\277\275"

static const struct
{
  const char *bytes;
  const char *expected;
} cases[] = {
  { "", "" },
  { "plain\ttext\n", "plain\ttext\n" },
  { "h\303\251llo \360\237\230\200", "h\303\251llo \360\237\230\200" },

  /* lines */
  { "a\r\nb\r\n", "a\nb\n" },
  { "10%\r20%\r30%\n", "10%\n20%\n30%\n" },
  { "\r10%\r\033[K20%\r\r\n", "10%\n20%\n" },
  { "a\r", "a\n" },
  { "\r\r\rb", "b" },

  /* escape sequences */
  { "\033[31mred\033[0m", "red" },
  { "\033[38;2;1;2;3mx\033[?25l\033[2Jy", "xy" },
  { "\033]0;title\007x", "x" },
  { "\033]8;;http://h\033\\link\033]8;;\033\\", "link" },
  { "\033Pq#0\n~\033\\x", "x" },
  { "\033Xsos\033\\a\033^pm\033\\b\033_apc\033\\c", "abc" },
  { "\033(Bx\0337y\033=z", "xyz" },
  { "\302\23331mx\302\2350;t\302\234y", "xy" },
  { "\033]0;never closed\nshown", "\nshown" },
  { "\033]0;a\033[1mb", "b" },
  { "\033[12\nx", "\nx" },
  { "\033[12\303\251", "\303\251" },
  { "\033\033[1mx", "x" },
  { "\033", "" },
  { "x\033[", "x" },

  /* control characters */
  { "a\001\b\013\014\016\177b", "ab" },
  { "a\302\205\302\200b", "ab" },

  /* not UTF-8 */
  { "\377x\300\200", FFFD "x" FFFD FFFD },
  { "\303(", FFFD "(" },
  { "\342\202", FFFD },
  { "\360\237\230", FFFD },
  { "\355\240\200", FFFD FFFD FFFD },
  { "\364\220\200\200", FFFD FFFD FFFD FFFD },
  { "\233x", FFFD "x" },

  /* characters that hide or reorder */
  { "a\342\200\256b", "a⟨U+202E⟩b" },
  { "a\342\200\213b\342\200\215c", "a⟨U+200B⟩b⟨U+200D⟩c" },
  { "\357\273\277a\357\273\277", "a⟨U+FEFF⟩" },
  { "\363\240\201\201", "⟨U+E0041⟩" },
  { "\360\237\221\251\342\200\215\360\237\222\273", "\360\237\221\251\342\200\215\360\237\222\273" },
  { "1\357\270\217\342\203\243", "1\357\270\217\342\203\243" },
  { "\342\235\244\357\270\217\357\270\217", "\342\235\244\357\270\217⟨U+FE0F⟩" },
};

static void
assert_clean (GString    *out,
              const char *expected)
{
  g_assert_cmpstr (out->str, ==, expected);
  g_assert_true (g_utf8_validate (out->str, out->len, NULL));
}

static void
test_whole (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *clean = sb_text_clean (cases[i].bytes, -1, NULL);

      g_assert_cmpstr (clean, ==, cases[i].expected);
    }
}

static void
test_bytewise (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbTextCleaner) cleaner = sb_text_cleaner_new ();
      GString *out = g_string_new (NULL);

      for (const char *at = cases[i].bytes; *at != '\0'; at++)
        sb_text_cleaner_feed (cleaner, at, 1, out);
      sb_text_cleaner_finish (cleaner, out);
      assert_clean (out, cases[i].expected);
      g_string_free (out, TRUE);
    }
}

/* The same cleaner is used for all rounds: finish() leaves nothing behind. */
static void
test_random_splits (void)
{
  g_autoptr(SbTextCleaner) cleaner = sb_text_cleaner_new ();

  for (guint round = 0; round < 2000; round++)
    {
      guint i = g_test_rand_int_range (0, G_N_ELEMENTS (cases));
      gsize length = strlen (cases[i].bytes);
      gsize at = 0;
      GString *out = g_string_new (NULL);

      while (at < length)
        {
          gsize n = g_test_rand_int_range (0, length - at + 1);

          sb_text_cleaner_feed (cleaner, cases[i].bytes + at, n, out);
          at += n;
        }
      sb_text_cleaner_finish (cleaner, out);
      assert_clean (out, cases[i].expected);
      g_string_free (out, TRUE);
    }
}

static void
test_random_bytes (void)
{
  static const char pieces[] = "\033\033[]P\\;0m\007\r\n\302\233\235\342\200\256\377 a";

  for (guint round = 0; round < 5000; round++)
    {
      char bytes[40];
      gsize length = g_test_rand_int_range (0, sizeof bytes);
      g_autofree char *clean = NULL;

      for (gsize i = 0; i < length; i++)
        bytes[i] = pieces[g_test_rand_int_range (0, sizeof pieces)];
      clean = sb_text_clean (bytes, length, NULL);
      g_assert_true (g_utf8_validate (clean, -1, NULL));
      g_assert_null (strpbrk (clean, "\033\r\007"));
    }
}

/* Nobody can make the rest of a stream disappear. */
static void
test_unterminated (void)
{
  static const char * const openers[] = { "\033]0;", "\033P", "\033_", "\033[" };

  for (guint i = 0; i < G_N_ELEMENTS (openers); i++)
    {
      g_autoptr(SbTextCleaner) cleaner = sb_text_cleaner_new ();
      GString *out = g_string_new (NULL);

      sb_text_cleaner_feed (cleaner, openers[i], strlen (openers[i]), out);
      for (guint n = 0; n < 20000; n++)
        sb_text_cleaner_feed (cleaner, "1", 1, out);
      g_assert_cmpuint (out->len, >, 3000);
      g_assert_cmpuint (out->len + sb_text_cleaner_get_removed (cleaner), ==, 20000 + strlen (openers[i]));
      g_string_free (out, TRUE);
    }
}

static void
test_removed (void)
{
  guint64 n_removed = 0;
  g_autofree char *clean = sb_text_clean ("\033[1mx\a\r\n", -1, &n_removed);

  g_assert_cmpstr (clean, ==, "x\n");
  g_assert_cmpuint (n_removed, ==, 5);
}

static void
test_short (void)
{
  g_autofree char *whole = sb_text_short ("ünïcödé", 7);
  g_autofree char *cut = sb_text_short ("ünïcödé", 3);
  g_autofree char *broken = sb_text_short ("a\xc3", 9);
  g_autofree char *none = sb_text_short (NULL, 9);

  g_assert_cmpstr (whole, ==, "ünïcödé");
  g_assert_cmpstr (cut, ==, "ünï…");
  g_assert_cmpstr (broken, ==, "a\xef\xbf\xbd");
  g_assert_cmpstr (none, ==, "?");
}

static void
test_head_tail (void)
{
  gsize n_omitted = 99;
  static const char wide[] = "\360\237\230\200\303\251\342\202\254\303\251\360\237\230\200";
  g_autofree char *whole = sb_text_head_tail ("0123456789", 10, &n_omitted);
  g_autofree char *cut = NULL;

  g_assert_cmpstr (whole, ==, "0123456789");
  g_assert_cmpuint (n_omitted, ==, 0);

  cut = sb_text_head_tail ("0123456789", 4, &n_omitted);
  g_assert_cmpstr (cut, ==, "01\n… 6 bytes left out …\n89");
  g_assert_cmpuint (n_omitted, ==, 6);

  for (gsize max = 0; max < 16; max++)
    {
      g_autofree char *text = sb_text_head_tail (wide, max, NULL);

      g_assert_true (g_utf8_validate (text, -1, NULL));
    }
}

static void
test_binary (void)
{
  g_assert_false (sb_text_looks_binary (NULL, 0));
  g_assert_false (sb_text_looks_binary ("caf\351 \033[1m\n", 10));
  g_assert_true (sb_text_looks_binary ("a\0b", 3));
  g_assert_true (sb_text_looks_binary ("\001\002\003abcdefgh", 11));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/base/text/whole", test_whole);
  g_test_add_func ("/base/text/bytewise", test_bytewise);
  g_test_add_func ("/base/text/random-splits", test_random_splits);
  g_test_add_func ("/base/text/random-bytes", test_random_bytes);
  g_test_add_func ("/base/text/unterminated", test_unterminated);
  g_test_add_func ("/base/text/removed", test_removed);
  g_test_add_func ("/base/text/short", test_short);
  g_test_add_func ("/base/text/head-tail", test_head_tail);
  g_test_add_func ("/base/text/binary", test_binary);

  return g_test_run ();
}
