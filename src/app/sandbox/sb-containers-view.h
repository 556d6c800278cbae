/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-workspace.h"

G_BEGIN_DECLS

/* The containers of all engines that are not Sandbar's, behind a switch that is off by default and remembered. */
#define SB_TYPE_CONTAINERS_VIEW (sb_containers_view_get_type ())
G_DECLARE_FINAL_TYPE (SbContainersView, sb_containers_view, SB, CONTAINERS_VIEW, GtkWidget)

#define SB_CONTAINERS_SETTING "sandbox.show-containers"

/* Once. */
void sb_containers_view_set_workspace (SbContainersView *self,
                                       SbWorkspace      *workspace);

G_END_DECLS
