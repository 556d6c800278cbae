/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tar.h"

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

static void
add_padded (GByteArray *tar,
            const void *data,
            gsize       length)
{
  gsize padding = (BLOCK - length % BLOCK) % BLOCK;
  gsize end = tar->len + length;

  g_byte_array_append (tar, data, (guint) length);
  g_byte_array_set_size (tar, (guint) (end + padding));
  memset (tar->data + end, 0, padding);
}

static void
add_entry (GByteArray *tar,
           char        type,
           const char *name,
           const char *link,
           guint32     mode,
           const void *contents,
           gsize       length)
{
  Header header = { .type = type, .magic = "ustar\00000" };

  memcpy (header.name, name, MIN (strlen (name), sizeof header.name));
  memcpy (header.link, link, MIN (strlen (link), sizeof header.link));
  g_snprintf (header.mode, sizeof header.mode, "%07o", mode & 07777);
  g_snprintf (header.uid, sizeof header.uid, "%07o", 0);
  g_snprintf (header.gid, sizeof header.gid, "%07o", 0);
  g_snprintf (header.size, sizeof header.size, "%011" G_GINT64_MODIFIER "o", (guint64) length);
  g_snprintf (header.mtime, sizeof header.mtime, "%011o", 0);
  set_checksum (&header);
  g_byte_array_append (tar, (const guint8 *) &header, BLOCK);
  add_padded (tar, contents, length);
}

/* "LENGTH KEY=VALUE\n", where the length counts itself. */
static void
add_record (GString    *records,
            const char *key,
            const char *value)
{
  gsize rest = strlen (key) + strlen (value) + 3;
  gsize length = rest;
  gsize before = 0;

  while (length != before)
    {
      g_autofree char *digits = g_strdup_printf ("%" G_GSIZE_FORMAT, length);

      before = length;
      length = rest + strlen (digits);
    }
  g_string_append_printf (records, "%" G_GSIZE_FORMAT " %s=%s\n", length, key, value);
}

/* What does not fit into the header stands in one of its own before it (pax, POSIX.1-2001). */
static void
add_any (GByteArray *tar,
         char        type,
         const char *name,
         const char *link,
         guint32     mode,
         const void *contents,
         gsize       length)
{
  g_autoptr(GString) records = g_string_new (NULL);

  if (strlen (name) > sizeof ((Header *) NULL)->name)
    add_record (records, "path", name);
  if (strlen (link) > sizeof ((Header *) NULL)->link)
    add_record (records, "linkpath", link);
  if (records->len > 0)
    add_entry (tar, 'x', "pax", "", 0644, records->str, records->len);
  add_entry (tar, type, name, link, mode, contents, length);
}

GByteArray *
sb_tar_new (void)
{
  return g_byte_array_new ();
}

void
sb_tar_add_file (GByteArray *tar,
                 const char *name,
                 guint32     mode,
                 const void *contents,
                 gsize       length)
{
  add_any (tar, '0', name, "", mode, contents, length);
}

void
sb_tar_add_directory (GByteArray *tar,
                      const char *name,
                      guint32     mode)
{
  g_autofree char *slashed = g_strconcat (name, "/", NULL);

  add_any (tar, '5', slashed, "", mode, "", 0);
}

void
sb_tar_add_symlink (GByteArray *tar,
                    const char *name,
                    const char *target)
{
  add_any (tar, '2', name, target, 0777, "", 0);
}

/**
 * sb_tar_end:
 * @tar: (transfer full): an archive
 *
 * Returns: (transfer full): the whole archive
 */
GBytes *
sb_tar_end (GByteArray *tar)
{
  static const guint8 end[2 * BLOCK];

  g_byte_array_append (tar, end, sizeof end);

  return g_byte_array_free_to_bytes (tar);
}

/**
 * sb_tar_new_for_file:
 * @name: the file's name
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
  GByteArray *tar = sb_tar_new ();

  sb_tar_add_file (tar, name, mode, g_bytes_get_data (contents, NULL), g_bytes_get_size (contents));

  return sb_tar_end (tar);
}
