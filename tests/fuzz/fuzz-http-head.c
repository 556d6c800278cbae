/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-http-head.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* Returns: where the head ended, or 0 when it is no head or not complete. */
static gsize
parse (const guint8 *data,
       gsize         size,
       gsize         step,
       gboolean      is_request)
{
  g_autoptr(SbHttpHead) head = is_request ? sb_http_head_new_request () : sb_http_head_new ();
  gsize at = 0;

  while (at < size && !sb_http_head_is_complete (head))
    {
      gsize consumed = 0;

      if (!sb_http_head_feed (head, data + at, MIN (step, size - at), &consumed, NULL))
        return 0;
      g_assert_cmpuint (consumed, <=, MIN (step, size - at));
      at += consumed;
    }
  if (!sb_http_head_is_complete (head))
    return 0;
  if (is_request)
    return at;
  g_assert_cmpuint (sb_http_head_get_status (head), >=, 101);
  g_assert_cmpint (sb_http_head_get_content_length (head), >=, -1);
  g_assert_nonnull (sb_http_head_get_reason (head));

  return at;
}

/* However the answer or request is cut, its head ends in the same place. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  for (guint is_request = 0; size > 0 && is_request < 2; is_request++)
    g_assert_cmpuint (parse (data + 1, size - 1, 1, is_request), ==,
                      parse (data + 1, size - 1, data[0] + 1, is_request));

  return 0;
}
