/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-sandbox.h"

G_BEGIN_DECLS

/* One terminal with a shell in a sandbox. The shell starts when the terminal is first shown, and ends with it.
 * Property: running. Actions: terminal.copy, terminal.paste, terminal.select-all, terminal.restart. */
#define SB_TYPE_TERMINAL (sb_terminal_get_type ())
G_DECLARE_FINAL_TYPE (SbTerminal, sb_terminal, SB, TERMINAL, GtkWidget)

GtkWidget *sb_terminal_new         (SbSandbox  *sandbox);
gboolean   sb_terminal_get_running (SbTerminal *self);

G_END_DECLS
