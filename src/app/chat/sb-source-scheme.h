/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtksourceview/gtksource.h>

G_BEGIN_DECLS

/* The first source view reads the names of all languages and styles, which takes a tenth of a second: to be called
 * when a moment is to spare. */
void sb_source_scheme_warm_up (void);
/* Gives the buffer Adwaita's colours, light or dark, for as long as it lives. */
void sb_source_scheme_follow  (GtkSourceBuffer *buffer);

G_END_DECLS
