/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tar.h"

#include <stdio.h>
#include <string.h>

#define BLOCK 512

/* The header of POSIX.1-1988 (ustar); numbers are octal text. */
typedef struct
{
  char name[100];
  char mode[8];
  char uid[8];
  char gid[8];
  char size[12];
  char mtime[12];
  char checksum[8];
  char type;
  char link[100];
  char magic[8];
  char user[32];
  char group[32];
  char device[16];
  char prefix[155];
  char padding[12];
} Header;

G_STATIC_ASSERT (sizeof (Header) == BLOCK);

/* Computed as if the field itself were spaces. */
static void
set_checksum (Header *header)
{
  const guint8 *bytes = (const guint8 *) header;
  guint sum = 0;

  memset (header->checksum, ' ', sizeof header->checksum);
  for (gsize i = 0; i < sizeof *header; i++)
    sum += bytes[i];
  g_snprintf (header->checksum, 7, "%06o", sum);
}

/**
 * sb_tar_new_for_file:
 * @name: the file's name, below 100 bytes
 * @mode: its permissions
 * @contents: its contents
 *
 * Returns: (transfer full): a tar archive with this one regular file, owned by root
 */
GBytes *
sb_tar_new_for_file (const char *name,
                     guint32     mode,
                     GBytes     *contents)
{
  gsize size = g_bytes_get_size (contents);
  gsize padded = (size + BLOCK - 1) / BLOCK * BLOCK;
  g_autoptr(GByteArray) tar = g_byte_array_new ();
  Header header = { .type = '0', .magic = "ustar\00000" };

  g_return_val_if_fail (strlen (name) < sizeof header.name, NULL);

  g_strlcpy (header.name, name, sizeof header.name);
  g_snprintf (header.mode, sizeof header.mode, "%07o", mode & 07777);
  g_snprintf (header.uid, sizeof header.uid, "%07o", 0);
  g_snprintf (header.gid, sizeof header.gid, "%07o", 0);
  g_snprintf (header.size, sizeof header.size, "%011" G_GINT64_MODIFIER "o", (guint64) size);
  g_snprintf (header.mtime, sizeof header.mtime, "%011o", 0);
  set_checksum (&header);

  /* Two empty blocks end an archive. */
  g_byte_array_set_size (tar, BLOCK + padded + 2 * BLOCK);
  memset (tar->data, 0, tar->len);
  memcpy (tar->data, &header, BLOCK);
  memcpy (tar->data + BLOCK, g_bytes_get_data (contents, NULL), size);

  return g_byte_array_free_to_bytes (g_steal_pointer (&tar));
}
