/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtksourceview/gtksource.h>

G_BEGIN_DECLS

/* Gives the buffer Adwaita's colours, light or dark, for as long as it lives. */
void sb_source_scheme_follow (GtkSourceBuffer *buffer);

G_END_DECLS
