/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-client.h"
#include "sb-mcp-message.h"
#include "sb-mcp-request.h"
#include "sb-mcp-transport.h"

G_BEGIN_DECLS

typedef enum
{
  SB_MCP_ROLE_CLIENT, /* says nothing about messages that make no sense: they may be a server's banner */
  SB_MCP_ROLE_SERVER, /* answers them with an error */
} SbMcpRole;

/* What the far end may send; exactly one of the functions is set. Answer a request now or later, by its methods. */
typedef struct
{
  const char *method;
  void      (*request)      (SbMcpRequest *request,
                             gpointer      user_data);
  void      (*notification) (JsonObject   *params,
                             gpointer      user_data);
} SbMcpMethod;

/* How a call is made; all zero is a call without a timeout. */
typedef struct
{
  SbMcpProgressFunc progress_func; /* nullable: then no progress is asked for */
  gpointer          progress_data;
  SbMcpSendOptions  send;

  guint timeout_ms; /* 0: none; each progress notification starts it anew, within a hard limit */
} SbMcpCallOptions;

/* One end of a JSON-RPC 2.0 connection with MCP's ping, progress and cancellation, for both roles.
 * Signal: "closed" (GError*, nullable), once and last. */
#define SB_TYPE_MCP_PEER (sb_mcp_peer_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpPeer, sb_mcp_peer, SB, MCP_PEER, GObject)

SbMcpPeer *sb_mcp_peer_new          (SbMcpTransport       *transport,
                                     SbMcpRole             role,
                                     const SbMcpMethod    *methods,
                                     gsize                 n_methods,
                                     gpointer              user_data);
void       sb_mcp_peer_start        (SbMcpPeer            *self);
void       sb_mcp_peer_close        (SbMcpPeer            *self);
void       sb_mcp_peer_set_revision (SbMcpPeer            *self,
                                     const char           *revision);
guint64    sb_mcp_peer_get_ignored  (SbMcpPeer            *self);
void       sb_mcp_peer_notify       (SbMcpPeer            *self,
                                     const char           *method,
                                     JsonObject           *params);
void       sb_mcp_peer_call_async   (SbMcpPeer            *self,
                                     const char           *method,
                                     JsonObject           *params,
                                     guint                 timeout_ms,
                                     SbMcpProgressFunc     progress_func,
                                     gpointer              progress_data,
                                     GCancellable         *cancellable,
                                     GAsyncReadyCallback   callback,
                                     gpointer              user_data);
gint64     sb_mcp_peer_call_with    (SbMcpPeer              *self,
                                     const char             *method,
                                     JsonObject             *params,
                                     const SbMcpCallOptions *options,
                                     GCancellable           *cancellable,
                                     GAsyncReadyCallback     callback,
                                     gpointer                user_data);
JsonObject *sb_mcp_peer_call_get_error (GAsyncResult        *result);
JsonNode  *sb_mcp_peer_call_finish  (SbMcpPeer            *self,
                                     GAsyncResult         *result,
                                     GError              **error);

G_END_DECLS
