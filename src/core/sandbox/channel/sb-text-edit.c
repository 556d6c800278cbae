/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-text-edit.h"

#include <string.h>

static guint
count_newlines (const char *from,
                const char *to)
{
  guint n = 0;

  for (const char *at = from; at < to && (at = memchr (at, '\n', (gsize) (to - at))) != NULL; at++)
    n++;

  return n;
}

/**
 * sb_text_edit_find:
 * @edit: (out caller-allocates): where it was found
 * @file: the contents: hostile
 * @text: what to look for, not empty; must stay until the replacement
 */
void
sb_text_edit_find (SbTextEdit *edit,
                   GBytes     *file,
                   const char *text)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (file, &size);
  gsize length = strlen (text);
  const char *at = data;

  g_return_if_fail (length > 0);

  *edit = (SbTextEdit) { .text = text };
  while (size > 0 && (at = memmem (at, (gsize) (data + size - at), text, length)) != NULL)
    {
      if (edit->n_found == 0)
        edit->first_line = 1 + count_newlines (data, at);
      edit->n_found++;
      at += length;
    }
}

/**
 * sb_text_edit_replace:
 * @edit: what was found in @file
 * @with: what to put in every place; may be empty
 * @max_size: of the result, in bytes
 *
 * Returns: (transfer full) (nullable): the new contents; %NULL when they would be too large
 */
GBytes *
sb_text_edit_replace (const SbTextEdit *edit,
                      GBytes           *file,
                      const char       *with,
                      gsize             max_size)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (file, &size);
  const char *end = data + size;
  gsize old_length = strlen (edit->text);
  gsize new_length = strlen (with);
  gsize kept = size - edit->n_found * old_length;
  g_autoptr(GByteArray) result = NULL;

  if (kept > max_size || (new_length > 0 && edit->n_found > (max_size - kept) / new_length))
    return NULL;

  result = g_byte_array_sized_new ((guint) (kept + edit->n_found * new_length));
  for (guint i = 0; i < edit->n_found; i++)
    {
      const char *at = memmem (data, (gsize) (end - data), edit->text, old_length);

      g_byte_array_append (result, (const guint8 *) data, (guint) (at - data));
      g_byte_array_append (result, (const guint8 *) with, (guint) new_length);
      data = at + old_length;
    }
  g_byte_array_append (result, (const guint8 *) data, (guint) (end - data));

  return g_byte_array_free_to_bytes (g_steal_pointer (&result));
}
