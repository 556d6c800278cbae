/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-exchange.h"
#include "sb-mcp-http-server.h"
#include "sb-mcp-transport.h"

G_BEGIN_DECLS

/* One call being served. Answer it once, with respond() or fail(); a call whose handler drops it unanswered
 * is failed. */
#define SB_TYPE_MCP_TOOL_CALL (sb_mcp_tool_call_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpToolCall, sb_mcp_tool_call, SB, MCP_TOOL_CALL, GObject)

const char   *sb_mcp_tool_call_get_name        (SbMcpToolCall *self);
JsonObject   *sb_mcp_tool_call_get_arguments   (SbMcpToolCall *self); /* never NULL */
const char   *sb_mcp_tool_call_get_trace_id    (SbMcpToolCall *self); /* nullable */
/* (transfer none): the same for all calls of one client, for data that belongs to it */
GObject      *sb_mcp_tool_call_get_session     (SbMcpToolCall *self);
/* cancelled by the client, or when it is gone */
GCancellable *sb_mcp_tool_call_get_cancellable (SbMcpToolCall *self);
void          sb_mcp_tool_call_progress        (SbMcpToolCall *self,
                                                double         progress,
                                                double         total,
                                                const char    *text);
void          sb_mcp_tool_call_respond         (SbMcpToolCall *self,
                                                const char    *text,
                                                JsonNode      *structured); /* nullable */
void          sb_mcp_tool_call_fail            (SbMcpToolCall *self,
                                                const char    *text,
                                                /* nullable: isError with details */
                                                JsonNode      *structured);

void          sb_mcp_tool_call_respond_whole   (SbMcpToolCall *self,
                                                JsonObject    *result);
SbMcpExchange *sb_mcp_tool_call_get_exchange   (SbMcpToolCall *self);
/* Something else besides the text: an image, a resource. (transfer full) */
void          sb_mcp_tool_call_add_content     (SbMcpToolCall *self,
                                                JsonObject    *content);

typedef void (*SbMcpToolHandler) (SbMcpToolCall *call,
                                  gpointer       user_data);

typedef struct
{
  const char       *name;
  const char       *title;
  const char       *description;
  const char       *input_schema; /* JSON text */
  const char       *annotations;  /* JSON text, nullable */
  SbMcpToolHandler  handler;
} SbMcpToolSpec;

/* An MCP server: tools, resources and prompts behind any number of transports. Signals: "wants-changed", what clients
 * have subscribed to or which log they want; "roots-changed", of a client. */
#define SB_TYPE_MCP_SERVER (sb_mcp_server_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpServer, sb_mcp_server, SB, MCP_SERVER, GObject)

SbMcpServer *sb_mcp_server_new                    (const char           *name,
                                                   const char           *version,
                                                   const char           *instructions);
void         sb_mcp_server_add_tools              (SbMcpServer          *self,
                                                   const SbMcpToolSpec  *specs,
                                                   gsize                 n_specs,
                                                   gpointer              user_data);
void         sb_mcp_server_set_tool               (SbMcpServer          *self,
                                                   JsonObject           *entry,
                                                   SbMcpToolHandler      handler,
                                                   gpointer              user_data);
void         sb_mcp_server_remove_tool            (SbMcpServer          *self,
                                                   const char           *name);
void         sb_mcp_server_set_tool_fallback      (SbMcpServer          *self,
                                                   SbMcpToolHandler      handler,
                                                   gpointer              user_data);
void         sb_mcp_server_set_resource           (SbMcpServer          *self,
                                                   JsonObject           *entry,
                                                   SbMcpExchangeHandler  handler,
                                                   gpointer              user_data);
void         sb_mcp_server_remove_resource        (SbMcpServer          *self,
                                                   const char           *uri);
void         sb_mcp_server_set_prompt             (SbMcpServer          *self,
                                                   JsonObject           *entry,
                                                   SbMcpExchangeHandler  handler,
                                                   gpointer              user_data);
void         sb_mcp_server_remove_prompt          (SbMcpServer          *self,
                                                   const char           *name);
void         sb_mcp_server_set_completion         (SbMcpServer          *self,
                                                   SbMcpExchangeHandler  handler,
                                                   gpointer              user_data);
void         sb_mcp_server_set_page_size          (SbMcpServer          *self,
                                                   guint                 page_size);
/* For a server that may get prompts and resources while clients are there: they are told that it has both. */
void         sb_mcp_server_set_offers_all         (SbMcpServer          *self,
                                                   gboolean              offers_all);
void         sb_mcp_server_tell_resource_updated  (SbMcpServer          *self,
                                                   const char           *uri);
void         sb_mcp_server_tell_log               (SbMcpServer          *self,
                                                   const char           *level,
                                                   const char           *logger,
                                                   const char           *text);
const char  *sb_mcp_server_get_log_level          (SbMcpServer          *self);
GHashTable  *sb_mcp_server_collect_subscriptions  (SbMcpServer          *self);
gpointer     sb_mcp_server_find_resource          (SbMcpServer          *self,
                                                   const char           *uri);
void         sb_mcp_server_forward_async          (SbMcpServer          *self,
                                                   const char           *method,
                                                   JsonObject           *params,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
/* A SbMcpHeaderCheckFunc, whose user_data is the server. */
const char  *sb_mcp_server_check_headers          (JsonObject           *message,
                                                   SbMcpHeaderLookup     lookup,
                                                   gpointer              lookup_data,
                                                   gpointer              server);
/* Serves the transport until it closes; takes a reference. */
void         sb_mcp_server_accept                 (SbMcpServer          *self,
                                                   SbMcpTransport       *transport);
guint        sb_mcp_server_get_n_sessions         (SbMcpServer          *self);

G_END_DECLS
