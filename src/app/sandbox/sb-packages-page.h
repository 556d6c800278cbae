/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-npm-proxy.h"
#include "sb-sandbox.h"

G_BEGIN_DECLS

/* What a sandbox asked the package registry for, and what came of it. Its tab is there once something was asked.
 * Property: sandbox (nullable). */
#define SB_TYPE_PACKAGES_PAGE (sb_packages_page_get_type ())
G_DECLARE_FINAL_TYPE (SbPackagesPage, sb_packages_page, SB, PACKAGES_PAGE, GtkWidget)

void sb_packages_page_set_packages (SbPackagesPage *self,
                                    SbNpmProxy     *packages); /* nullable */
void sb_packages_page_set_sandbox  (SbPackagesPage *self,
                                    SbSandbox      *sandbox);

G_END_DECLS
