/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-sandbox.h"

G_BEGIN_DECLS

/* The terminals of the sandboxes: those of one are shown, those of the others go on behind it.
 * Property: sandbox (nullable). Actions: terminals.new, terminals.close. */
#define SB_TYPE_TERMINAL_PAGE (sb_terminal_page_get_type ())
G_DECLARE_FINAL_TYPE (SbTerminalPage, sb_terminal_page, SB, TERMINAL_PAGE, GtkWidget)

void sb_terminal_page_set_sandbox (SbTerminalPage *self,
                                   SbSandbox      *sandbox);

G_END_DECLS
