/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-npm-proxy.h"
#include "sb-store.h"

G_BEGIN_DECLS

#define SB_PACKAGES_DEFAULT_MIN_AGE 3

typedef struct
{
  GStrv    allowed; /* names and scopes that need no question */
  guint    min_age; /* days */
  gboolean offline; /* only what was fetched before */
} SbPackageSettings;

void        sb_package_settings_clear  (SbPackageSettings       *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SbPackageSettings, sb_package_settings_clear)

/* The package registry of a workspace, set up as the settings say. */
SbNpmProxy *sb_packages_new_proxy      (SbStore                 *store,
                                        SbApprovals             *approvals);
void        sb_packages_load_settings  (SbStore                 *store,
                                        SbPackageSettings       *settings);
void        sb_packages_save_settings  (SbStore                 *store,
                                        SbNpmProxy              *proxy,
                                        const SbPackageSettings *settings);

G_END_DECLS
