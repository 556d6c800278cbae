/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-text-filter.h"
#include "sb-text.h"

#define SECRET "abcabcab"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* However it is split, and whatever is taken out of its middle: the secret does not get through. */
static void
filter_text (const char *bytes,
             gsize       split,
             gsize       size)
{
  g_autoptr(SbRedactor) redactor = sb_redactor_new ();
  g_autoptr(SbTextFilter) filter = sb_text_filter_new (redactor);
  g_autoptr(GString) out = g_string_new (NULL);

  sb_redactor_add_secret (redactor, SECRET);
  sb_text_filter_feed (filter, bytes, split, out);
  sb_text_filter_feed (filter, bytes + split, size - split, out);
  sb_text_filter_finish (filter, out);
  g_assert_true (g_utf8_validate (out->str, -1, NULL));
  g_assert_null (strstr (out->str, SECRET));
}

/* The first byte says where the rest is split: the outcome is the same, valid, and without control
 * characters. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr(SbTextCleaner) cleaner = NULL;
  g_autofree char *whole = NULL;
  const char *bytes = (const char *) data + 1;
  gsize split;
  GString *out;

  if (size == 0)
    return 0;

  size--;
  split = data[0] * size / 255;
  whole = sb_text_clean (bytes, size, NULL);
  g_assert_true (g_utf8_validate (whole, -1, NULL));
  for (const char *at = whole; *at != '\0'; at++)
    g_assert_true ((guchar) *at >= 0x20 || *at == '\n' || *at == '\t');

  out = g_string_new (NULL);
  cleaner = sb_text_cleaner_new ();
  sb_text_cleaner_feed (cleaner, bytes, split, out);
  sb_text_cleaner_feed (cleaner, bytes + split, size - split, out);
  sb_text_cleaner_finish (cleaner, out);
  g_assert_cmpstr (out->str, ==, whole);
  g_string_free (out, TRUE);
  filter_text (bytes, split, size);

  return 0;
}
