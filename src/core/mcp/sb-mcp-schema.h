/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

char *sb_mcp_schema_find_problem (JsonObject *schema,
                                  JsonObject *arguments);
char *sb_mcp_schema_check        (JsonObject *schema,
                                  JsonNode   *value);

G_END_DECLS
