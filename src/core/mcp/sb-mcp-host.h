/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-mcp-elicitation.h"
#include "sb-mcp-sampling.h"

G_BEGIN_DECLS

/* What the app offers to the servers it is connected to: folders, questions to the user, the user's model. One
 * host can serve any number of clients. Signal: "roots-changed". */
#define SB_TYPE_MCP_HOST (sb_mcp_host_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpHost, sb_mcp_host, SB, MCP_HOST, GObject)

/* The function answers now or later; a question that is dropped unanswered counts as cancelled. */
typedef void (*SbMcpElicitationFunc) (SbMcpElicitation *elicitation,
                                      gpointer          user_data);
typedef void (*SbMcpSamplingFunc)    (SbMcpSampling    *sampling,
                                      gpointer          user_data);

typedef void (*SbMcpRelayFunc)       (GTask            *task,
                                      const char       *method,
                                      JsonObject       *params,
                                      gpointer          user_data);

SbMcpHost  *sb_mcp_host_new                  (void);
void        sb_mcp_host_set_roots            (SbMcpHost            *self,
                                              const char * const   *uris);
void        sb_mcp_host_set_elicitation_func (SbMcpHost            *self,
                                              SbMcpElicitationFunc  func,
                                              gpointer              user_data);
void        sb_mcp_host_set_sampling_func    (SbMcpHost            *self,
                                              SbMcpSamplingFunc     func,
                                              gpointer              user_data);
void        sb_mcp_host_set_relay_func       (SbMcpHost            *self,
                                              SbMcpRelayFunc        func,
                                              gpointer              user_data);
void        sb_mcp_host_tell_roots_changed   (SbMcpHost            *self);
gboolean    sb_mcp_host_can_elicit           (SbMcpHost            *self);
JsonObject *sb_mcp_host_new_capabilities     (SbMcpHost            *self);
void        sb_mcp_host_ask_async            (SbMcpHost            *self,
                                              const char           *server_name,
                                              const char           *method,
                                              JsonObject           *params,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
void        sb_mcp_host_ask_visit_async      (SbMcpHost            *self,
                                              const char           *server_name,
                                              JsonObject           *params,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
JsonObject *sb_mcp_host_ask_finish           (SbMcpHost            *self,
                                              GAsyncResult         *result,
                                              GError              **error);
int         sb_mcp_host_get_code             (const GError         *error);

G_END_DECLS
