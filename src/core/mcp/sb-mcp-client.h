/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-content.h"
#include "sb-mcp-host.h"
#include "sb-mcp-prompt.h"
#include "sb-mcp-resource.h"
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
  SB_MCP_ERROR_UNTRUSTED,    /* its certificate is not to be trusted: trying again does not help */
  SB_MCP_ERROR_UNSUPPORTED,  /* what answers at this address is no MCP server of this kind */
} SbMcpError;

GQuark sb_mcp_error_quark (void);

typedef struct
{
  char       *name;
  char       *title;         /* nullable */
  char       *description;   /* nullable */
  JsonObject *input_schema;
  JsonObject *output_schema; /* nullable */
  JsonObject *annotations;   /* nullable */
  JsonObject *entry;         /* all of it, as the server lists it */
} SbMcpTool;

void sb_mcp_tool_free (SbMcpTool *tool);

typedef struct
{
  gboolean   is_error;
  char      *text;       /* all text content, joined by blank lines; "" if none */
  GPtrArray *contents;   /* of SbMcpContent, everything in order */
  JsonNode  *structured; /* nullable: structuredContent */
  char      *problem;    /* nullable: where structured is not what the tool promised; for the trace */
  JsonNode  *result;     /* the whole result, for the trace */
} SbMcpToolResult;

void sb_mcp_tool_result_free (SbMcpToolResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbMcpToolResult, sb_mcp_tool_result_free)

/* text: the server's progress message (the sandbox server sends command output this way). progress, total:
 * -1 unknown. */
typedef void (*SbMcpProgressFunc) (double      progress,
                                   double      total,
                                   const char *text,
                                   gpointer    user_data);

/* Which kind of protocol a server speaks. */
typedef enum
{
  SB_MCP_ERA_UNKNOWN,
  SB_MCP_ERA_LEGACY, /* begins with initialize: 2024-11-05 to 2025-11-25 */
  SB_MCP_ERA_MODERN, /* every request says all: 2026-07-28 */
} SbMcpEra;

/* Called when the handshake has found out which era the server is of, for the next time. */
typedef void (*SbMcpEraFunc) (SbMcpEra era,
                              gpointer user_data);

/* The client's side of one MCP connection. Signals, each list_changed at most every 100 ms: "tools-changed",
 * "prompts-changed", "resources-changed", "resource-updated" (char*: its URI), "log" (char*: level, char*:
 * logger or NULL, char*: text, all foreign), "elicitation-complete" (char*: id of the elicitation), "closed"
 * (GError*, nullable), once and last. */
#define SB_TYPE_MCP_CLIENT (sb_mcp_client_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpClient, sb_mcp_client, SB, MCP_CLIENT, GObject)

SbMcpClient     *sb_mcp_client_new               (SbMcpTransport       *transport);
void             sb_mcp_client_set_host          (SbMcpClient          *self,
                                                  SbMcpHost            *host);
/* NULL: the newest that both speak */
void             sb_mcp_client_set_revision      (SbMcpClient          *self,
                                                  const char           *revision);
void             sb_mcp_client_set_era           (SbMcpClient          *self,
                                                  SbMcpEra              era,
                                                  SbMcpEraFunc          func,
                                                  gpointer              user_data);
void             sb_mcp_client_initialize_async  (SbMcpClient          *self,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
gboolean         sb_mcp_client_initialize_finish (SbMcpClient          *self,
                                                  GAsyncResult         *result,
                                                  GError              **error);
SbMcpEra         sb_mcp_client_get_era           (SbMcpClient          *self);
const char      *sb_mcp_client_get_revision      (SbMcpClient          *self);
const char      *sb_mcp_client_get_server_name   (SbMcpClient          *self);
JsonObject      *sb_mcp_client_get_server_info   (SbMcpClient          *self);
const char      *sb_mcp_client_get_instructions  (SbMcpClient          *self);
JsonObject      *sb_mcp_client_get_capabilities  (SbMcpClient          *self);
gboolean         sb_mcp_client_offers            (SbMcpClient          *self,
                                                  const char           *capability);
void             sb_mcp_client_close             (SbMcpClient          *self);

/* Any request at all, with the retries of its era. timeout_ms 0: none; progress extends it. */
void             sb_mcp_client_request_async     (SbMcpClient          *self,
                                                  const char           *method,
                                                  JsonObject           *params,
                                                  guint                 timeout_ms,
                                                  SbMcpProgressFunc     progress_func,
                                                  gpointer              progress_data,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
JsonNode        *sb_mcp_client_request_finish    (SbMcpClient          *self,
                                                  GAsyncResult         *result,
                                                  GError              **error);

JsonObject      *sb_mcp_client_request_get_refusal (GAsyncResult       *result);

/* Lists, every page: of SbMcpTool, SbMcpPrompt, SbMcpResource. */
void             sb_mcp_client_list_tools_async       (SbMcpClient          *self,
                                                       GCancellable         *cancellable,
                                                       GAsyncReadyCallback   callback,
                                                       gpointer              user_data);
GPtrArray       *sb_mcp_client_list_tools_finish      (SbMcpClient          *self,
                                                       GAsyncResult         *result,
                                                       GError              **error);
void             sb_mcp_client_list_prompts_async     (SbMcpClient          *self,
                                                       GCancellable         *cancellable,
                                                       GAsyncReadyCallback   callback,
                                                       gpointer              user_data);
GPtrArray       *sb_mcp_client_list_prompts_finish    (SbMcpClient          *self,
                                                       GAsyncResult         *result,
                                                       GError              **error);
void             sb_mcp_client_list_resources_async   (SbMcpClient          *self,
                                                       GCancellable         *cancellable,
                                                       GAsyncReadyCallback   callback,
                                                       gpointer              user_data);
GPtrArray       *sb_mcp_client_list_resources_finish  (SbMcpClient          *self,
                                                       GAsyncResult         *result,
                                                       GError              **error);
void             sb_mcp_client_list_templates_async   (SbMcpClient          *self,
                                                       GCancellable         *cancellable,
                                                       GAsyncReadyCallback   callback,
                                                       gpointer              user_data);
GPtrArray       *sb_mcp_client_list_templates_finish  (SbMcpClient          *self,
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

/* The result: of SbMcpContent. */
void             sb_mcp_client_read_resource_async  (SbMcpClient          *self,
                                                     const char           *uri,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
GPtrArray       *sb_mcp_client_read_resource_finish (SbMcpClient          *self,
                                                     GAsyncResult         *result,
                                                     GError              **error);
void             sb_mcp_client_subscribe            (SbMcpClient          *self,
                                                     const char           *uri,
                                                     gboolean              subscribed);
/* arguments: nullable, of strings. */
void               sb_mcp_client_get_prompt_async   (SbMcpClient          *self,
                                                     const char           *name,
                                                     JsonObject           *arguments,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
SbMcpPromptResult *sb_mcp_client_get_prompt_finish  (SbMcpClient          *self,
                                                     GAsyncResult         *result,
                                                     GError              **error);
void             sb_mcp_client_complete_async       (SbMcpClient          *self,
                                                     JsonObject           *reference,
                                                     const char           *argument,
                                                     const char           *value,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
GStrv            sb_mcp_client_complete_finish      (SbMcpClient          *self,
                                                     GAsyncResult         *result,
                                                     GError              **error);
void             sb_mcp_client_set_log_level        (SbMcpClient          *self,
                                                     const char           *level);
const char      *sb_mcp_client_get_log_level          (SbMcpClient          *self); /* nullable */

G_END_DECLS
