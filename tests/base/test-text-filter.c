/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-text-filter.h"

#define SECRET "sk-hunter22"

static const struct
{
  const char *text;
  const char *expected;
} cases[] = {
  { "", "" },
  { "nothing in here", "nothing in here" },
  { SECRET, "•••" },
  { "a " SECRET " b " SECRET, "a ••• b •••" },
  { SECRET SECRET "!", "••••••!" },
  { "sk-sk-hunter2" SECRET, "sk-sk-hunter2•••" },
  { "it ends as one begins: sk-hunter2", "it ends as one begins: sk-hunter2" },
  /* an escape in the middle is taken out first, or it would hide the rest */
  { "x sk-hun\033[1mter22 y", "x ••• y" },
  { "key: c2staHVudGVyMjI= ok", "key: •••I= ok" },
  { "日本 " SECRET " 語", "日本 ••• 語" },
};

/* In two pieces, split everywhere, and byte by byte. */
static void
test_splits (void)
{
  g_autoptr(SbRedactor) redactor = sb_redactor_new ();

  sb_redactor_add_secret (redactor, SECRET);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize length = strlen (cases[i].text);
      g_autofree char *whole = sb_text_filter_apply (redactor, cases[i].text, -1);
      g_autoptr(SbTextFilter) slow = sb_text_filter_new (redactor);
      g_autoptr(GString) bytewise = g_string_new (NULL);

      g_assert_cmpstr (whole, ==, cases[i].expected);
      for (gsize split = 0; split <= length; split++)
        {
          g_autoptr(SbTextFilter) filter = sb_text_filter_new (redactor);
          g_autoptr(GString) out = g_string_new (NULL);

          sb_text_filter_feed (filter, cases[i].text, split, out);
          sb_text_filter_feed (filter, cases[i].text + split, length - split, out);
          sb_text_filter_finish (filter, out);
          g_assert_cmpstr (out->str, ==, cases[i].expected);
        }
      for (gsize at = 0; at < length; at++)
        sb_text_filter_feed (slow, cases[i].text + at, 1, bytewise);
      sb_text_filter_finish (slow, bytewise);
      g_assert_cmpstr (bytewise->str, ==, cases[i].expected);
    }
}

/* Only what could be the beginning of a secret waits. */
static void
test_flows (void)
{
  g_autoptr(SbRedactor) redactor = sb_redactor_new ();
  g_autoptr(SbTextFilter) filter = sb_text_filter_new (redactor);
  g_autoptr(GString) out = g_string_new (NULL);

  sb_redactor_add_secret (redactor, SECRET);
  sb_text_filter_feed (filter, "Hello sk", 8, out);
  g_assert_cmpstr (out->str, ==, "Hello ");
  sb_text_filter_feed (filter, "y", 1, out);
  g_assert_cmpstr (out->str, ==, "Hello sky");
}

static void
test_no_redactor (void)
{
  g_autoptr(SbTextFilter) filter = sb_text_filter_new (NULL);
  g_autoptr(GString) out = g_string_new (NULL);

  sb_text_filter_feed (filter, "a\033[1mb", 6, out);
  sb_text_filter_finish (filter, out);
  g_assert_cmpstr (out->str, ==, "ab");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/base/text-filter/splits", test_splits);
  g_test_add_func ("/base/text-filter/flows", test_flows);
  g_test_add_func ("/base/text-filter/no-redactor", test_no_redactor);

  return g_test_run ();
}
