/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-docker-client.h"
#include "sb-docker-engine.h"
#include "sb-docker-helper.h"

G_BEGIN_DECLS

/* Everything that must be right before a sandbox can be started. */
void            sb_docker_probe_async  (SbDockerClient       *client,
                                        SbDockerHelper       *helper,
                                        const char           *image,
                                        GCancellable         *cancellable,
                                        GAsyncReadyCallback   callback,
                                        gpointer              user_data);
SbDockerEngine *sb_docker_probe_finish (GAsyncResult         *result,
                                        GError              **error);

G_END_DECLS
