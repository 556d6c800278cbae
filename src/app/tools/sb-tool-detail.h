/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-tools-model.h"

G_BEGIN_DECLS

/* A tool: what it says of itself, how its calls went, and a form to try it by hand. */
#define SB_TYPE_TOOL_DETAIL (sb_tool_detail_get_type ())
G_DECLARE_FINAL_TYPE (SbToolDetail, sb_tool_detail, SB, TOOL_DETAIL, GtkWidget)

/* tool: nullable */
void sb_tool_detail_set_tool (SbToolDetail  *self,
                              SbToolsModel  *model,
                              SbGatewayTool *tool);

G_END_DECLS
