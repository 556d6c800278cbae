/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-text.h"

#include <string.h>

/* As far as git looks. */
#define BINARY_PROBE 8000

static gboolean
is_continuation (char c)
{
  return ((guchar) c & 0xc0) == 0x80;
}

/**
 * sb_text_clean:
 * @length: bytes in @bytes, or -1 if it ends in NUL
 * @n_removed: (out) (optional): how many characters were left out
 *
 * SbTextCleaner for text that is there as a whole.
 *
 * Returns: (transfer full): valid UTF-8, fit to show as plain text
 */
char *
sb_text_clean (const char *bytes,
               gssize      length,
               guint64    *n_removed)
{
  g_autoptr(SbTextCleaner) cleaner = sb_text_cleaner_new ();
  gsize size;
  GString *out;

  g_return_val_if_fail (bytes != NULL || length == 0, NULL);

  size = length >= 0 ? (gsize) length : strlen (bytes);
  out = g_string_sized_new (size + 1);
  sb_text_cleaner_feed (cleaner, bytes, size, out);
  sb_text_cleaner_finish (cleaner, out);
  if (n_removed != NULL)
    *n_removed = sb_text_cleaner_get_removed (cleaner);

  return g_string_free (out, FALSE);
}

/**
 * sb_text_short:
 * @text: (nullable): from outside, as it came
 * @max_chars: characters, without the ellipsis that says that there was more
 *
 * For a foreign name within a sentence. "%.60s" counts bytes, and would cut a character in two.
 *
 * Returns: (transfer full): valid UTF-8
 */
char *
sb_text_short (const char *text,
               guint       max_chars)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : g_strdup ("?");

  if (g_utf8_strlen (valid, -1) <= (glong) max_chars)
    return g_steal_pointer (&valid);

  *g_utf8_offset_to_pointer (valid, max_chars) = '\0';

  return g_strconcat (valid, "…", NULL);
}

/**
 * sb_text_head_tail:
 * @text: valid UTF-8
 * @max_bytes: how much of @text is kept; the line that says what is missing comes on top
 * @n_omitted: (out) (optional): bytes left out, 0 if @text is whole
 *
 * Shortens a long text to its beginning and its end, which is where compilers and test runners say what
 * matters. Never cuts a character in two.
 *
 * Returns: (transfer full): the text
 */
char *
sb_text_head_tail (const char *text,
                   gsize       max_bytes,
                   gsize      *n_omitted)
{
  gsize length;
  gsize head;
  gsize tail;
  gsize omitted;

  g_return_val_if_fail (text != NULL, NULL);

  length = strlen (text);
  if (n_omitted != NULL)
    *n_omitted = 0;
  if (length <= max_bytes)
    return g_strdup (text);

  head = max_bytes / 2;
  tail = length - (max_bytes - head);
  while (head > 0 && is_continuation (text[head]))
    head--;
  while (tail < length && is_continuation (text[tail]))
    tail++;

  omitted = tail - head;
  if (n_omitted != NULL)
    *n_omitted = omitted;

  return g_strdup_printf ("%.*s\n… %" G_GSIZE_FORMAT " bytes left out …\n%s",
                          (int) head, text, omitted, text + tail);
}

/**
 * sb_text_looks_binary:
 *
 * Returns: whether the bytes are not worth showing as text: a NUL near the beginning, or many other control
 *   characters
 */
gboolean
sb_text_looks_binary (const char *bytes,
                      gsize       length)
{
  gsize probe = MIN (length, BINARY_PROBE);
  gsize n_control = 0;

  g_return_val_if_fail (bytes != NULL || length == 0, FALSE);

  for (gsize i = 0; i < probe; i++)
    {
      guchar c = bytes[i];

      if (c == '\0')
        return TRUE;
      if (c < 0x20 && strchr ("\t\n\r\f\b\033", c) == NULL)
        n_control++;
    }

  return n_control * 10 > probe;
}
