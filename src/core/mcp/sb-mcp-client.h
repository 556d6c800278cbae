/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-transport.h"

G_BEGIN_DECLS

#define SB_MCP_ERROR (sb_mcp_error_quark ())

typedef enum
{
  SB_MCP_ERROR_PROTOCOL,     /* the server breaks the rules, or no common revision */
  SB_MCP_ERROR_CLOSED,       /* the server is gone */
  SB_MCP_ERROR_TIMEOUT,
  SB_MCP_ERROR_REMOTE,       /* a JSON-RPC error answer */
  SB_MCP_ERROR_SESSION_LOST, /* the server has forgotten the session: initialize anew, then try once more */
  SB_MCP_ERROR_UNAUTHORIZED, /* no token, or one that is not accepted */
  SB_MCP_ERROR_UNREACHABLE,  /* the network or the server is down: try later */
  SB_MCP_ERROR_UNSUPPORTED,  /* what answers at this address is no MCP server of this kind */
} SbMcpError;

GQuark sb_mcp_error_quark (void);

typedef struct
{
  char       *name;
  char       *title;        /* nullable */
  char       *description;  /* nullable */
  JsonObject *input_schema;
  JsonObject *annotations;  /* nullable */
} SbMcpTool;

void sb_mcp_tool_free (SbMcpTool *tool);

typedef struct
{
  gboolean  is_error;
  char     *text;       /* all text content, joined by blank lines; "" if none */
  JsonNode *structured; /* nullable: structuredContent */
  JsonNode *result;     /* the whole result, for the trace */
} SbMcpToolResult;

void sb_mcp_tool_result_free (SbMcpToolResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbMcpToolResult, sb_mcp_tool_result_free)

/* text: the server's progress message (the sandbox server sends command output this way). progress, total:
 * -1 unknown. */
typedef void (*SbMcpProgressFunc) (double      progress,
                                   double      total,
                                   const char *text,
                                   gpointer    user_data);

/* The client's side of one MCP connection (revisions 2024-11-05 … 2025-11-25). Signal "tools-changed",
 * "closed" (GError*, nullable). */
#define SB_TYPE_MCP_CLIENT (sb_mcp_client_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpClient, sb_mcp_client, SB, MCP_CLIENT, GObject)

SbMcpClient     *sb_mcp_client_new               (SbMcpTransport       *transport);
void             sb_mcp_client_initialize_async  (SbMcpClient          *self,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
gboolean         sb_mcp_client_initialize_finish (SbMcpClient          *self,
                                                  GAsyncResult         *result,
                                                  GError              **error);
const char      *sb_mcp_client_get_server_name   (SbMcpClient          *self);
/* of SbMcpTool, every page */
void             sb_mcp_client_list_tools_async  (SbMcpClient          *self,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
GPtrArray       *sb_mcp_client_list_tools_finish (SbMcpClient          *self,
                                                  GAsyncResult         *result,
                                                  GError              **error);
/* trace_id travels as _meta."io.github.sandbar/traceId" (nullable). timeout_ms 0: none; progress extends it.
 * Cancelling sends notifications/cancelled and finishes at once with G_IO_ERROR_CANCELLED. */
void             sb_mcp_client_call_tool_async   (SbMcpClient          *self,
                                                  const char           *name,
                                                  JsonObject           *arguments,
                                                  const char           *trace_id,
                                                  guint                 timeout_ms,
                                                  SbMcpProgressFunc     progress_func,
                                                  gpointer              progress_data,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
SbMcpToolResult *sb_mcp_client_call_tool_finish  (SbMcpClient          *self,
                                                  GAsyncResult         *result,
                                                  GError              **error);
void             sb_mcp_client_close             (SbMcpClient          *self);

G_END_DECLS
