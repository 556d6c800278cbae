/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Cuts a growing Markdown text into regions that can be parsed each for itself. Does no I/O and keeps no text:
 * the caller passes the whole text so far, which may only have grown. */
typedef enum
{
  SB_MARKDOWN_REGION_PROSE, /* paragraphs, lists, quotes, tables, headings: for sb_markdown_parse() */
  SB_MARKDOWN_REGION_CODE,  /* what stands between two fences */
} SbMarkdownRegionKind;

typedef struct
{
  SbMarkdownRegionKind kind;
  gsize                start; /* in bytes of the text */
  gsize                end;
  guint                indent; /* code: blanks to take from the start of each line */
  gsize                info_start; /* code: what follows the opening fence */
  gsize                info_end;
} SbMarkdownRegion;

typedef struct
{
  /* All private. */
  gsize    start; /* of the region that is open */
  gsize    scan;  /* start of the first line not looked at yet */
  guint    mode;
  gboolean blank_seen; /* list: a blank line waits for what follows */
  gboolean table;
  char     fence;
  guint    fence_length;
  guint    fence_indent;
  gsize    info_start;
  gsize    info_end;
} SbMarkdownSplitter;

/* A region of prose is closed at the latest when it is four times as long. */
#define SB_MARKDOWN_REGION_SIZE 4000

void     sb_markdown_splitter_init (SbMarkdownSplitter *self);
gboolean sb_markdown_splitter_next (SbMarkdownSplitter *self,
                                    const char         *text,
                                    gsize               length,
                                    gboolean            complete,
                                    SbMarkdownRegion   *region);

G_END_DECLS
