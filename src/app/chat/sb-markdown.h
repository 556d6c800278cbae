/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-leaf.h"

G_BEGIN_DECLS

/* The leaves of one region of Markdown, in order. (transfer full) */
GPtrArray *sb_markdown_parse      (const char *text,
                                   gssize      length);
/* Fit to show: valid UTF-8, no controls, no towers of combining marks. (transfer full) */
char      *sb_markdown_clean      (const char *text,
                                   gssize      length);
/* Whether a click may open it: http, https, mailto. */
gboolean   sb_markdown_is_safe_uri (const char *uri);

G_END_DECLS
