/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <adwaita.h>

#include "sb-workspace.h"

G_BEGIN_DECLS

/* The profiles of sandboxes, to edit. Signal: "told" (char *sentence). */
#define SB_TYPE_PROFILES_GROUP (sb_profiles_group_get_type ())
G_DECLARE_FINAL_TYPE (SbProfilesGroup, sb_profiles_group, SB, PROFILES_GROUP, AdwPreferencesGroup)

/* Once. */
void sb_profiles_group_set_workspace (SbProfilesGroup *self,
                                      SbWorkspace     *workspace);

G_END_DECLS
