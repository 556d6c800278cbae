/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "sb-markdown-splitter.h"
#include "sb-markdown.h"

int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);

/* The first byte says in which pieces the rest arrives; every region is parsed, as the transcript does. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  SbMarkdownSplitter splitter;
  gsize piece = size > 0 ? data[0] % 64 + 1 : 1;
  g_autofree char *text = g_strndup (size > 0 ? (const char *) data + 1 : "", size > 0 ? size - 1 : 0);
  gsize length = strlen (text);
  gsize fed = 0;
  gsize last = 0;

  sb_markdown_splitter_init (&splitter);
  do
    {
      SbMarkdownRegion region;
      gboolean closed;

      fed = MIN (fed + piece, length);
      do
        {
          closed = sb_markdown_splitter_next (&splitter, text, fed, fed == length, &region);
          g_assert (region.start <= region.end && region.end <= fed);
          g_assert (!closed || region.start >= last);
          if (closed)
            last = region.end;
          if (closed && region.kind == SB_MARKDOWN_REGION_PROSE)
            g_ptr_array_unref (sb_markdown_parse (text + region.start, region.end - region.start));
        }
      while (closed);
    }
  while (fed < length);

  return 0;
}
