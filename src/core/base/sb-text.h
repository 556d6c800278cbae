/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Makes bytes from outside fit to show: valid UTF-8, no terminal escapes or control characters but \n and \t,
 * bidi and zero-width controls made visible. Keeps its state between calls, so an escape may be split over
 * chunks. */
typedef struct _SbTextCleaner SbTextCleaner;

SbTextCleaner *sb_text_cleaner_new         (void);
void           sb_text_cleaner_free        (SbTextCleaner *self);
void           sb_text_cleaner_feed        (SbTextCleaner *self,
                                            const char    *bytes,
                                            gsize          length,
                                            GString       *out);
void           sb_text_cleaner_finish      (SbTextCleaner *self,
                                            GString       *out);
guint64        sb_text_cleaner_get_removed (SbTextCleaner *self);

char          *sb_text_clean               (const char    *bytes,
                                            gssize         length,
                                            guint64       *n_removed);
char          *sb_text_short               (const char    *text,
                                            guint          max_chars);
char          *sb_text_head_tail           (const char    *text,
                                            gsize          max_bytes,
                                            gsize         *n_omitted);
gboolean       sb_text_looks_binary        (const char    *bytes,
                                            gsize          length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbTextCleaner, sb_text_cleaner_free)

G_END_DECLS
