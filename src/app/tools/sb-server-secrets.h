/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <adwaita.h>

#include "sb-tools-model.h"

G_BEGIN_DECLS

/* The secrets that a server needs: whether each is stored, and a place to type it. None is ever shown again. */
#define SB_TYPE_SERVER_SECRETS (sb_server_secrets_get_type ())
G_DECLARE_FINAL_TYPE (SbServerSecrets, sb_server_secrets, SB, SERVER_SECRETS, GtkWidget)

/* server: nullable */
void sb_server_secrets_set_server (SbServerSecrets *self,
                                   SbToolsModel    *model,
                                   SbGatewayServer *server);

G_END_DECLS
