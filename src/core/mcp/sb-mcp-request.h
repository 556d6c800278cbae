/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* One request of the far end, until it is answered, cancelled or dropped. Made by SbMcpPeer only. */
#define SB_TYPE_MCP_REQUEST (sb_mcp_request_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpRequest, sb_mcp_request, SB, MCP_REQUEST, GObject)

/* How the request reaches its peer again. */
typedef struct
{
  void (*send)   (gpointer    peer,
                  JsonObject *message,  /* (transfer full) */
                  JsonNode   *related); /* nullable: the id of the request it is about */
  void (*forget) (gpointer    peer,
                  const char *key);
} SbMcpRequestSink;

SbMcpRequest *sb_mcp_request_new              (GObject                *peer,
                                               const SbMcpRequestSink *sink,
                                               const char             *key,
                                               JsonNode               *id,
                                               JsonObject             *params);
JsonObject   *sb_mcp_request_get_params       (SbMcpRequest           *self);
GCancellable *sb_mcp_request_get_cancellable  (SbMcpRequest           *self);
void          sb_mcp_request_respond          (SbMcpRequest           *self,
                                               JsonObject             *result);
void          sb_mcp_request_fail             (SbMcpRequest           *self,
                                               int                     code,
                                               const char             *message);
void          sb_mcp_request_fail_with        (SbMcpRequest           *self,
                                               int                     code,
                                               const char             *message,
                                               JsonNode               *data);
void          sb_mcp_request_notify           (SbMcpRequest           *self,
                                               const char             *method,
                                               JsonObject             *params);
JsonNode     *sb_mcp_request_get_id           (SbMcpRequest           *self);
void          sb_mcp_request_progress         (SbMcpRequest           *self,
                                               double                  progress,
                                               double                  total,
                                               const char             *text);
void          sb_mcp_request_cancel           (SbMcpRequest           *self);

G_END_DECLS
