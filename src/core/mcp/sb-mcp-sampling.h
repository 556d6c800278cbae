/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-mcp-content.h"

G_BEGIN_DECLS

typedef struct
{
  GPtrArray *contents; /* of SbMcpContent; at least one */
  gboolean   from_assistant;
} SbMcpSamplingMessage;

/* A server's wish that the user's model writes something for it. Answer it once; dropped unanswered it counts
 * as refused. Its texts are foreign. */
#define SB_TYPE_MCP_SAMPLING (sb_mcp_sampling_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpSampling, sb_mcp_sampling, SB, MCP_SAMPLING, GObject)

SbMcpSampling *sb_mcp_sampling_new               (GTask          *task,
                                                  const char     *server_name,
                                                  JsonObject     *params,
                                                  GError        **error);
const char    *sb_mcp_sampling_get_server_name   (SbMcpSampling  *self);
GPtrArray     *sb_mcp_sampling_get_messages      (SbMcpSampling  *self);
const char    *sb_mcp_sampling_get_system_prompt (SbMcpSampling  *self);
gint64         sb_mcp_sampling_get_max_tokens    (SbMcpSampling  *self);
JsonObject    *sb_mcp_sampling_get_params        (SbMcpSampling  *self);
GCancellable  *sb_mcp_sampling_get_cancellable   (SbMcpSampling  *self);
void           sb_mcp_sampling_respond           (SbMcpSampling  *self,
                                                  const char     *model,
                                                  const char     *text,
                                                  const char     *stop_reason);
void           sb_mcp_sampling_refuse            (SbMcpSampling  *self,
                                                  const char     *reason);

G_END_DECLS
