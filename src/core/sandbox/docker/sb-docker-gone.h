/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-docker-client.h"

G_BEGIN_DECLS

/* Removes containers for good. */
void     sb_docker_gone_async   (SbDockerClient       *client,
                                 const char           *container,
                                 GCancellable         *cancellable,
                                 GAsyncReadyCallback   callback,
                                 gpointer              user_data);
gboolean sb_docker_gone_finish  (GAsyncResult         *result,
                                 GError              **error);
void     sb_docker_sweep_async  (SbDockerClient       *client,
                                 const char           *helper,
                                 GCancellable         *cancellable,
                                 GAsyncReadyCallback   callback,
                                 gpointer              user_data);
gboolean sb_docker_sweep_finish (GAsyncResult         *result,
                                 GError              **error);

G_END_DECLS
