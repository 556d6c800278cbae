/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-block-widget.h"

G_BEGIN_DECLS

/* A tool call: what is called with what, its output while it runs, how it came out. */
#define SB_TYPE_TOOL_CARD (sb_tool_card_get_type ())
G_DECLARE_FINAL_TYPE (SbToolCard, sb_tool_card, SB, TOOL_CARD, GtkWidget)

G_END_DECLS
