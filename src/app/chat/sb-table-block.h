/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-block-widget.h"

G_BEGIN_DECLS

/* A table; as wide as it needs to be, scrolled sideways. */
#define SB_TYPE_TABLE_BLOCK (sb_table_block_get_type ())
G_DECLARE_FINAL_TYPE (SbTableBlock, sb_table_block, SB, TABLE_BLOCK, GtkWidget)

G_END_DECLS
