/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <adwaita.h>

#include "sb-sandbox-settings.h"

G_BEGIN_DECLS

/* An engine in the preferences. Signals: "make-image", "switched", "remove", "told" (char
 * *sentence). */
#define SB_TYPE_ENGINE_ROW (sb_engine_row_get_type ())
G_DECLARE_FINAL_TYPE (SbEngineRow, sb_engine_row, SB, ENGINE_ROW, AdwActionRow)

/* engine: nullable: one that is off; choice: nullable: one that was found by itself */
GtkWidget  *sb_engine_row_new        (SbEngine             *engine,
                                      const SbEngineChoice *choice);
gboolean    sb_engine_row_is_on      (SbEngineRow          *self);
const char *sb_engine_row_get_name   (SbEngineRow          *self); /* nullable: found by itself */
SbEngine   *sb_engine_row_get_engine (SbEngineRow          *self); /* nullable */

G_END_DECLS
