/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-image-supplies.h"

G_BEGIN_DECLS

/* An image on its way to an engine: how far it is, what the engine says, and the verbs. */
#define SB_TYPE_SUPPLY_ROW (sb_supply_row_get_type ())
G_DECLARE_FINAL_TYPE (SbSupplyRow, sb_supply_row, SB, SUPPLY_ROW, GtkWidget)

GtkWidget *sb_supply_row_new (SbImageSupplies *supplies,
                              SbImageSupply   *supply);

G_END_DECLS
