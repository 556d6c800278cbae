/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-block-widget.h"

G_BEGIN_DECLS

/* What the model thought before it spoke, folded away. */
#define SB_TYPE_REASONING_ROW (sb_reasoning_row_get_type ())
G_DECLARE_FINAL_TYPE (SbReasoningRow, sb_reasoning_row, SB, REASONING_ROW, GtkWidget)

G_END_DECLS
