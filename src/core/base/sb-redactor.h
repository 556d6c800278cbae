/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* The one place where secrets are taken out of text on its way to the trace, a log or an export. */
#define SB_TYPE_REDACTOR (sb_redactor_get_type ())
G_DECLARE_FINAL_TYPE (SbRedactor, sb_redactor, SB, REDACTOR, GObject)

SbRedactor *sb_redactor_new        (void);
void        sb_redactor_add_secret (SbRedactor *self,
                                    const char *secret);
char       *sb_redactor_apply      (SbRedactor *self,
                                    const char *text);
/* Registered secrets only, not what looks like one: for text that somebody goes on working with. */
char       *sb_redactor_mask       (SbRedactor *self,
                                    const char *text);
/* How many bytes at the end could be the beginning of a registered secret. */
gsize       sb_redactor_get_partial (SbRedactor *self,
                                     const char *text);

G_END_DECLS
