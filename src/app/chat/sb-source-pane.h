/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A piece of JSON or text under a title, highlighted, in a view that scrolls when it is tall. */
GtkWidget *sb_source_pane_new (const char *title,
                               const char *text,
                               const char *language_id); /* nullable */

G_END_DECLS
