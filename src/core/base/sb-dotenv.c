/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-dotenv.h"

#include <string.h>

typedef struct
{
  const char *at;
  const char *end;
} Cursor;

static gboolean
at_end (const Cursor *cursor)
{
  return cursor->at == cursor->end;
}

static void
skip_blanks (Cursor *cursor)
{
  while (!at_end (cursor) && (*cursor->at == ' ' || *cursor->at == '\t'))
    cursor->at++;
}

static void
skip_line (Cursor *cursor)
{
  while (!at_end (cursor) && *cursor->at != '\n')
    cursor->at++;
  if (!at_end (cursor))
    cursor->at++;
}

static char *
read_name (Cursor *cursor)
{
  const char *start = cursor->at;

  while (!at_end (cursor) && (g_ascii_isalnum (*cursor->at) || *cursor->at == '_'))
    cursor->at++;
  if (cursor->at == start || g_ascii_isdigit (*start))
    return NULL;

  return g_strndup (start, cursor->at - start);
}

static void
append_escaped (GString *value,
                char     c)
{
  switch (c)
    {
    case 'n':
      g_string_append_c (value, '\n');
      break;

    case 'r':
      g_string_append_c (value, '\r');
      break;

    case 't':
      g_string_append_c (value, '\t');
      break;

    case '\\':
    case '"':
    case '$':
      g_string_append_c (value, c);
      break;

    default:
      g_string_append_c (value, '\\');
      g_string_append_c (value, c);
      break;
    }
}

/* Up to the closing quote, over line ends too. Escapes count in double quotes only. FALSE when it is never closed. */
static gboolean
read_quoted (Cursor  *cursor,
             GString *value)
{
  char quote = *cursor->at++;

  for (; !at_end (cursor); cursor->at++)
    {
      char c = *cursor->at;

      if (c == quote)
        {
          cursor->at++;
          return TRUE;
        }
      if (c == '\\' && quote == '"' && cursor->at + 1 < cursor->end)
        append_escaped (value, *++cursor->at);
      else
        g_string_append_c (value, c);
    }

  return FALSE;
}

/* Up to the end of the line or to a comment, which needs a blank before its "#". */
static void
read_plain (Cursor  *cursor,
            GString *value)
{
  const char *start = cursor->at;

  while (!at_end (cursor) && *cursor->at != '\n')
    {
      if (*cursor->at == '#' && (cursor->at == start || cursor->at[-1] == ' ' || cursor->at[-1] == '\t'))
        break;
      g_string_append_c (value, *cursor->at++);
    }

  while (value->len > 0 && g_ascii_isspace (value->str[value->len - 1]))
    g_string_truncate (value, value->len - 1);
}

static gboolean
read_value (Cursor  *cursor,
            GString *value)
{
  skip_blanks (cursor);
  if (!at_end (cursor) && (*cursor->at == '"' || *cursor->at == '\''))
    return read_quoted (cursor, value);

  read_plain (cursor, value);

  return TRUE;
}

/* One line: NULL when it is no assignment. The cursor stands somewhere in the same line afterwards. */
static char *
read_assignment (Cursor  *cursor,
                 GString *value)
{
  g_autofree char *name = NULL;

  skip_blanks (cursor);
  name = read_name (cursor);
  if (g_strcmp0 (name, "export") == 0 && !at_end (cursor) && (*cursor->at == ' ' || *cursor->at == '\t'))
    {
      g_free (name);
      skip_blanks (cursor);
      name = read_name (cursor);
    }
  skip_blanks (cursor);
  if (name == NULL || at_end (cursor) || *cursor->at != '=')
    return NULL;

  cursor->at++;
  if (!read_value (cursor, value))
    return NULL;

  return g_steal_pointer (&name);
}

/**
 * sb_dotenv_parse:
 * @func: gets NUL-terminated strings, valid during the call
 *
 * Reads the format of .env files as Docker Compose understands it: comments, "export", single quotes as they are,
 * double quotes with \n \r \t \\ \" \$, values over several lines in quotes. Variables are not expanded: a key
 * with a "$" in it must stay what it is. No I/O. Values that hold a zero byte or are no UTF-8 are skipped.
 */
gboolean
sb_dotenv_parse (const char   *data,
                 gsize         length,
                 SbDotenvFunc  func,
                 gpointer      user_data)
{
  Cursor cursor = { data, data + length };
  g_autoptr(GString) value = g_string_new (NULL);

  g_return_val_if_fail (func != NULL, FALSE);

  if (length > SB_DOTENV_MAX_SIZE)
    return FALSE;
  if (length >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0)
    cursor.at += 3;

  for (guint n = 0; !at_end (&cursor);)
    {
      g_autofree char *name = NULL;

      g_string_truncate (value, 0);
      name = read_assignment (&cursor, value);
      if (name != NULL && ++n > SB_DOTENV_MAX_ENTRIES)
        return FALSE;
      if (name != NULL && g_utf8_validate (value->str, value->len, NULL))
        func (name, value->str, user_data);
      skip_line (&cursor);
    }

  return TRUE;
}
