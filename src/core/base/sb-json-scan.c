/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json-scan.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "sb-json.h"

/* No double needs more; a longer one is an attack on strtod(). */
#define MAX_NUMBER_LENGTH 1100

typedef struct
{
  /* borrowed */
  const char *start;
  const char *end;
  const char *at;
  const char *copied; /* all before it is in repaired, if there is one */

  /* owned */
  GString    *repaired; /* NULL while the text may stay as it is */
  GError     *error;

  /* state */
  guint       depth;
  guint8      in_object[SB_JSON_MAX_DEPTH];
} Scan;

typedef enum
{
  EXPECT_VALUE,        /* at the root, after ':' and after ',' in an array */
  EXPECT_FIRST_VALUE,  /* after '[': a value or ']' */
  EXPECT_FIRST_KEY,    /* after '{': a key or '}' */
  EXPECT_KEY,          /* after ',' in an object */
  EXPECT_NEXT,         /* after a value: ',' or the closing bracket */
  EXPECT_END,          /* after the root: nothing but space */
} Expect;

static gboolean
fail (Scan        *scan,
      SbJsonError  code,
      const char  *what)
{
  scan->error = g_error_new (SB_JSON_ERROR, code, "This is not usable JSON: %s at byte %" G_GSIZE_FORMAT ".",
                             what, (gsize) (scan->at - scan->start));

  return FALSE;
}

static gboolean
fail_syntax (Scan       *scan,
             const char *what)
{
  return fail (scan, SB_JSON_ERROR_SYNTAX, scan->at < scan->end ? what : "unexpected end");
}

/* Replaces what stands in [from, to) when the text is handed on. */
static void
repair (Scan       *scan,
        const char *from,
        const char *to,
        const char *replacement)
{
  if (scan->repaired == NULL)
    scan->repaired = g_string_sized_new (scan->end - scan->start + 16);

  g_string_append_len (scan->repaired, scan->copied, from - scan->copied);
  g_string_append (scan->repaired, replacement);
  scan->copied = to;
}

