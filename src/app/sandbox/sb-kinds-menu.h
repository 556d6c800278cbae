/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-sandbox-manager.h"

G_BEGIN_DECLS

/* (transfer full): the kinds of sandboxes that can be started now, of "sandbox.new-of" */
GMenuModel *sb_kinds_menu_new (SbSandboxManager *manager);

G_END_DECLS
