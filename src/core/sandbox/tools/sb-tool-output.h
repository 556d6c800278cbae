/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char     *sb_tool_output_for_model          (GBytes  *head_tail,
                                             gsize    keep,
                                             guint64  total,
                                             guint64  dropped);
char     *sb_tool_output_describe_binary    (GBytes  *bytes,
                                             guint64  total);
char     *sb_tool_output_name               (const char *name);
gboolean  sb_tool_output_shows_no_network   (GBytes  *output);

G_END_DECLS
