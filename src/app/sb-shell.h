/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The style sheet, templates and icons; an application must have them before it starts. */
void sb_shell_register_resources (void);
/* What the widgets need before the first of them, beyond that. Needs a display; further calls do nothing. */
void sb_shell_init               (void);

G_END_DECLS
