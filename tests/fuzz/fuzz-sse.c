/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sse-parser.h"

#define LIMIT 256

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

static void
event_cb (const SbSseEvent *event,
          gpointer          user_data)
{
  guint *hash = user_data;

  g_assert_cmpuint (event->length, <=, LIMIT);
  g_assert_cmpint (event->data[event->length], ==, '\0');
  for (gsize i = 0; i < event->length; i++)
    *hash = *hash * 31 + (guint8) event->data[i];
  *hash = *hash * 31 + g_str_hash (event->event);
}

static void
line_cb (const char *line,
         gsize       length,
         gpointer    user_data)
{
  guint *hash = user_data;

  g_assert_cmpuint (length, <=, LIMIT);
  for (gsize i = 0; i < length; i++)
    *hash = *hash * 33 + (guint8) line[i];
}

static guint
parse (const guint8 *data,
       gsize         size,
       gsize         step)
{
  guint hash = 5381;
  g_autoptr(SbSseParser) parser = sb_sse_parser_new (LIMIT, event_cb, line_cb, &hash);

  for (gsize at = 0; at < size; at += step)
    {
      if (!sb_sse_parser_feed (parser, data + at, MIN (step, size - at), NULL))
        break;
    }
  sb_sse_parser_finish (parser);

  return hash;
}

/* However the stream is cut, the events are the same. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  if (size > 0)
    g_assert_cmpuint (parse (data + 1, size - 1, 1), ==, parse (data + 1, size - 1, data[0] + 1));

  return 0;
}
