/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <adwaita.h>

#include "sb-port-list.h"

G_BEGIN_DECLS

/* A port of a sandbox, and what can be done with it. Actions: port.open, port.copy, port.close. */
#define SB_TYPE_PORT_ROW (sb_port_row_get_type ())
G_DECLARE_FINAL_TYPE (SbPortRow, sb_port_row, SB, PORT_ROW, AdwActionRow)

GtkWidget *sb_port_row_new (SbPortList *ports,
                            SbPort     *port);

G_END_DECLS
