/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-sandbox.h"

G_BEGIN_DECLS

/* One sandbox of the list: what it is and how busy it is, asked for each second while it can be seen. Its buttons
 * activate "sandbox.pause-one" and "sandbox.remove-one" with the sandbox's id. */
#define SB_TYPE_SANDBOX_ROW (sb_sandbox_row_get_type ())
G_DECLARE_FINAL_TYPE (SbSandboxRow, sb_sandbox_row, SB, SANDBOX_ROW, GtkWidget)

GtkWidget *sb_sandbox_row_new         (void);
void       sb_sandbox_row_set_sandbox (SbSandboxRow *self,
                                       SbSandbox    *sandbox); /* nullable */

G_END_DECLS
