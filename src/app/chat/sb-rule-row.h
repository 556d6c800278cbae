/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-block-widget.h"

G_BEGIN_DECLS

/* A horizontal rule. */
#define SB_TYPE_RULE_ROW (sb_rule_row_get_type ())
G_DECLARE_FINAL_TYPE (SbRuleRow, sb_rule_row, SB, RULE_ROW, GtkWidget)

G_END_DECLS
