/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-docker-client.h"
#include "sb-egress-rules.h"
#include "sb-server-log.h"

G_BEGIN_DECLS

/* The network of a server that may reach listed hosts only: the loopback of a container without a network, where
 * sandbar-init listens in the place of each host and hands its connections over to us. Opened once, ended once. Signal:
 * "lost", when it ends by itself; then no host is reached any more. */
#define SB_TYPE_SERVER_EGRESS (sb_server_egress_get_type ())
G_DECLARE_FINAL_TYPE (SbServerEgress, sb_server_egress, SB, SERVER_EGRESS, GObject)

SbServerEgress *sb_server_egress_new           (SbDockerClient       *docker,
                                                const char           *image,
                                                SbEgressRules        *rules,
                                                SbServerLog          *log);
void            sb_server_egress_open_async    (SbServerEgress       *self,
                                                GCancellable         *cancellable,
                                                GAsyncReadyCallback   callback,
                                                gpointer              user_data);
gboolean        sb_server_egress_open_finish   (SbServerEgress       *self,
                                                GAsyncResult         *result,
                                                GError              **error);
/* What the NetworkMode of the server's container has to be. */
const char     *sb_server_egress_get_network   (SbServerEgress       *self);
void            sb_server_egress_end_async     (SbServerEgress       *self,
                                                GAsyncReadyCallback   callback,
                                                gpointer              user_data);
gboolean        sb_server_egress_end_finish    (SbServerEgress       *self,
                                                GAsyncResult         *result,
                                                GError              **error);

G_END_DECLS
