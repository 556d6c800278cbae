/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *sb_title_from_text (const char *text,
                          guint       max_chars);

G_END_DECLS
