/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-tools-model.h"

G_BEGIN_DECLS

/* What a server may be told, as its entry describes it; hidden when that is nothing. */
#define SB_TYPE_SERVER_CONFIG (sb_server_config_get_type ())
G_DECLARE_FINAL_TYPE (SbServerConfig, sb_server_config, SB, SERVER_CONFIG, GtkWidget)

/* server: nullable */
void sb_server_config_set_server (SbServerConfig  *self,
                                  SbToolsModel    *model,
                                  SbGatewayServer *server);

G_END_DECLS
