/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-channel.h"

G_BEGIN_DECLS

gboolean sb_processes_parse (const guint8 *data,
                             gsize         length,
                             guint         max_processes,
                             GPtrArray    *processes);

G_END_DECLS
