/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-title.h"

#include "sb-text.h"

#include <string.h>

/* The last blank in the second half of the text: a better place to cut than within a word. */
static char *
find_word_end (char *text)
{
  char *blank = strrchr (text, ' ');

  return blank != NULL && (gsize) (blank - text) > strlen (text) / 2 ? blank : NULL;
}

/**
 * sb_title_from_text:
 * @max_chars: characters, without the ellipsis that says that there was more
 *
 * Returns: (transfer full): the first line that is not empty, cut at the end of a word; "" when there is none
 */
char *
sb_title_from_text (const char *text,
                    guint       max_chars)
{
  g_autofree char *clean = NULL;
  char *end;

  while (g_ascii_isspace (*text))
    text++;
  clean = sb_text_clean (text, strnlen (text, max_chars * 8), NULL);

  end = strchr (clean, '\n');
  if (end != NULL)
    *end = '\0';
  g_strdelimit (clean, "\t", ' ');
  g_strchomp (clean);
  if (g_utf8_strlen (clean, -1) <= max_chars)
    return g_steal_pointer (&clean);

  *g_utf8_offset_to_pointer (clean, max_chars) = '\0';
  end = find_word_end (clean);
  if (end != NULL)
    *end = '\0';

  return g_strconcat (g_strchomp (clean), "…", NULL);
}
