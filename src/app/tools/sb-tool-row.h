/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-tools-model.h"

G_BEGIN_DECLS

/* A tool of a server in a list. */
#define SB_TYPE_TOOL_ROW (sb_tool_row_get_type ())
G_DECLARE_FINAL_TYPE (SbToolRow, sb_tool_row, SB, TOOL_ROW, GtkWidget)

GtkWidget *sb_tool_row_new      (void);
/* Both nullable, together. */
void       sb_tool_row_set_tool (SbToolRow     *self,
                                 SbToolsModel  *model,
                                 SbGatewayTool *tool);

G_END_DECLS
