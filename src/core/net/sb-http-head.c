/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-http-head.h"

#include <string.h>

#include "sb-http.h"

#define MAX_HEAD (64 * 1024)
#define MAX_HEADERS 128

struct _SbHttpHead
{
  /* owned */
  GString    *line;
  char       *reason;
  char       *target;
  GHashTable *headers; /* lower-case name → value */

  guint    status; /* 0: the status line has not come */
  gboolean is_request;
  gsize    total;
  gboolean complete;
  gboolean failed;
};

static gboolean
is_token (const char *text,
          gsize       length)
{
  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isalnum (text[i]) && (text[i] == '\0' || strchr ("!#$%&'*+-.^_`|~", text[i]) == NULL))
        return FALSE;
    }

  return length > 0;
}

/* "HTTP/1.1 101 UPGRADED"; the reason may be missing. */
static gboolean
parse_status_line (SbHttpHead *self,
                   const char *line,
                   gsize       length)
{
  if (length < strlen ("HTTP/1.1 200") || memcmp (line, "HTTP/1.", 7) != 0 || !g_ascii_isdigit (line[7])
      || line[8] != ' ' || (length > 12 && line[12] != ' '))
    return FALSE;
  for (guint i = 9; i < 12; i++)
    {
      if (!g_ascii_isdigit (line[i]))
        return FALSE;
    }

  self->status = g_ascii_digit_value (line[9]) * 100 + g_ascii_digit_value (line[10]) * 10
                 + g_ascii_digit_value (line[11]);
  g_free (self->reason);
  self->reason = length > 13 ? g_strndup (line + 13, length - 13) : g_strdup ("");

  return self->status >= 100;
}

/* "GET /path HTTP/1.1" (RFC 9112 3): one space each, or different programs see different targets. */
static gboolean
parse_request_line (SbHttpHead *self,
                    const char *line,
                    gsize       length)
{
  const char *target = memchr (line, ' ', length);
  const char *end = target != NULL ? memchr (target + 1, ' ', line + length - target - 1) : NULL;

  if (end == NULL || !is_token (line, target - line) || end == target + 1
      || line + length - end != (gssize) strlen (" HTTP/1.1") || memcmp (end, " HTTP/1.", 8) != 0
      || !g_ascii_isdigit (end[8]))
    return FALSE;

  self->target = g_strndup (target + 1, end - target - 1);

  return TRUE;
}

static gboolean
is_started (SbHttpHead *self)
{
  return self->is_request ? self->target != NULL : self->status != 0;
}

/* Folded lines and names with a space before the colon are refused (RFC 9112 5.1, 5.2): they are ways to
 * smuggle. */
static gboolean
parse_header (SbHttpHead *self,
              const char *line,
              gsize       length)
{
  const char *colon = memchr (line, ':', length);
  g_autofree char *name = NULL;
  g_autofree char *value = NULL;

  if (colon == NULL || !is_token (line, colon - line) || g_hash_table_size (self->headers) >= MAX_HEADERS)
    return FALSE;

  name = g_ascii_strdown (line, colon - line);
  value = g_strstrip (g_strndup (colon + 1, line + length - colon - 1));
  if (g_hash_table_contains (self->headers, name)
      && (g_str_equal (name, "content-length") || g_str_equal (name, "host")))
    return FALSE;

  g_hash_table_replace (self->headers, g_steal_pointer (&name), g_steal_pointer (&value));

  return TRUE;
}

static gboolean
end_of_head (SbHttpHead *self)
{
  if (!is_started (self))
    return FALSE;

  /* 100 Continue and the like only announce the real answer; 101 is one. */
  self->complete = self->is_request || self->status >= 200 || self->status == 101;
  if (!self->complete)
    {
      self->status = 0;
      g_hash_table_remove_all (self->headers);
    }

  return TRUE;
}

static gboolean
handle_line (SbHttpHead *self)
{
  const char *line = self->line->str;
  gsize length = self->line->len;

  if (length > 0 && line[length - 1] == '\r')
    length--;
  if (memchr (line, '\0', length) != NULL || memchr (line, '\r', length) != NULL)
    return FALSE;
  if (length == 0)
    return end_of_head (self);
  if (!is_started (self))
    return self->is_request ? parse_request_line (self, line, length) : parse_status_line (self, line, length);

  return parse_header (self, line, length);
}

