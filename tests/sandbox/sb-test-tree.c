/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-test-tree.h"

#include <string.h>

#include "sb-tree-codec.h"

static void
add_record (GByteArray *tree,
            const char *record)
{
  g_auto(GStrv) parts = g_strsplit (record[0] == 'E' ? "" : record + 2, "|", 2);
  guint8 buffer[2 * SB_WIRE_MAX_PATH + 16];
  const guint8 zeros[4] = { 0 };
  const guint32 mode = record[0] == 'F' ? 0644 : record[0] == 'X' ? 0755 : 0;
  const char kind = record[0] == 'X' ? 'F' : record[0];
  size_t length = 0;

  if (record[0] == 'E')
    {
      g_byte_array_append (tree, (const guint8 *) "E", 1);
      return;
    }

  length = sb_tree_write_entry (buffer, sizeof buffer, kind, mode, parts[0],
                                record[0] == 'L' ? parts[1] : NULL);
  g_byte_array_append (tree, buffer, (guint) length);
  if (kind != 'F')
    return;

  if (parts[1][0] != '\0')
    {
      const guint8 size[4] = { (guint8) strlen (parts[1]), 0, 0, 0 };

      g_byte_array_append (tree, size, 4);
      g_byte_array_append (tree, (const guint8 *) parts[1], (guint) strlen (parts[1]));
    }
  g_byte_array_append (tree, zeros, 4);
}

/* Returns: (transfer full) */
GByteArray *
sb_test_tree_new (const char * const *records)
{
  GByteArray *tree = g_byte_array_new ();

  g_byte_array_append (tree, (const guint8 *) SB_TREE_MAGIC, SB_TREE_MAGIC_LENGTH);
  for (gsize i = 0; records[i] != NULL; i++)
    add_record (tree, records[i]);

  return tree;
}
