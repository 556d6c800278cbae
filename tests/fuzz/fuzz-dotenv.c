/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-dotenv.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

static void
entry_cb (const char *name,
          const char *value,
          gpointer    user_data)
{
  g_assert_true (g_utf8_validate (value, -1, NULL));
  g_assert_cmpint (name[0], !=, '\0');
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  sb_dotenv_parse ((const char *) data, size, entry_cb, NULL);

  return 0;
}
