/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Enumerations in files and for machines, by their nicks. */
const char *sb_enum_to_nick   (GType       type,
                               int         value);
int         sb_enum_from_nick (GType       type,
                               const char *nick,
                               int         fallback);

G_END_DECLS
