/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-channel.h"

G_BEGIN_DECLS

gboolean    sb_entries_parse         (const guint8 *payload,
                                      gsize         length,
                                      guint         max_entries,
                                      GPtrArray    *infos);
const char *sb_entries_get_type_name (SbFileType    type);

G_END_DECLS
