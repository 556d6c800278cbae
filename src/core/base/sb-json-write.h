/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Private to base: the writer behind sb_json_to_string(). indent < 0: all in one line. */
void sb_json_write (JsonNode *node,
                    int       indent,
                    GString  *out);

G_END_DECLS
