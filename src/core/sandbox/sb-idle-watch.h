/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-sandbox.h"

G_BEGIN_DECLS

/* Ends a sandbox that nobody uses any more. */
typedef struct _SbIdleWatch SbIdleWatch;

SbIdleWatch *sb_idle_watch_new        (SbSandbox     *sandbox,
                                       guint          seconds);
void         sb_idle_watch_free       (SbIdleWatch   *self);
/* call: whatever names it */
void         sb_idle_watch_begin_call (SbIdleWatch   *self,
                                       gconstpointer  call);
void         sb_idle_watch_end_call   (SbIdleWatch   *self,
                                       gconstpointer  call);

G_END_DECLS
