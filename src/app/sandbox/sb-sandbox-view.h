/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-selection.h"

G_BEGIN_DECLS

/* The Sandbox tab: what the selected sandbox is, what keeps it in, and its files, live.
 * Property: selection. Actions: sandbox.new, .pause, .remove, .page ("files", "isolation"). */
#define SB_TYPE_SANDBOX_VIEW (sb_sandbox_view_get_type ())
G_DECLARE_FINAL_TYPE (SbSandboxView, sb_sandbox_view, SB, SANDBOX_VIEW, GtkWidget)

void  sb_sandbox_view_set_selection (SbSandboxView *self,
                                     SbSelection   *selection);
/* How many files have text that was not saved, of all sandboxes. */
guint sb_sandbox_view_get_n_unsaved (SbSandboxView *self);

G_END_DECLS
