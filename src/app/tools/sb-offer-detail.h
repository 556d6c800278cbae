/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-offers.h"

G_BEGIN_DECLS

/* One prompt, resource or template: what there is to fill in, and what the server gives for it. */
#define SB_TYPE_OFFER_DETAIL (sb_offer_detail_get_type ())
G_DECLARE_FINAL_TYPE (SbOfferDetail, sb_offer_detail, SB, OFFER_DETAIL, GtkWidget)

/* offer: nullable */
void sb_offer_detail_set_offer (SbOfferDetail *self,
                                SbOffers      *offers,
                                SbOffer       *offer);

G_END_DECLS
