/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-sandbox.h"

G_BEGIN_DECLS

/* The terminals of one sandbox, as tabs. Property: n-terminals. */
#define SB_TYPE_TERMINAL_TABS (sb_terminal_tabs_get_type ())
G_DECLARE_FINAL_TYPE (SbTerminalTabs, sb_terminal_tabs, SB, TERMINAL_TABS, GtkWidget)

GtkWidget *sb_terminal_tabs_new             (SbSandbox      *sandbox);
void       sb_terminal_tabs_open            (SbTerminalTabs *self);
void       sb_terminal_tabs_close           (SbTerminalTabs *self); /* the one that is shown */
guint      sb_terminal_tabs_get_n_terminals (SbTerminalTabs *self);

G_END_DECLS
