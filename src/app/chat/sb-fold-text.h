/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A text view lays out a line as a whole: longer ones are broken, only for show. */
#define SB_FOLD_COLUMNS 4096

/* The bytes from start to end of text, with a newline after every SB_FOLD_COLUMNS bytes of a line. (transfer full) */
char *sb_fold_text (const char *text,
                    gsize       start,
                    gsize       end);

G_END_DECLS
