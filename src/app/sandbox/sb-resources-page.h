/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-sandbox.h"

G_BEGIN_DECLS

/* What a sandbox used over the last two minutes. It is asked for only while somebody looks.
 * Property: sandbox (nullable). */
#define SB_TYPE_RESOURCES_PAGE (sb_resources_page_get_type ())
G_DECLARE_FINAL_TYPE (SbResourcesPage, sb_resources_page, SB, RESOURCES_PAGE, GtkWidget)

void sb_resources_page_set_sandbox (SbResourcesPage *self,
                                    SbSandbox       *sandbox);
/* time_us: monotonic. For what the page asked itself, and for tests. */
void sb_resources_page_add         (SbResourcesPage         *self,
                                    gint64                   time_us,
                                    const SbChannelCounters *counters);

G_END_DECLS
