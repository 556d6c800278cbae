/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <adwaita.h>

#include "sb-workspace.h"

G_BEGIN_DECLS

/* The preferences about what leaves this machine: packages, and what was allowed for ever. */
#define SB_TYPE_PERMISSIONS_PAGE (sb_permissions_page_get_type ())
G_DECLARE_FINAL_TYPE (SbPermissionsPage, sb_permissions_page, SB, PERMISSIONS_PAGE, AdwPreferencesPage)

void sb_permissions_page_set_workspace (SbPermissionsPage *self,
                                        SbWorkspace       *workspace);

G_END_DECLS
