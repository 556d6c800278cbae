/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-tools-model.h"

G_BEGIN_DECLS

/* The Tools tab: the gateway, its servers and what they offer. Property: model (nullable: there is no gateway). */
#define SB_TYPE_TOOLS_VIEW (sb_tools_view_get_type ())
G_DECLARE_FINAL_TYPE (SbToolsView, sb_tools_view, SB, TOOLS_VIEW, GtkWidget)

void     sb_tools_view_set_model   (SbToolsView  *self,
                                    SbToolsModel *model);
/* The editor of the catalog has changes that were not saved. */
gboolean sb_tools_view_get_unsaved (SbToolsView  *self);

G_END_DECLS
