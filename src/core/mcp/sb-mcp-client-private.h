/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-client.h"
#include "sb-mcp-peer.h"

G_BEGIN_DECLS

/* A client, shared by the files of its parts: handshake, errand (one request with its retries), listing,
 * notices (what the server says unasked), restore (a session that was lost), visits (pages that the user sees
 * before a call). */
struct _SbMcpClient
{
  GObject parent_instance;

  /* owned */
  SbMcpPeer    *peer;
  SbMcpHost    *host;
  char         *pinned;       /* nullable: the only revision to be spoken */
  char         *revision;     /* NULL before the handshake */
  JsonObject   *server_info;  /* nullable, as the two below */
  JsonObject   *capabilities;
  char         *server_name;
  char         *instructions;
  char         *log_level;    /* nullable */
  GHashTable   *tools;        /* name → SbMcpTool, of the last list; their schemas are needed for calls */
  GHashTable   *subscribed;   /* set of URIs */
  GCancellable *listening;    /* nullable: ends the modern era's stream of notices */
  GPtrArray    *restorers;    /* nullable: of GTask: wait for a lost session to be made anew */

  /* borrowed */
  SbMcpEraFunc era_func; /* nullable */
  gpointer     era_data;

  SbMcpEra era;
  guint    n_sessions; /* that were begun */
  guint    changed;    /* bits of the lists that changed, not told yet */
  guint    changed_id;
  guint    listen_id;
  guint    n_listens;  /* that failed one after the other */
};

/* handshake */
void        sb_mcp_client_take_server    (SbMcpClient *self,
                                          SbMcpEra     era,
                                          const char  *revision,
                                          JsonObject  *result);
JsonObject *sb_mcp_client_new_info       (void);
gboolean    sb_mcp_client_lists_modern   (JsonArray   *revisions);
gboolean    sb_mcp_client_is_offered_modern (JsonObject *refusal);
/* errand */
void        sb_mcp_client_run_errand     (GTask                  *task,
                                          const char             *method,
                                          JsonObject             *params,
                                          const SbMcpCallOptions *options,
                                          const char             *tool_name);
void        sb_mcp_client_add_meta       (SbMcpClient *self,
                                          JsonObject  *params);
/* calls */
void        sb_mcp_client_send_subscription (SbMcpClient *self,
                                             const char  *uri,
                                             gboolean     subscribed);
/* restore */
gboolean    sb_mcp_client_is_restoring   (SbMcpClient          *self);
void        sb_mcp_client_restore_async  (SbMcpClient          *self,
                                          GCancellable         *cancellable,
                                          GAsyncReadyCallback   callback,
                                          gpointer              user_data);
gboolean    sb_mcp_client_restore_finish (SbMcpClient          *self,
                                          GAsyncResult         *result,
                                          GError              **error);
/* visits */
gboolean    sb_mcp_client_wants_visits   (JsonObject           *refusal);
void        sb_mcp_client_visit_async    (SbMcpClient          *self,
                                          JsonObject           *refusal,
                                          GCancellable         *cancellable,
                                          GAsyncReadyCallback   callback,
                                          gpointer              user_data);
gboolean    sb_mcp_client_visit_finish   (SbMcpClient          *self,
                                          GAsyncResult         *result,
                                          GError              **error);
/* notices */
gsize       sb_mcp_client_get_methods    (const SbMcpMethod **methods);
void        sb_mcp_client_listen         (SbMcpClient *self);
void        sb_mcp_client_stop_notices   (SbMcpClient *self);
void        sb_mcp_client_emit_changed   (SbMcpClient *self,
                                          guint        changed);

enum
{
  SB_MCP_CHANGED_TOOLS = 1 << 0,
  SB_MCP_CHANGED_PROMPTS = 1 << 1,
  SB_MCP_CHANGED_RESOURCES = 1 << 2,
};

G_END_DECLS
