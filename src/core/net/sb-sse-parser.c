/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sse-parser.h"

#include <string.h>

#include "sb-http.h"

static const char bom[] = "\xef\xbb\xbf";

struct _SbSseParser
{
  /* owned */
  GString *line; /* the start of a line whose end has not come yet */
  GString *data;
  char    *event;
  char    *last_id;

  /* borrowed */
  SbSseEventFunc event_func;
  SbSseLineFunc  line_func;
  gpointer       user_data;

  gsize    max_event;
  gint64   retry;
  gboolean has_data;
  gboolean skip_lf;   /* the last byte was a CR that ended a line: an LF now belongs to it */
  gboolean past_start; /* the first line was seen, where a BOM may stand */
  gboolean failed;
};

static void
dispatch (SbSseParser *self)
{
  SbSseEvent event = {
    .event = self->event != NULL && *self->event != '\0' ? self->event : "message",
    .data = self->data->str,
    .length = self->data->len,
    .id = self->last_id,
  };

  if (self->has_data)
    self->event_func (&event, self->user_data);
  g_string_truncate (self->data, 0);
  self->has_data = FALSE;
  g_clear_pointer (&self->event, g_free);
}

static void
set_retry (SbSseParser *self,
           const char  *value,
           gsize        length)
{
  gint64 retry = 0;

  if (length == 0 || length > 12)
    return;
  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isdigit (value[i]))
        return;
      retry = retry * 10 + (value[i] - '0');
    }
  self->retry = retry;
}

static gboolean
is_field (const char *name,
          gsize       length,
          const char *field)
{
  return length == strlen (field) && memcmp (name, field, length) == 0;
}

static void
handle_field (SbSseParser *self,
              const char  *line,
              gsize        length)
{
  const char *colon = memchr (line, ':', length);
  gsize name_length = colon != NULL ? (gsize) (colon - line) : length;
  const char *value = colon != NULL ? colon + 1 : line + length;
  gsize value_length = line + length - value;

  if (value_length > 0 && *value == ' ')
    {
      value++;
      value_length--;
    }

  if (is_field (line, name_length, "data"))
    {
      if (self->has_data)
        g_string_append_c (self->data, '\n');
      g_string_append_len (self->data, value, value_length);
      self->has_data = TRUE;
    }
  else if (is_field (line, name_length, "event"))
    {
      g_free (self->event);
      self->event = g_strndup (value, value_length);
    }
  else if (is_field (line, name_length, "id"))
    {
      if (memchr (value, '\0', value_length) != NULL)
        return;
      g_free (self->last_id);
      self->last_id = g_strndup (value, value_length);
    }
  else if (is_field (line, name_length, "retry"))
    {
      set_retry (self, value, value_length);
    }
  else if (self->line_func != NULL)
    {
      self->line_func (line, length, self->user_data);
    }
}

static void
handle_line (SbSseParser *self,
             const char  *line,
             gsize        length)
{
  if (!self->past_start)
    {
      self->past_start = TRUE;
      if (length >= strlen (bom) && memcmp (line, bom, strlen (bom)) == 0)
        {
          line += strlen (bom);
          length -= strlen (bom);
        }
    }

  if (length == 0)
    dispatch (self);
  else
    handle_field (self, line, length);
}

/* The event's name and id count too: each is held in memory. */
static gboolean
fits (SbSseParser *self,
      gsize        more)
{
  gsize held = self->data->len + self->line->len;

  return more <= self->max_event && held <= self->max_event - more;
}

/* CR or LF, whichever comes first; NULL: neither. */
static const char *
find_line_end (const char *at,
               const char *end)
{
  const char *lf = memchr (at, '\n', end - at);
  const char *cr = memchr (at, '\r', (lf != NULL ? lf : end) - at);

  return cr != NULL ? cr : lf;
}

static void
take_line (SbSseParser *self,
           const char  *at,
           gsize        length)
{
  if (self->line->len == 0)
    {
      handle_line (self, at, length);
    }
  else
    {
      g_string_append_len (self->line, at, length);
      handle_line (self, self->line->str, self->line->len);
      g_string_truncate (self->line, 0);
    }
}

