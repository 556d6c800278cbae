/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

GBytes *sb_tar_new_for_file (const char *name,
                             guint32     mode,
                             GBytes     *contents);

G_END_DECLS
