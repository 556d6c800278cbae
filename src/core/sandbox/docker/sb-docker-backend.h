/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-docker-client.h"
#include "sb-sandbox-backend.h"

G_BEGIN_DECLS

/* image NULL: "sandbar/node-sandbox:latest" or what SANDBAR_IMAGE names. helper_path NULL: found as for
 * bubblewrap. */
SbSandboxBackend *sb_docker_backend_new (SbDockerClient *client,
                                         const char     *helper_path,
                                         const char     *image);
/* (transfer none) (nullable): NULL for a backend of another kind */
SbDockerClient   *sb_docker_backend_get_client (SbSandboxBackend *backend);

G_END_DECLS
