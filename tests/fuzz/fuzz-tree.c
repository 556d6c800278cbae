/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <glib.h>
#include <string.h>

#include "sb-tree-codec.h"

int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);

/* The first byte says in what pieces the rest comes; a path that comes out is good. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  static SbTreeReader reader;
  size_t piece = size > 0 ? (size_t) data[0] + 1 : 1;

  sb_tree_reader_init (&reader, 1000, 1 << 20);
  for (size_t offset = 1; offset < size; offset += piece)
    {
      const uint8_t *next = data + offset;
      size_t left = MIN (piece, size - offset);
      SbTreeEvent event = SB_TREE_MORE;

      while ((event = sb_tree_reader_feed (&reader, &next, &left)) > SB_TREE_MORE)
        if (event != SB_TREE_END && !sb_tree_path_is_good (reader.path, strlen (reader.path)))
          g_error ("a bad path came out");
    }

  return 0;
}
