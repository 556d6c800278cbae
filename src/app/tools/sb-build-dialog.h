/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <adwaita.h>

#include "sb-tools-model.h"

G_BEGIN_DECLS

/* Builds an own server from its folder and takes it into the catalog, pinned and switched on. */
#define SB_TYPE_BUILD_DIALOG (sb_build_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SbBuildDialog, sb_build_dialog, SB, BUILD_DIALOG, AdwWindow)

GtkWidget *sb_build_dialog_new        (SbToolsModel  *model);
void       sb_build_dialog_set_folder (SbBuildDialog *self,
                                       const char    *folder);

G_END_DECLS
