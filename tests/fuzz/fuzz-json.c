/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* Whatever is accepted is written as JSON that is accepted again and reads the same. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr(JsonNode) node = sb_json_parse ((const char *) data, size, NULL);
  g_autoptr(JsonNode) again = NULL;
  g_autofree char *written = NULL;
  g_autofree char *rewritten = NULL;

  if (node == NULL)
    return 0;

  written = sb_json_to_string (node, size % 2);
  again = sb_json_parse (written, -1, NULL);
  g_assert_nonnull (again);
  rewritten = sb_json_to_string (again, size % 2);
  g_assert_cmpstr (written, ==, rewritten);

  return 0;
}
