/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-engine.h"

G_BEGIN_DECLS

/* What else runs on one engine, to look at. It asks while it is shown. */
#define SB_TYPE_ENGINE_CONTAINERS (sb_engine_containers_get_type ())
G_DECLARE_FINAL_TYPE (SbEngineContainers, sb_engine_containers, SB, ENGINE_CONTAINERS, GtkWidget)

/* (nullable): NULL for what has no containers */
GtkWidget *sb_engine_containers_new (SbEngine *engine);

G_END_DECLS
