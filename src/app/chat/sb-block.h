/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-leaf.h"
#include "sb-message.h"

G_BEGIN_DECLS

typedef enum
{
  SB_BLOCK_USER,
  SB_BLOCK_SPEAKER,   /* avatar, name, model, speed */
  SB_BLOCK_ROUTE,     /* who hands over to whom, and why */
  SB_BLOCK_INFO,
  SB_BLOCK_ERROR,
  SB_BLOCK_REASONING,
  SB_BLOCK_TEXT,
  SB_BLOCK_RULE,
  SB_BLOCK_CODE,
  SB_BLOCK_TABLE,
  SB_BLOCK_TOOL,
  SB_BLOCK_ENDED,     /* the answer was stopped, interrupted, or failed */
} SbBlockKind;

/* One row of the transcript: (a part of) a message. The signal "changed" says that what it shows is another now. */
#define SB_TYPE_BLOCK (sb_block_get_type ())
G_DECLARE_FINAL_TYPE (SbBlock, sb_block, SB, BLOCK, GObject)

SbBlock      *sb_block_new            (SbBlockKind    kind,
                                       SbMessage     *message);
SbBlock      *sb_block_new_leaf       (SbLeaf        *leaf, /* (transfer full) */
                                       SbMessage     *message);
SbBlock      *sb_block_new_code       (const char    *language,
                                       SbMessage     *message);
SbBlockKind   sb_block_get_kind       (SbBlock       *self);
SbMessage    *sb_block_get_message    (SbBlock       *self);
const SbLeaf *sb_block_get_leaf       (SbBlock       *self); /* nullable: text, rule, table */

/* Code: what stands between the fences, growing. */
const char   *sb_block_get_code       (SbBlock       *self);
gsize         sb_block_get_code_length (SbBlock      *self);
const char   *sb_block_get_language   (SbBlock       *self);
void          sb_block_append_code    (SbBlock       *self,
                                       const char    *code,
                                       gsize          length);

/* May still change: text arrives. */
gboolean      sb_block_get_open       (SbBlock       *self);
void          sb_block_set_open       (SbBlock       *self,
                                       gboolean       open);
/* Speaker: of the answers that follow; -1 unknown. */
gint64        sb_block_get_tokens     (SbBlock       *self);
gint64        sb_block_get_rate       (SbBlock       *self); /* tokens a second */
gint64        sb_block_get_duration   (SbBlock       *self); /* µs */
void          sb_block_set_usage      (SbBlock       *self,
                                       gint64         tokens,
                                       gint64         rate,
                                       gint64         duration);

/* Whether the block can become this leaf without another widget; then it does. */
gboolean      sb_block_take_leaf      (SbBlock       *self,
                                       SbLeaf        *leaf); /* (transfer full) if TRUE is returned */
void          sb_block_emit_changed   (SbBlock       *self);
/* What "Copy" puts on the clipboard. (transfer full) */
char         *sb_block_dup_plain_text (SbBlock       *self);

G_END_DECLS
