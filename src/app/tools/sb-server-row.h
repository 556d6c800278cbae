/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-tools-model.h"

G_BEGIN_DECLS

/* A server of the gateway in a list: its switch, its name, how it is. */
#define SB_TYPE_SERVER_ROW (sb_server_row_get_type ())
G_DECLARE_FINAL_TYPE (SbServerRow, sb_server_row, SB, SERVER_ROW, GtkWidget)

GtkWidget *sb_server_row_new        (void);
/* Both nullable, together. */
void       sb_server_row_set_server (SbServerRow     *self,
                                     SbToolsModel    *model,
                                     SbGatewayServer *server);
/* Time went by. */
void       sb_server_row_update     (SbServerRow     *self);

G_END_DECLS
