/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-channel.h"

G_BEGIN_DECLS

gboolean sb_listening_parse (const guint8 *payload,
                             gsize         length,
                             GPtrArray    *ports);

G_END_DECLS
