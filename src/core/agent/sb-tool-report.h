/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* How a call and its result are put in a few words, for cards and trace rows. Pure. */
char *sb_tool_report_summary (JsonObject *arguments);           /* (nullable) "node hello.js" */
char *sb_tool_report_badge   (const char *tool_name,
                              JsonNode   *structured,           /* nullable */
                              gboolean    is_error);

G_END_DECLS
