/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-tools-model.h"

G_BEGIN_DECLS

/* The servers of the gateway: which are on, how they are, what they need. Property: model. */
#define SB_TYPE_SERVERS_PAGE (sb_servers_page_get_type ())
G_DECLARE_FINAL_TYPE (SbServersPage, sb_servers_page, SB, SERVERS_PAGE, GtkWidget)

void sb_servers_page_set_model (SbServersPage *self,
                                SbToolsModel  *model);

G_END_DECLS
