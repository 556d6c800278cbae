/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-image-supply.h"

G_BEGIN_DECLS

/* Which engine gets an image just now, and which could not: a GListModel of SbImageSupply, the newest first. Those that
 * are done or cancelled are not in it. Signal "changed" (SbImageSupply*): it has something new to say. */
#define SB_TYPE_IMAGE_SUPPLIES (sb_image_supplies_get_type ())
G_DECLARE_FINAL_TYPE (SbImageSupplies, sb_image_supplies, SB, IMAGE_SUPPLIES, GObject)

SbImageSupplies *sb_image_supplies_new           (void);
/* Who is asked before an engine's own image is made; without, it is refused. */
void             sb_image_supplies_set_approvals (SbImageSupplies      *self,
                                                  SbApprovals          *approvals);
/* image: nullable: the engine's own */
void             sb_image_supplies_ensure_async  (SbImageSupplies      *self,
                                                  SbEngine             *engine,
                                                  const char           *image,
                                                  const char           *trace_id,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
gboolean         sb_image_supplies_ensure_finish (SbImageSupplies      *self,
                                                  GAsyncResult         *result,
                                                  GError              **error);
/* Asks for the engine's own image, once, while something else is used in its place. */
void             sb_image_supplies_offer         (SbImageSupplies      *self,
                                                  SbEngine             *engine);
/* The user's own verbs: nobody is asked. */
void             sb_image_supplies_make          (SbImageSupplies      *self,
                                                  SbEngine             *engine,
                                                  const char           *image);
void             sb_image_supplies_dismiss       (SbImageSupplies      *self,
                                                  SbImageSupply        *supply);
/* (transfer full) (nullable): a line for the status bar, while one is under way */
char            *sb_image_supplies_describe      (SbImageSupplies      *self);
/* Ends all; for the end of the process. */
void             sb_image_supplies_close         (SbImageSupplies      *self);

G_END_DECLS
