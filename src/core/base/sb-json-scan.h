/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The strict look at foreign JSON text that json-glib does not take: see sb_json_scan(). Private to base. */
gboolean sb_json_scan (const char  *data,
                       gsize        length,
                       GString    **repaired,
                       GError     **error);

G_END_DECLS
