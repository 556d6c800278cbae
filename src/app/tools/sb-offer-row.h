/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-offer.h"

G_BEGIN_DECLS

/* A prompt or a resource in the list. */
#define SB_TYPE_OFFER_ROW (sb_offer_row_get_type ())
G_DECLARE_FINAL_TYPE (SbOfferRow, sb_offer_row, SB, OFFER_ROW, GtkWidget)

GtkWidget *sb_offer_row_new       (void);
/* offer: nullable */
void       sb_offer_row_set_offer (SbOfferRow *self,
                                   SbOffer    *offer);

G_END_DECLS
