/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-npm-fetch.h"

G_BEGIN_DECLS

/* One request to the package registry. */
#define SB_TYPE_PACKAGE_ROW (sb_package_row_get_type ())
G_DECLARE_FINAL_TYPE (SbPackageRow, sb_package_row, SB, PACKAGE_ROW, GtkWidget)

GtkWidget *sb_package_row_new       (void);
void       sb_package_row_set_fetch (SbPackageRow *self,
                                     SbNpmFetch   *fetch); /* nullable */

G_END_DECLS
