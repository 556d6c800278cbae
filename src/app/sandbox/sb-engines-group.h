/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <adwaita.h>

#include "sb-workspace.h"

G_BEGIN_DECLS

/* The engines that sandboxes can be on: found by themselves, or the user's own list. Signal: "told" (char
 * *sentence). */
#define SB_TYPE_ENGINES_GROUP (sb_engines_group_get_type ())
G_DECLARE_FINAL_TYPE (SbEnginesGroup, sb_engines_group, SB, ENGINES_GROUP, AdwPreferencesGroup)

/* Once. */
void sb_engines_group_set_workspace (SbEnginesGroup *self,
                                     SbWorkspace    *workspace);

G_END_DECLS
