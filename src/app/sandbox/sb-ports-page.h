/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-sandbox.h"

G_BEGIN_DECLS

/* What programs in a sandbox listen on, to be opened in the browser. Property: sandbox (nullable). */
#define SB_TYPE_PORTS_PAGE (sb_ports_page_get_type ())
G_DECLARE_FINAL_TYPE (SbPortsPage, sb_ports_page, SB, PORTS_PAGE, GtkWidget)

void sb_ports_page_set_sandbox (SbPortsPage *self,
                                SbSandbox   *sandbox);

G_END_DECLS
