/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-demux.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

static GByteArray *
demux (const guint8 *data,
       gsize         size,
       gsize         step)
{
  g_autoptr(SbDockerDemux) self = sb_docker_demux_new ();
  g_autofree char *words = NULL;
  GByteArray *out = g_byte_array_new ();

  for (gsize at = 0; at < size; at += step)
    {
      if (!sb_docker_demux_feed (self, data + at, MIN (step, size - at), out, NULL))
        break;
    }
  g_assert_cmpuint (out->len, <=, size);
  words = sb_docker_demux_dup_stderr (self);
  g_assert_true (g_utf8_validate (words, -1, NULL));
  sb_docker_demux_finish (self, NULL);

  return out;
}

/* However the stream is cut, the output is the same. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr(GByteArray) one = NULL;
  g_autoptr(GByteArray) other = NULL;

  if (size == 0)
    return 0;

  one = demux (data + 1, size - 1, 1);
  other = demux (data + 1, size - 1, data[0] + 1);
  g_assert_cmpmem (one->data, one->len, other->data, other->len);

  return 0;
}
