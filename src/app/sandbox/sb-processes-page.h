/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-sandbox.h"

G_BEGIN_DECLS

/* All processes of a sandbox; they are asked for only while somebody looks. Property: sandbox (nullable).
 * Actions, on the one that is selected: processes.terminate, processes.kill. */
#define SB_TYPE_PROCESSES_PAGE (sb_processes_page_get_type ())
G_DECLARE_FINAL_TYPE (SbProcessesPage, sb_processes_page, SB, PROCESSES_PAGE, GtkWidget)

void sb_processes_page_set_sandbox (SbProcessesPage *self,
                                    SbSandbox       *sandbox);

G_END_DECLS
