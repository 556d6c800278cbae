/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Offset (counted from start), 16 bytes, and what of them is ASCII; at most max_bytes. */
char *sb_hex_dump (const guint8 *data,
                   gsize         length,
                   guint64       start,
                   gsize         max_bytes);

G_END_DECLS
