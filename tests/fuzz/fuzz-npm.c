/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-npm-config.h"
#include "sb-npm-packument.h"
#include "sb-npm-path.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            size_t        size);

/* The first byte chooses: a request's path, a registry's document, an .npmrc. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  g_autofree char *text = size > 0 ? g_strndup ((const char *) data + 1, size - 1) : NULL;

  if (text == NULL)
    return 0;

  if (data[0] % 3 == 0)
    {
      g_autoptr(SbNpmPath) path = sb_npm_path_parse (text);

      if (path->name != NULL && !sb_npm_name_is_valid (path->name))
        g_abort ();
    }
  else if (data[0] % 3 == 1)
    {
      g_autoptr(GBytes) bytes = g_bytes_new (text, size - 1);
      SbNpmPackument *packument = sb_npm_packument_new (bytes, "a", "http://127.0.0.1", 1, NULL);

      g_clear_pointer (&packument, sb_npm_packument_unref);
    }
  else
    {
      g_autoptr(SbNpmConfig) config = sb_npm_config_new ();
      g_autofree char *header = NULL;

      sb_npm_config_add_file (config, text);
      header = sb_npm_config_dup_authorization (config, sb_npm_config_get_registry (config, "@a/b"));
    }

  return 0;
}
