/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-tools-model.h"

G_BEGIN_DECLS

/* Both ask where to, and tell the window how it went. */
/* docker-compose.yml, the catalog and .env into one folder; secrets only when the user says so. */
void sb_tools_export_compose (GtkWidget    *widget,
                              SbToolsModel *model);
/* The servers as other programs write them; secrets are names to fill in. */
void sb_tools_export_json    (GtkWidget    *widget,
                              SbToolsModel *model);

G_END_DECLS
