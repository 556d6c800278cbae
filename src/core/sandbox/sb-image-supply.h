/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-approvals.h"
#include "sb-engine.h"

G_BEGIN_DECLS

typedef enum
{
  SB_IMAGE_SUPPLY_WAITING,   /* not begun */
  SB_IMAGE_SUPPLY_ASKING,    /* the user has to allow it */
  SB_IMAGE_SUPPLY_WORKING,   /* the engine builds or pulls */
  SB_IMAGE_SUPPLY_CHECKING,  /* the engine is asked whether it can start sandboxes now */
  SB_IMAGE_SUPPLY_DONE,
  SB_IMAGE_SUPPLY_FAILED,    /* "problem" says why */
  SB_IMAGE_SUPPLY_DENIED,    /* by the user; "problem" says so */
  SB_IMAGE_SUPPLY_CANCELLED,
} SbImageSupplyState;

#define SB_TYPE_IMAGE_SUPPLY_STATE (sb_image_supply_state_get_type ())
GType sb_image_supply_state_get_type (void);

/* How an engine gets an image that it lacks: from the question to the user to a sandbox that could be started.
 * Properties that notify: state, fraction, status. */
#define SB_TYPE_IMAGE_SUPPLY (sb_image_supply_get_type ())
G_DECLARE_FINAL_TYPE (SbImageSupply, sb_image_supply, SB, IMAGE_SUPPLY, GObject)

/* image: nullable: the engine's own */
SbImageSupply     *sb_image_supply_new           (SbEngine             *engine,
                                                  const char           *image);
/* approvals: nullable: nobody is asked. Once. */
void               sb_image_supply_start         (SbImageSupply        *self,
                                                  SbApprovals          *approvals,
                                                  const char           *trace_id);
/* Goes on though nobody waits for it. */
void               sb_image_supply_keep          (SbImageSupply        *self);
void               sb_image_supply_wait_async    (SbImageSupply        *self,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
gboolean           sb_image_supply_wait_finish   (SbImageSupply        *self,
                                                  GAsyncResult         *result,
                                                  GError              **error);
void               sb_image_supply_cancel        (SbImageSupply        *self);
SbEngine          *sb_image_supply_get_engine    (SbImageSupply        *self);
const char        *sb_image_supply_get_image     (SbImageSupply        *self); /* nullable: as given */
const char        *sb_image_supply_get_name      (SbImageSupply        *self); /* what the image is called */
gboolean           sb_image_supply_is_build      (SbImageSupply        *self); /* FALSE: a pull */
gboolean           sb_image_supply_is_over       (SbImageSupply        *self);
SbImageSupplyState sb_image_supply_get_state     (SbImageSupply        *self);
double             sb_image_supply_get_fraction  (SbImageSupply        *self); /* negative: not known */
const char        *sb_image_supply_get_status    (SbImageSupply        *self); /* nullable: what the engine says */
const char        *sb_image_supply_get_log       (SbImageSupply        *self);
const char        *sb_image_supply_get_problem   (SbImageSupply        *self); /* nullable */

G_END_DECLS
