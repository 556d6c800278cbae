/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-block-widget.h"

G_BEGIN_DECLS

/* A row of the transcript: holds the widget that fits its block, and takes another one for another kind. */
#define SB_TYPE_BLOCK_ROW (sb_block_row_get_type ())
G_DECLARE_FINAL_TYPE (SbBlockRow, sb_block_row, SB, BLOCK_ROW, GtkWidget)

GtkWidget *sb_block_row_new       (SbChatContext *context);
SbBlock   *sb_block_row_get_block (SbBlockRow    *self); /* nullable */
void       sb_block_row_set_block (SbBlockRow    *self,
                                   SbBlock       *block); /* nullable */

G_END_DECLS
