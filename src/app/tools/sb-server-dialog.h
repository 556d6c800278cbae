/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <adwaita.h>

#include "sb-tools-model.h"

G_BEGIN_DECLS

/* Asks for a new server: an image, a command, an address, or another program's settings as JSON. */
#define SB_TYPE_SERVER_DIALOG (sb_server_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SbServerDialog, sb_server_dialog, SB, SERVER_DIALOG, AdwWindow)

GtkWidget *sb_server_dialog_new (SbToolsModel *model);

G_END_DECLS