static void
skip_space (Scan *scan)
{
  while (scan->at < scan->end &&
         (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t'))
    scan->at++;
}

static gboolean
read_hex4 (const char *at,
           const char *end,
           guint      *unit)
{
  if (end - at < 4)
    return FALSE;

  *unit = 0;
  for (guint i = 0; i < 4; i++)
    {
      if (!g_ascii_isxdigit (at[i]))
        return FALSE;
      *unit = *unit << 4 | g_ascii_xdigit_value (at[i]);
    }

  return TRUE;
}

/* At "\u": a surrogate without its other half and the NUL that would end a C string become U+FFFD. */
static gboolean
scan_unicode_escape (Scan *scan)
{
  const char *escape = scan->at;
  guint unit = 0;
  guint low = 0;

  if (!read_hex4 (escape + 2, scan->end, &unit))
    return fail_syntax (scan, "bad \\u escape");

  scan->at += 6;
  if (unit >= 0xd800 && unit <= 0xdbff &&
      scan->end - scan->at >= 6 && scan->at[0] == '\\' && scan->at[1] == 'u' &&
      read_hex4 (scan->at + 2, scan->end, &low) && low >= 0xdc00 && low <= 0xdfff)
    scan->at += 6;
  else if (unit == 0 || (unit >= 0xd800 && unit <= 0xdfff))
    repair (scan, escape, scan->at, "\\ufffd");

  return TRUE;
}

static gboolean
scan_escape (Scan *scan)
{
  if (scan->end - scan->at < 2)
    {
      scan->at = scan->end;
      return fail_syntax (scan, NULL);
    }

  if (scan->at[1] == 'u')
    return scan_unicode_escape (scan);

  if (strchr ("\"\\/bfnrt", scan->at[1]) == NULL)
    return fail_syntax (scan, "bad escape in a string");

  scan->at += 2;

  return TRUE;
}

static gboolean
scan_string (Scan *scan)
{
  scan->at++;
  while (scan->at < scan->end)
    {
      guchar c = *scan->at;

      if (c == '"')
        {
          scan->at++;
          return TRUE;
        }

      if (c < 0x20)
        return fail_syntax (scan, "control character in a string");

      if (c != '\\')
        scan->at++;
      else if (!scan_escape (scan))
        return FALSE;
    }

  return fail_syntax (scan, NULL);
}

static gboolean
scan_digits (Scan *scan)
{
  const char *first = scan->at;

  while (scan->at < scan->end && g_ascii_isdigit (*scan->at))
    scan->at++;

  return scan->at > first || fail_syntax (scan, "bad number");
}

/* json-glib wraps integers beyond 64 bits and turns 1e400 into "inf". */
static gboolean
check_range (Scan       *scan,
             const char *number,
             gboolean    integer)
{
  gsize length = scan->at - number;
  char text[MAX_NUMBER_LENGTH + 1];

  if (integer && length <= 18)
    return TRUE;

  if (length > MAX_NUMBER_LENGTH)
    return fail (scan, SB_JSON_ERROR_SYNTAX, "number out of range");

  memcpy (text, number, length);
  text[length] = '\0';
  if (!isfinite (g_ascii_strtod (text, NULL)))
    return fail (scan, SB_JSON_ERROR_SYNTAX, "number out of range");

  if (integer)
    {
      errno = 0;
      /* INT64_MIN too: json-glib reads the digits before the sign. */
      if (g_ascii_strtoll (text, NULL, 10) == G_MININT64 || errno == ERANGE)
        repair (scan, scan->at, scan->at, ".0");
    }

  return TRUE;
}

static gboolean
scan_number (Scan *scan)
{
  const char *number = scan->at;
  gboolean integer = TRUE;

  if (*scan->at == '-')
    scan->at++;

  if (scan->at < scan->end && *scan->at == '0')
    scan->at++;
  else if (!scan_digits (scan))
    return FALSE;

  if (scan->at < scan->end && *scan->at == '.')
    {
      integer = FALSE;
      scan->at++;
      if (!scan_digits (scan))
        return FALSE;
    }

  if (scan->at < scan->end && (*scan->at == 'e' || *scan->at == 'E'))
    {
      integer = FALSE;
      scan->at++;
      if (scan->at < scan->end && (*scan->at == '+' || *scan->at == '-'))
        scan->at++;
      if (!scan_digits (scan))
        return FALSE;
    }

  return check_range (scan, number, integer);
}

static gboolean
scan_word (Scan       *scan,
           const char *word)
{
  gsize length = strlen (word);

  if ((gsize) (scan->end - scan->at) < length || memcmp (scan->at, word, length) != 0)
    return fail_syntax (scan, "unknown word");

  scan->at += length;

  return TRUE;
}

static gboolean
open_bracket (Scan   *scan,
              Expect *expect)
{
  gboolean object = *scan->at == '{';

  if (scan->depth == SB_JSON_MAX_DEPTH)
    return fail (scan, SB_JSON_ERROR_TOO_DEEP, "nesting too deep");

  scan->in_object[scan->depth++] = object;
  scan->at++;
  *expect = object ? EXPECT_FIRST_KEY : EXPECT_FIRST_VALUE;

  return TRUE;
}

static void
close_bracket (Scan   *scan,
               Expect *expect)
{
  scan->depth--;
  scan->at++;
  *expect = scan->depth > 0 ? EXPECT_NEXT : EXPECT_END;
}

static gboolean
scan_value (Scan   *scan,
            Expect *expect)
{
  char c = *scan->at;
  gboolean ok;

  if (c == '{' || c == '[')
    return open_bracket (scan, expect);

  if (c == ']' && *expect == EXPECT_FIRST_VALUE)
    {
      close_bracket (scan, expect);
      return TRUE;
    }

  if (c == '"')
    ok = scan_string (scan);
  else if (c == '-' || g_ascii_isdigit (c))
    ok = scan_number (scan);
  else if (c == 't')
    ok = scan_word (scan, "true");
  else if (c == 'f')
    ok = scan_word (scan, "false");
  else if (c == 'n')
    ok = scan_word (scan, "null");
  else
    ok = fail_syntax (scan, "no value");

  *expect = scan->depth > 0 ? EXPECT_NEXT : EXPECT_END;

  return ok;
}

static gboolean
scan_key (Scan   *scan,
          Expect *expect)
{
  if (*scan->at == '}' && *expect == EXPECT_FIRST_KEY)
    {
      close_bracket (scan, expect);
      return TRUE;
    }

  if (*scan->at != '"')
    return fail_syntax (scan, "no member name");

  if (!scan_string (scan))
    return FALSE;

  skip_space (scan);
  if (scan->at == scan->end || *scan->at != ':')
    return fail_syntax (scan, "no colon after a member name");

  scan->at++;
  *expect = EXPECT_VALUE;

  return TRUE;
}

static gboolean
scan_next (Scan   *scan,
           Expect *expect)
{
  gboolean object = scan->in_object[scan->depth - 1];

  if (*scan->at == (object ? '}' : ']'))
    {
      close_bracket (scan, expect);
      return TRUE;
    }

  if (*scan->at != ',')
    return fail_syntax (scan, "neither comma nor closing bracket");

  scan->at++;
  *expect = object ? EXPECT_KEY : EXPECT_VALUE;

  return TRUE;
}

static gboolean
scan_step (Scan   *scan,
           Expect *expect)
{
  switch (*expect)
    {
    case EXPECT_VALUE:
    case EXPECT_FIRST_VALUE:
      return scan_value (scan, expect);

    case EXPECT_FIRST_KEY:
    case EXPECT_KEY:
      return scan_key (scan, expect);

    case EXPECT_NEXT:
      return scan_next (scan, expect);

    case EXPECT_END:
    default:
      return fail_syntax (scan, "something after the end");
    }
}

/* The grammar is RFC 8259 to the letter; RFC 3629 for the bytes. */
static gboolean
scan_all (Scan *scan)
{
  Expect expect = EXPECT_VALUE;
  const char *invalid = NULL;

  if (!g_utf8_validate_len (scan->at, scan->end - scan->at, &invalid))
    {
      scan->at = invalid;
      return fail_syntax (scan, "not UTF-8");
    }

  skip_space (scan);
  while (scan->at < scan->end)
    {
      if (!scan_step (scan, &expect))
        return FALSE;
      skip_space (scan);
    }

  return expect == EXPECT_END || fail_syntax (scan, NULL);
}

/**
 * sb_json_scan:
 * @data: (array length=length): the text; need not end in NUL, must not start with a byte order mark
 * @length: bytes in @data
 * @repaired: (out) (nullable): a changed text to parse instead, or NULL if @data may be parsed as it is
 *
 * Refuses what is not one JSON value (RFC 8259) in valid UTF-8 of bounded depth with finite numbers. What is
 * valid but beyond json-glib is rewritten: lone surrogates and \u0000 to \ufffd, integers beyond 64 bits to
 * doubles. Works in one pass without recursion or I/O.
 */
gboolean
sb_json_scan (const char  *data,
              gsize        length,
              GString    **repaired,
              GError     **error)
{
  Scan scan = { .start = data, .end = data + length, .at = data, .copied = data };

  g_return_val_if_fail (data != NULL || length == 0, FALSE);
  g_return_val_if_fail (repaired != NULL, FALSE);

  *repaired = NULL;
  if (!scan_all (&scan))
    {
      if (scan.repaired != NULL)
        g_string_free (scan.repaired, TRUE);
      g_propagate_error (error, scan.error);
      return FALSE;
    }

  if (scan.repaired != NULL)
    g_string_append_len (scan.repaired, scan.copied, scan.end - scan.copied);
  *repaired = scan.repaired;

  return TRUE;
}
