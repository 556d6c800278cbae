/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What an answer over HTTP means, where servers differ in how they say it. */
gboolean  sb_mcp_http_answer_is_for       (JsonNode      *node,
                                           const char    *id_key);
void      sb_mcp_http_answer_complete     (JsonNode      *node,
                                           JsonNode      *message);
JsonNode *sb_mcp_http_answer_parse_error  (const GString *body);
gboolean  sb_mcp_http_answer_ends_session (guint          status,
                                           const GString *body);
gboolean  sb_mcp_http_answer_is_complaint (JsonNode      *node);

G_END_DECLS
