/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-fold-text.h"

#include <string.h>

char *
sb_fold_text (const char *text,
              gsize       start,
              gsize       end)
{
  GString *folded = g_string_sized_new (end - start + 1);
  gsize line = start;
  gsize column;

  while (line > 0 && text[line - 1] != '\n')
    line--;
  column = (start - line) % SB_FOLD_COLUMNS;

  while (start < end)
    {
      const char *newline = memchr (text + start, '\n', end - start);
      gsize next = newline != NULL ? (gsize) (newline - text) + 1 : end;
      gsize cut = start + SB_FOLD_COLUMNS - column;

      if (next <= cut)
        {
          g_string_append_len (folded, text + start, next - start);
          column = newline != NULL ? 0 : column + next - start;
          start = next;
          continue;
        }

      while (cut > start && ((guchar) text[cut] & 0xc0) == 0x80)
        cut--;
      g_string_append_len (folded, text + start, cut - start);
      g_string_append_c (folded, '\n');
      start = cut;
      column = 0;
    }

  return g_string_free (folded, FALSE);
}
