/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-peer.h"

G_BEGIN_DECLS

/* What the client of one session wants to be told of. */
typedef struct _SbMcpSubscriptions SbMcpSubscriptions;

SbMcpSubscriptions *sb_mcp_subscriptions_new          (SbMcpPeer          *peer);
void                sb_mcp_subscriptions_free         (SbMcpSubscriptions *self);
void                sb_mcp_subscriptions_set          (SbMcpSubscriptions *self,
                                                       const char         *uri,
                                                       gboolean            subscribed);
void                sb_mcp_subscriptions_collect      (SbMcpSubscriptions *self,
                                                       GHashTable         *uris);
void                sb_mcp_subscriptions_listen       (SbMcpSubscriptions *self,
                                                       SbMcpRequest       *request);
/* legacy: whether the client has shaken hands, so that it is told without having asked */
void                sb_mcp_subscriptions_tell_changed (SbMcpSubscriptions *self,
                                                       const char         *kind,
                                                       gboolean            legacy);
void                sb_mcp_subscriptions_tell_updated (SbMcpSubscriptions *self,
                                                       const char         *uri);

G_END_DECLS
