/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-client.h"

G_BEGIN_DECLS

typedef enum
{
  SB_OFFER_PROMPT,
  SB_OFFER_RESOURCE,
  SB_OFFER_TEMPLATE, /* of resources, with names to fill in */
} SbOfferKind;

/* What a server offers besides tools. Foreign; what is got here is cleaned. Properties: watched, changed (since it was
 * looked at). */
#define SB_TYPE_OFFER (sb_offer_get_type ())
G_DECLARE_FINAL_TYPE (SbOffer, sb_offer, SB, OFFER, GObject)

/* items: of SbMcpPrompt or SbMcpResource, kept alive; the one at @index is meant */
SbOffer             *sb_offer_new             (SbOfferKind  kind,
                                               GPtrArray   *items,
                                               guint        index);
SbOfferKind          sb_offer_get_kind        (SbOffer     *self);
/* As the server wants to hear it: a prompt's name, a resource's address or template. */
const char          *sb_offer_get_key         (SbOffer     *self);
char                *sb_offer_dup_title       (SbOffer     *self);
char                *sb_offer_dup_summary     (SbOffer     *self);
char                *sb_offer_dup_description (SbOffer     *self);
/* A JSON schema of what there is to fill in. */
JsonObject          *sb_offer_new_schema      (SbOffer     *self);
gboolean             sb_offer_get_watched     (SbOffer     *self);
void                 sb_offer_set_watched     (SbOffer     *self,
                                               gboolean     watched);
gboolean             sb_offer_get_changed     (SbOffer     *self);
void                 sb_offer_set_changed     (SbOffer     *self,
                                               gboolean     changed);

G_END_DECLS
