/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-tools-model.h"

G_BEGIN_DECLS

/* Prompts and resources of the server that is looked at. */
#define SB_TYPE_OFFERS_PAGE (sb_offers_page_get_type ())
G_DECLARE_FINAL_TYPE (SbOffersPage, sb_offers_page, SB, OFFERS_PAGE, GtkWidget)

void sb_offers_page_set_model (SbOffersPage *self,
                               SbToolsModel *model);

G_END_DECLS
