/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

/* A request to a server of ours: what it says, and how it is refused. */
const char *sb_mcp_http_request_get_header    (SoupServerMessage *http,
                                               const char        *name);
gboolean    sb_mcp_http_request_is            (SoupServerMessage *http,
                                               const char        *method);
gboolean    sb_mcp_http_request_accepts       (SoupServerMessage *http,
                                               const char        *type);
void        sb_mcp_http_request_limit         (SoupServerMessage *http,
                                               gsize              max_body);
JsonNode   *sb_mcp_http_request_read          (SoupServerMessage *http);
gboolean    sb_mcp_http_request_read_ids      (SoupServerMessage *http,
                                               JsonNode          *message,
                                               gboolean           has_batches,
                                               GHashTable        *ids);
gboolean    sb_mcp_http_request_is_stateless  (SoupServerMessage *http,
                                               JsonNode          *message);
const char *sb_mcp_http_request_find_mismatch (SoupServerMessage *http,
                                               JsonObject        *message);
void        sb_mcp_http_request_refuse        (SoupServerMessage *http,
                                               guint              status,
                                               const char        *text);
void        sb_mcp_http_request_refuse_with   (SoupServerMessage *http,
                                               guint              status,
                                               JsonNode          *id,
                                               int                code,
                                               const char        *text);
void        sb_mcp_http_request_refuse_method (SoupServerMessage *http,
                                               const char        *allowed);

G_END_DECLS
