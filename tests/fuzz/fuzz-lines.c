/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-line-framer.h"

#define LIMIT 32

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

static void
line_cb (const char *line,
         gsize       length,
         gpointer    user_data)
{
  guint *hash = user_data;

  g_assert_cmpuint (length, <=, LIMIT);
  for (gsize i = 0; i < length; i++)
    *hash = *hash * 33 + (guint8) line[i];
  *hash = *hash * 33 + 1;
}

static void
lost_cb (gsize    length,
         gpointer user_data)
{
  guint *hash = user_data;

  g_assert_cmpuint (length, >, LIMIT);
  *hash = *hash * 31 + length;
}

static guint
frame (const guint8 *data,
       gsize         size,
       gsize         step)
{
  guint hash = 5381;
  g_autoptr(SbLineFramer) framer = sb_line_framer_new (LIMIT, line_cb, lost_cb, &hash);

  for (gsize at = 0; at < size; at += step)
    sb_line_framer_feed (framer, data + at, MIN (step, size - at));
  sb_line_framer_finish (framer);

  return hash;
}

/* However the stream is cut, the lines are the same. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  if (size > 0)
    g_assert_cmpuint (frame (data + 1, size - 1, 1), ==, frame (data + 1, size - 1, data[0] + 1));

  return 0;
}
