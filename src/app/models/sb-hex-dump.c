/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-hex-dump.h"

#define ROW 16

static void
append_row (GString      *out,
            guint64       offset,
            const guint8 *data,
            gsize         length)
{
  g_string_append_printf (out, "%08" G_GINT64_MODIFIER "x ", offset);
  for (gsize i = 0; i < ROW; i++)
    {
      if (i == ROW / 2)
        g_string_append_c (out, ' ');
      if (i < length)
        g_string_append_printf (out, " %02x", data[i]);
      else
        g_string_append (out, "   ");
    }

  g_string_append (out, "  ");
  for (gsize i = 0; i < length; i++)
    g_string_append_c (out, g_ascii_isprint (data[i]) ? data[i] : '.');
  g_string_append_c (out, '\n');
}

char *
sb_hex_dump (const guint8 *data,
             gsize         length,
             guint64       start,
             gsize         max_bytes)
{
  GString *out = g_string_new (NULL);

  length = MIN (length, max_bytes);
  for (gsize offset = 0; offset < length; offset += ROW)
    append_row (out, start + offset, data + offset, MIN (length - offset, ROW));

  return g_string_free (out, FALSE);
}
