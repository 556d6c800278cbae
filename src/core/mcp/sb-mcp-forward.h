/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-peer.h"

G_BEGIN_DECLS

/* A question of another server, asked of a client as it came. */
gboolean    sb_mcp_forward_is_offered     (JsonObject           *capabilities,
                                           const char           *method);
GError     *sb_mcp_forward_new_lack       (const char           *method);
void        sb_mcp_forward_async          (SbMcpPeer            *peer,
                                           JsonNode             *related_id,
                                           const char           *method,
                                           JsonObject           *params,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);
JsonObject *sb_mcp_forward_finish         (GAsyncResult         *result,
                                           GError              **error);
/* elicitation/create, sampling/createMessage and roots/list: what a client needs to offer for it */
const char *sb_mcp_forward_get_capability (const char           *method);

G_END_DECLS
