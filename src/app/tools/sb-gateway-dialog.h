/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <adwaita.h>

#include "sb-gateway-choice.h"

G_BEGIN_DECLS

/* Which gateway runs the servers; what one in a container gets is shown before it gets it. */
#define SB_TYPE_GATEWAY_DIALOG (sb_gateway_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SbGatewayDialog, sb_gateway_dialog, SB, GATEWAY_DIALOG, AdwWindow)

GtkWidget *sb_gateway_dialog_new      (SbGatewayChoice *choice);
void       sb_gateway_dialog_set_mode (SbGatewayDialog *self,
                                       SbGatewayMode    mode);

G_END_DECLS
