/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Carries bytes between two connections, each way by itself, until both ways have ended, one breaks or it is ended.
 * Signal "over", once, last. */
#define SB_TYPE_SPLICE (sb_splice_get_type ())
G_DECLARE_FINAL_TYPE (SbSplice, sb_splice, SB, SPLICE, GObject)

SbSplice *sb_splice_new          (GIOStream  *near,
                                  GIOStream  *far);
void      sb_splice_start        (SbSplice   *self,
                                  GByteArray *first);
gint64    sb_splice_get_last_use (SbSplice   *self);
guint64   sb_splice_get_sent     (SbSplice   *self); /* bytes read from near */
guint64   sb_splice_get_received (SbSplice   *self); /* bytes read from far */
void      sb_splice_end          (SbSplice   *self);

/* Tells the far end of a stream that no more comes. */
void      sb_splice_end_output   (GIOStream  *stream);

G_END_DECLS
