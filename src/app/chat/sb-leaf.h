/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <pango/pango.h>

G_BEGIN_DECLS

typedef enum
{
  SB_LEAF_TEXT, /* a paragraph, a heading, the paragraph of a list item or quote */
  SB_LEAF_RULE,
  SB_LEAF_CODE,
  SB_LEAF_TABLE,
} SbLeafKind;

typedef struct
{
  guint  start; /* bytes of the leaf's text */
  guint  end;
  char  *uri;
} SbLeafLink;

typedef struct _SbLeaf SbLeaf;

/* One thing with a place of its own in the transcript, ready to lay out: plain text and attributes, never markup. */
struct _SbLeaf
{
  SbLeafKind     kind;
  char          *text;
  gsize          length;
  PangoAttrList *attributes; /* nullable */
  GArray        *links;      /* nullable; of SbLeafLink, in order */
  char          *marker;     /* nullable: "•", "1.", "☑" in front of a list item */
  char          *language;   /* code; nullable */
  guint          depth;      /* of lists around it */
  guint          quote;      /* of quotes around it */
  guint          heading;    /* 1 to 6; 0 none */

  /* table */
  guint          n_columns;
  GPtrArray     *cells;      /* nullable; of SbLeaf, row by row, the first row is the heading */
  GArray        *alignments; /* nullable; of PangoAlignment, one a column */
};

SbLeaf           *sb_leaf_new             (SbLeafKind      kind);
void              sb_leaf_free            (SbLeaf         *self);
void              sb_leaf_add_link        (SbLeaf         *self,
                                           guint           start,
                                           guint           end,
                                           const char     *uri);
gboolean          sb_leaf_equal           (const SbLeaf   *a,
                                           const SbLeaf   *b);
const SbLeafLink *sb_leaf_get_link_at     (const SbLeaf   *self,
                                           guint           index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbLeaf, sb_leaf_free)

G_END_DECLS
