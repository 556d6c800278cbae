/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-tools-model.h"

G_BEGIN_DECLS

/* The tools of the server that is looked at, or of all. Property: model. */
#define SB_TYPE_TOOLS_PAGE (sb_tools_page_get_type ())
G_DECLARE_FINAL_TYPE (SbToolsPage, sb_tools_page, SB, TOOLS_PAGE, GtkWidget)

void sb_tools_page_set_model (SbToolsPage  *self,
                              SbToolsModel *model);

G_END_DECLS
