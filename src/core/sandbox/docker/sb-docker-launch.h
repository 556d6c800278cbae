/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-docker-client.h"
#include "sb-docker-engine.h"
#include "sb-sandbox-backend.h"

G_BEGIN_DECLS

/* The long way from a request to a checked sandbox. */
void      sb_docker_launch_async  (SbDockerClient        *client,
                                   const SbDockerEngine  *engine,
                                   const SbSandboxSpec   *spec,
                                   const char            *image,
                                   const char            *helper_volume,
                                   GCancellable          *cancellable,
                                   GAsyncReadyCallback    callback,
                                   gpointer               user_data);
SbDuplex *sb_docker_launch_finish (GAsyncResult          *result,
                                   GPtrArray            **facts,
                                   GError               **error);
GError   *sb_docker_launch_explain (const GError         *error,
                                    const char           *image);

G_END_DECLS
