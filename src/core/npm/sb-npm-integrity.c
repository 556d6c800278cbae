/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-npm-integrity.h"

#include <string.h>

/* Strongest first. SHA-1 is what the oldest packages have, and npm takes it too. */
static const struct
{
  const char    *prefix;
  GChecksumType  type;
} algorithms[] = {
  { "sha512-", G_CHECKSUM_SHA512 },
  { "sha384-", G_CHECKSUM_SHA384 },
  { "sha256-", G_CHECKSUM_SHA256 },
  { "sha1-", G_CHECKSUM_SHA1 },
};

static char *
compute (GChecksumType  type,
         GBytes        *bytes)
{
  g_autoptr(GChecksum) checksum = g_checksum_new (type);
  guint8 digest[64];
  gsize length = sizeof digest;

  g_checksum_update (checksum, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_checksum_get_digest (checksum, digest, &length);

  return g_base64_encode (digest, length);
}

static gboolean
matches (char       **words,
         const char  *prefix,
         const char  *digest)
{
  for (guint i = 0; words[i] != NULL; i++)
    if (g_str_has_prefix (words[i], prefix) && g_str_equal (words[i] + strlen (prefix), digest))
      return TRUE;

  return FALSE;
}

static int
find_strongest (char **words)
{
  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++)
    for (guint j = 0; words[j] != NULL; j++)
      if (g_str_has_prefix (words[j], algorithms[i].prefix))
        return i;

  return -1;
}

/**
 * sb_npm_integrity_is_known:
 * @integrity: (nullable): "sha512-… sha1-…"
 *
 * Whether bytes can be held against it.
 */
gboolean
sb_npm_integrity_is_known (const char *integrity)
{
  g_auto(GStrv) words = g_strsplit (integrity != NULL ? integrity : "", " ", -1);

  return find_strongest (words) >= 0;
}

/**
 * sb_npm_integrity_check:
 * @integrity: as in the registry's document
 *
 * Subresource integrity as npm has it: of several digests one of the strongest kind has to match. Thread-safe.
 * https://www.w3.org/TR/SRI/
 */
gboolean
sb_npm_integrity_check (const char *integrity,
                        GBytes     *bytes)
{
  g_auto(GStrv) words = g_strsplit (integrity != NULL ? integrity : "", " ", -1);
  int strongest = find_strongest (words);
  g_autofree char *digest = NULL;

  if (strongest < 0)
    return FALSE;
  digest = compute (algorithms[strongest].type, bytes);

  return matches (words, algorithms[strongest].prefix, digest);
}
