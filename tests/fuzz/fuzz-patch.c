/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "sb-patch.h"

int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);

/* Up to the first NUL the patch, the rest is the file. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  const uint8_t *nul = size > 0 ? memchr (data, '\0', size) : NULL;
  size_t length = nul != NULL ? (size_t) (nul - data) : size;
  g_autofree char *text = g_strndup ((const char *) data, length);
  g_autoptr(SbPatch) patch = sb_patch_parse (text, strlen (text), NULL);
  g_autoptr(GBytes) before = nul != NULL ? g_bytes_new (nul + 1, size - length - 1) : NULL;

  for (guint i = 0; patch != NULL && i < sb_patch_get_n_files (patch); i++)
    {
      g_autoptr(GBytes) after = sb_patch_apply (patch, i, before, 1 << 20, NULL);

      if (after != NULL && g_bytes_get_size (after) > 1 << 20)
        g_error ("larger than allowed");
    }

  return 0;
}
