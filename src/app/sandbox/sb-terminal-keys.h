/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* While a terminal has the focus, the keys that a shell needs reach it before the shortcuts of the window. */
typedef struct _SbTerminalKeys SbTerminalKeys;

SbTerminalKeys *sb_terminal_keys_new  (GtkWidget      *screen);
void            sb_terminal_keys_free (SbTerminalKeys *self);

G_END_DECLS
