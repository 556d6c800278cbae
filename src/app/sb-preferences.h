/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <adwaita.h>

#include "sb-workspace.h"

G_BEGIN_DECLS

/* What answers each agent: server, model, key. Everything applies at once. */
#define SB_TYPE_PREFERENCES (sb_preferences_get_type ())
G_DECLARE_FINAL_TYPE (SbPreferences, sb_preferences, SB, PREFERENCES, AdwPreferencesWindow)

GtkWidget *sb_preferences_new (SbWorkspace *workspace);

G_END_DECLS