SbHttpHead *
sb_http_head_new (void)
{
  SbHttpHead *self = g_new0 (SbHttpHead, 1);

  self->line = g_string_new (NULL);
  self->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return self;
}

/* For the head of a request instead. */
SbHttpHead *
sb_http_head_new_request (void)
{
  SbHttpHead *self = sb_http_head_new ();

  self->is_request = TRUE;

  return self;
}

void
sb_http_head_free (SbHttpHead *self)
{
  if (self == NULL)
    return;

  g_string_free (self->line, TRUE);
  g_free (self->reason);
  g_free (self->target);
  g_hash_table_unref (self->headers);
  g_free (self);
}

/**
 * sb_http_head_feed:
 * @self: a parser
 * @data: (array length=length): the next bytes of the connection
 * @length: how many
 * @consumed: (out): how many of them belong to the head; what follows is the body, or the other protocol
 * @error: set to %SB_NET_ERROR_PROTOCOL or %SB_NET_ERROR_TOO_LARGE
 *
 * Takes bytes until the head is complete. Heads of interim answers (100, 103) are skipped.
 *
 * Returns: %FALSE when this is not an HTTP answer (or request), or one with an unreasonable head
 */
gboolean
sb_http_head_feed (SbHttpHead    *self,
                   const guint8  *data,
                   gsize          length,
                   gsize         *consumed,
                   GError       **error)
{
  const char *at = (const char *) data;
  const char *end = at + length;

  g_return_val_if_fail (self != NULL && consumed != NULL, FALSE);

  while (at < end && !self->complete && !self->failed)
    {
      const char *lf = memchr (at, '\n', end - at);
      gsize n = (lf != NULL ? lf : end) - at;

      self->total += n + 1;
      if (self->total > MAX_HEAD)
        {
          self->failed = TRUE;
          g_set_error (error, SB_NET_ERROR, SB_NET_ERROR_TOO_LARGE,
                       "%s starts with more than %d KiB of headers.",
                       self->is_request ? "The request" : "The server's answer", MAX_HEAD / 1024);
          return FALSE;
        }

      g_string_append_len (self->line, at, n);
      at += n + (lf != NULL ? 1 : 0);
      if (lf != NULL)
        {
          self->failed = !handle_line (self);
          g_string_truncate (self->line, 0);
        }
    }
  *consumed = at - (const char *) data;

  if (self->failed)
    g_set_error_literal (error, SB_NET_ERROR, SB_NET_ERROR_PROTOCOL,
                         self->is_request ? "This is not a request in HTTP." : "The server does not answer in HTTP.");

  return !self->failed;
}

gboolean
sb_http_head_is_complete (SbHttpHead *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->complete;
}

/**
 * sb_http_head_get_status:
 * @self: a parser
 *
 * Returns: the status code, or 0 before the status line
 */
guint
sb_http_head_get_status (SbHttpHead *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->status;
}

/**
 * sb_http_head_get_reason:
 * @self: a parser
 *
 * Returns: (nullable): the reason phrase: bytes from outside, perhaps not UTF-8
 */
const char *
sb_http_head_get_reason (SbHttpHead *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->reason;
}

/**
 * sb_http_head_get_header:
 * @self: a parser
 * @name: a header name in lower case
 *
 * Returns: (nullable): its value, of the last one when it came more than once
 */
const char *
sb_http_head_get_header (SbHttpHead *self,
                         const char *name)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_hash_table_lookup (self->headers, name);
}

/**
 * sb_http_head_get_content_length:
 * @self: a parser
 *
 * Returns: the body's length in bytes, or -1 when it is not given or not a number
 */
gint64
sb_http_head_get_content_length (SbHttpHead *self)
{
  const char *value = sb_http_head_get_header (self, "content-length");
  guint64 length = 0;

  if (value == NULL || !g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT64, &length, NULL))
    return -1;

  return (gint64) length;
}
