/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-line-framer.h"

#include <string.h>

struct _SbLineFramer
{
  /* owned */
  GString *line; /* the start of a line whose LF has not come yet */

  /* borrowed */
  SbLineFunc     line_func;
  SbLineLostFunc lost_func;
  gpointer       user_data;

  gsize max_line;
  gsize skipped; /* bytes of the line being skipped; 0: none is */
};

static void
emit (SbLineFramer *self,
      const char   *line,
      gsize         length)
{
  if (length > 0 && line[length - 1] == '\r')
    length--;
  self->line_func (line, length, self->user_data);
}

static void
end_of_line (SbLineFramer *self)
{
  if (self->skipped > 0)
    {
      gsize skipped = self->skipped;

      self->skipped = 0;
      if (self->lost_func != NULL)
        self->lost_func (skipped, self->user_data);
    }
  else
    {
      emit (self, self->line->str, self->line->len);
      g_string_truncate (self->line, 0);
    }
}

static void
collect (SbLineFramer *self,
         const char   *data,
         gsize         length)
{
  if (self->skipped > 0 || self->line->len + length > self->max_line)
    {
      self->skipped += self->line->len + length;
      g_string_truncate (self->line, 0);
    }
  else
    {
      g_string_append_len (self->line, data, length);
    }
}

/**
 * sb_line_framer_new:
 * @max_line: the longest line in bytes, without its LF
 * @line_func: gets each line without its line end; the text is not NUL-terminated and only lives during the
 * call
 * @lost_func: (nullable): told the length of a line that was too long, when its end came
 * @user_data: for both
 *
 * The functions must not free the framer, nor feed it.
 *
 * Returns: (transfer full): a new framer
 */
SbLineFramer *
sb_line_framer_new (gsize           max_line,
                    SbLineFunc      line_func,
                    SbLineLostFunc  lost_func,
                    gpointer        user_data)
{
  SbLineFramer *self = NULL;

  g_return_val_if_fail (max_line > 0, NULL);
  g_return_val_if_fail (line_func != NULL, NULL);

  self = g_new0 (SbLineFramer, 1);
  self->line = g_string_new (NULL);
  self->max_line = max_line;
  self->line_func = line_func;
  self->lost_func = lost_func;
  self->user_data = user_data;

  return self;
}

void
sb_line_framer_free (SbLineFramer *self)
{
  if (self == NULL)
    return;

  g_string_free (self->line, TRUE);
  g_free (self);
}

/**
 * sb_line_framer_feed:
 * @self: a framer
 * @data: (array length=length): the next bytes of the stream
 * @length: how many
 *
 * Reports every line that ends within @data. A line that lies wholly within @data is passed without a copy.
 */
void
sb_line_framer_feed (SbLineFramer *self,
                     const guint8 *data,
                     gsize         length)
{
  const char *at = (const char *) data;
  const char *end = at + length;

  g_return_if_fail (self != NULL);

  while (at < end)
    {
      const char *lf = memchr (at, '\n', end - at);
      gsize n = (lf != NULL ? lf : end) - at;

      if (lf != NULL && self->skipped == 0 && self->line->len == 0 && n <= self->max_line)
        {
          emit (self, at, n);
        }
      else
        {
          collect (self, at, n);
          if (lf != NULL)
            end_of_line (self);
        }
      at += n + (lf != NULL ? 1 : 0);
    }
}

/**
 * sb_line_framer_finish:
 * @self: a framer
 *
 * The stream ended: what came after the last LF is reported as a line.
 */
void
sb_line_framer_finish (SbLineFramer *self)
{
  g_return_if_fail (self != NULL);

  if (self->skipped > 0 || self->line->len > 0)
    end_of_line (self);
}
