/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-block.h"
#include "sb-markdown-splitter.h"

G_BEGIN_DECLS

/* One message on its way to blocks. */
typedef struct
{
  SbMessage          *message;
  GPtrArray          *blocks;   /* of SbBlock: closed, then open, then perhaps the one that says how it ended */

  /* private */
  SbMarkdownSplitter  splitter;
  guint               n_closed; /* the reasoning counts as closed */
  guint               n_open;
  gsize               code_seen; /* bytes of the open code region that are in its block */
  gboolean            has_reasoning;
  gboolean            has_ended;
} SbMessageBlocks;

SbMessageBlocks *sb_message_blocks_new    (SbMessage       *message);
void             sb_message_blocks_free   (SbMessageBlocks *self);
/* The text was replaced: start again. */
void             sb_message_blocks_reset  (SbMessageBlocks *self);
/* Until the deadline (monotonic µs). Returns TRUE when the blocks say what the message says. */
gboolean         sb_message_blocks_update (SbMessageBlocks *self,
                                           gint64           deadline);

G_END_DECLS
