/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-tools-model.h"

G_BEGIN_DECLS

/* The user's catalog as text, with what is wrong with it. Property: model. */
#define SB_TYPE_CATALOG_PAGE (sb_catalog_page_get_type ())
G_DECLARE_FINAL_TYPE (SbCatalogPage, sb_catalog_page, SB, CATALOG_PAGE, GtkWidget)

void sb_catalog_page_set_model (SbCatalogPage *self,
                                SbToolsModel  *model);

G_END_DECLS
