/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-selection.h"

G_BEGIN_DECLS

/* All sandboxes, to choose the one that is looked at. Signal "chosen". */
#define SB_TYPE_SANDBOX_LIST (sb_sandbox_list_get_type ())
G_DECLARE_FINAL_TYPE (SbSandboxList, sb_sandbox_list, SB, SANDBOX_LIST, GtkWidget)

/* sandboxes: of SbSandbox */
void sb_sandbox_list_set_source (SbSandboxList *self,
                                 GListModel    *sandboxes,
                                 SbSelection   *selection);

G_END_DECLS
