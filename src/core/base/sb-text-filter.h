/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-redactor.h"

G_BEGIN_DECLS

/* What stands between text from outside and a message: an SbTextCleaner, then the registered secrets are taken out.
 * Keeps its state between calls, so a secret may be split over chunks: what could be the beginning of one is held
 * back until more is known. */
typedef struct _SbTextFilter SbTextFilter;

/* redactor nullable */
SbTextFilter *sb_text_filter_new    (SbRedactor   *redactor);
void          sb_text_filter_free   (SbTextFilter *self);
void          sb_text_filter_feed   (SbTextFilter *self,
                                     const char   *bytes,
                                     gsize         length,
                                     GString      *out);
void          sb_text_filter_finish (SbTextFilter *self,
                                     GString      *out);
/* The same for a text that is there as a whole. */
char         *sb_text_filter_apply  (SbRedactor   *redactor,
                                     const char   *bytes,
                                     gssize        length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbTextFilter, sb_text_filter_free)

G_END_DECLS
