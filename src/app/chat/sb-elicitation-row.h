/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-mcp-elicitation.h"

G_BEGIN_DECLS

/* A question of an MCP server: a form to fill in, or an address to visit. Signal "answered", once. */
#define SB_TYPE_ELICITATION_ROW (sb_elicitation_row_get_type ())
G_DECLARE_FINAL_TYPE (SbElicitationRow, sb_elicitation_row, SB, ELICITATION_ROW, GtkListBoxRow)

GtkWidget        *sb_elicitation_row_new             (SbMcpElicitation *elicitation);
SbMcpElicitation *sb_elicitation_row_get_elicitation (SbElicitationRow *self);

G_END_DECLS
