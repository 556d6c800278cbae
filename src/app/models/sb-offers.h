/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-gateway-server.h"
#include "sb-offer.h"

G_BEGIN_DECLS

/* What one server offers besides tools, as long as it runs: a GListModel of SbOffer, prompts first. Follows its
 * notices. Signal "listed": what it had to say is there, or it failed; see problem. */
#define SB_TYPE_OFFERS (sb_offers_get_type ())
G_DECLARE_FINAL_TYPE (SbOffers, sb_offers, SB, OFFERS, GObject)

SbOffers    *sb_offers_new         (void);
/* nullable */
void         sb_offers_set_server  (SbOffers        *self,
                                    SbGatewayServer *server);
/* nullable: only while it is ready */
SbMcpClient *sb_offers_get_client  (SbOffers        *self);
/* nullable: why a list is not whole */
const char  *sb_offers_get_problem (SbOffers        *self);
/* The server tells when a resource changes. */
gboolean     sb_offers_can_watch   (SbOffers        *self);
void         sb_offers_watch       (SbOffers        *self,
                                    SbOffer         *offer,
                                    gboolean         watched);

G_END_DECLS
