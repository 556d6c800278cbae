/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "sb-docker-ignore.h"

int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);

/* Up to the first NUL the patterns, the rest is a path. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  const uint8_t *nul = size > 0 ? memchr (data, '\0', size) : NULL;
  size_t length = nul != NULL ? (size_t) (nul - data) : size;
  g_autoptr(SbDockerIgnore) ignore = sb_docker_ignore_parse ((const char *) data, length);
  g_autofree char *path = nul != NULL ? g_strndup ((const char *) nul + 1, size - length - 1) : g_strdup ("a/b");

  sb_docker_ignore_matches (ignore, path);

  return 0;
}
