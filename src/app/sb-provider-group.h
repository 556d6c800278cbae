/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <adwaita.h>

#include "sb-workspace.h"

G_BEGIN_DECLS

/* The settings of what answers one agent. Signals: "configured"; "failed" (char *message). */
#define SB_TYPE_PROVIDER_GROUP (sb_provider_group_get_type ())
G_DECLARE_FINAL_TYPE (SbProviderGroup, sb_provider_group, SB, PROVIDER_GROUP, AdwPreferencesGroup)

GtkWidget *sb_provider_group_new    (SbWorkspace     *workspace,
                                     SbAgent         *agent);
void       sb_provider_group_reload (SbProviderGroup *self);

G_END_DECLS
