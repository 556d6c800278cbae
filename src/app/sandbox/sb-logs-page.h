/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-sandbox.h"

G_BEGIN_DECLS

/* What the background commands of a sandbox write, as it comes; asked for only while somebody looks.
 * Property: sandbox (nullable). Action, on the one that is shown: logs.stop. */
#define SB_TYPE_LOGS_PAGE (sb_logs_page_get_type ())
G_DECLARE_FINAL_TYPE (SbLogsPage, sb_logs_page, SB, LOGS_PAGE, GtkWidget)

void sb_logs_page_set_sandbox (SbLogsPage *self,
                               SbSandbox  *sandbox);

G_END_DECLS
