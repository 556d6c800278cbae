/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtksourceview/gtksource.h>

G_BEGIN_DECLS

/* The first text in a language waits until its rules are read, which takes up to 50 ms. Reads those of one of the
 * usual languages; to be called when a moment is to spare, again and again until it returns FALSE. */
gboolean sb_source_scheme_warm_up (void);
/* Gives the buffer Adwaita's colours, light or dark, for as long as it lives. */
void     sb_source_scheme_follow  (GtkSourceBuffer *buffer);

G_END_DECLS
