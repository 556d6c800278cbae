/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean sb_npm_integrity_is_known (const char *integrity);
gboolean sb_npm_integrity_check    (const char *integrity,
                                    GBytes     *bytes);

G_END_DECLS
