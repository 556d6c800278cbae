/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-approvals.h"
#include "sb-docker-client.h"
#include "sb-sandbox-manager.h"

G_BEGIN_DECLS

/* Our own sandbox server at an address that containers of an engine reach, for a gateway that runs in one of them.
 * Whoever has the token is served, for as long as the object lives. */
#define SB_TYPE_SANDBOX_ENDPOINT (sb_sandbox_endpoint_get_type ())
G_DECLARE_FINAL_TYPE (SbSandboxEndpoint, sb_sandbox_endpoint, SB, SANDBOX_ENDPOINT, GObject)

void               sb_sandbox_endpoint_open_async  (SbSandboxManager     *sandboxes,
                                                    SbApprovals          *approvals,
                                                    SbDockerClient       *docker,
                                                    GCancellable         *cancellable,
                                                    GAsyncReadyCallback   callback,
                                                    gpointer              user_data);
SbSandboxEndpoint *sb_sandbox_endpoint_open_finish (GAsyncResult         *result,
                                                    GError              **error);
/* As a container reaches it. */
const char        *sb_sandbox_endpoint_get_url     (SbSandboxEndpoint    *self);
const char        *sb_sandbox_endpoint_get_token   (SbSandboxEndpoint    *self);

G_END_DECLS
