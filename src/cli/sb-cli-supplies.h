/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-image-supplies.h"

G_BEGIN_DECLS

/* Tells on the terminal which engine gets an image just now: people by standard error, programs by JSON lines. */
#define SB_TYPE_CLI_SUPPLIES (sb_cli_supplies_get_type ())
G_DECLARE_FINAL_TYPE (SbCliSupplies, sb_cli_supplies, SB, CLI_SUPPLIES, GObject)

SbCliSupplies *sb_cli_supplies_new (SbImageSupplies *supplies,
                                    gboolean         json);

G_END_DECLS