/**
 * sb_sse_parser_new:
 * @max_event: the largest event in bytes, also the longest line
 * @event_func: gets each event; its strings live during the call only
 * @line_func: (nullable): gets comments (with their colon) and lines with an unknown field; not
 * NUL-terminated
 * @user_data: for both
 *
 * A parser of server-sent events after WHATWG HTML 9.2.6. An event with one empty data line is reported
 * with empty data, one without any data line is not. The functions must not free the parser, nor feed it.
 *
 * Returns: (transfer full): a new parser
 */
SbSseParser *
sb_sse_parser_new (gsize           max_event,
                   SbSseEventFunc  event_func,
                   SbSseLineFunc   line_func,
                   gpointer        user_data)
{
  SbSseParser *self = NULL;

  g_return_val_if_fail (max_event > 0, NULL);
  g_return_val_if_fail (event_func != NULL, NULL);

  self = g_new0 (SbSseParser, 1);
  self->line = g_string_new (NULL);
  self->data = g_string_new (NULL);
  self->retry = -1;
  self->max_event = max_event;
  self->event_func = event_func;
  self->line_func = line_func;
  self->user_data = user_data;

  return self;
}

void
sb_sse_parser_free (SbSseParser *self)
{
  if (self == NULL)
    return;

  g_string_free (self->line, TRUE);
  g_string_free (self->data, TRUE);
  g_free (self->event);
  g_free (self->last_id);
  g_free (self);
}

/**
 * sb_sse_parser_feed:
 * @self: a parser
 * @data: (array length=length): the next bytes of the stream
 * @length: how many
 * @error: set to %SB_NET_ERROR_TOO_LARGE when an event outgrows the limit
 *
 * Reports every event that ends within @data. After an error each further call fails: what follows has no
 * known start.
 *
 * Returns: whether the stream is still within the limit
 */
gboolean
sb_sse_parser_feed (SbSseParser   *self,
                    const guint8  *data,
                    gsize          length,
                    GError       **error)
{
  const char *at = (const char *) data;
  const char *end = at + length;

  g_return_val_if_fail (self != NULL, FALSE);

  while (at < end && !self->failed)
    {
      const char *line_end = NULL;
      gsize n = 0;

      if (self->skip_lf && *at == '\n')
        at++;
      self->skip_lf = FALSE;

      line_end = find_line_end (at, end);
      n = (line_end != NULL ? line_end : end) - at;
      if (!fits (self, n))
        {
          self->failed = TRUE;
        }
      else if (line_end == NULL)
        {
          g_string_append_len (self->line, at, n);
          at = end;
        }
      else
        {
          take_line (self, at, n);
          self->skip_lf = *line_end == '\r';
          at = line_end + 1;
        }
    }

  if (self->failed)
    g_set_error (error, SB_NET_ERROR, SB_NET_ERROR_TOO_LARGE,
                 "The server sent an event of more than %" G_GSIZE_FORMAT " bytes.", self->max_event);

  return !self->failed;
}

/**
 * sb_sse_parser_finish:
 * @self: a parser
 *
 * The stream ended. As the specification asks, an event without its closing empty line is dropped; a last
 * line outside the grammar (a server's plain error text) still reaches the line function.
 */
void
sb_sse_parser_finish (SbSseParser *self)
{
  g_return_if_fail (self != NULL);

  if (self->line->len > 0 && !self->failed)
    take_line (self, "", 0);
  g_string_truncate (self->data, 0);
  self->has_data = FALSE;
  g_clear_pointer (&self->event, g_free);
}

/**
 * sb_sse_parser_get_retry:
 * @self: a parser
 *
 * Returns: the reconnection time in milliseconds the server asked for, or -1
 */
gint64
sb_sse_parser_get_retry (SbSseParser *self)
{
  g_return_val_if_fail (self != NULL, -1);

  return self->retry;
}
