/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-block-widget.h"

G_BEGIN_DECLS

/* Code between two fences: highlighted, to copy and to save; grows at its end while it streams. */
#define SB_TYPE_CODE_BLOCK (sb_code_block_get_type ())
G_DECLARE_FINAL_TYPE (SbCodeBlock, sb_code_block, SB, CODE_BLOCK, GtkWidget)

G_END_DECLS
