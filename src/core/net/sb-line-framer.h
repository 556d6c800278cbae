/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Splits a byte stream at LF (and drops a CR before it), sans I/O. A line over the limit is skipped up to
 * its LF and reported. */
typedef struct _SbLineFramer SbLineFramer;

typedef void (*SbLineFunc)     (const char *line,
                                gsize       length,
                                gpointer    user_data);
typedef void (*SbLineLostFunc) (gsize       length,
                                gpointer    user_data);

SbLineFramer *sb_line_framer_new    (gsize           max_line,
                                     SbLineFunc      line_func,
                                     SbLineLostFunc  lost_func,
                                     gpointer        user_data);
void          sb_line_framer_free   (SbLineFramer   *self);
void          sb_line_framer_feed   (SbLineFramer   *self,
                                     const guint8   *data,
                                     gsize           length);
void          sb_line_framer_finish (SbLineFramer   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbLineFramer, sb_line_framer_free)

G_END_DECLS
