/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-docker-client.h"
#include "sb-mcp-transport.h"
#include "sb-server-launch.h"
#include "sb-server-log.h"

G_BEGIN_DECLS

/* A server in a container: its image, its network, itself. Opened once, ended once. Signal: "progress" (char *words),
 * while it comes up. */
#define SB_TYPE_IMAGE_SERVER (sb_image_server_get_type ())
G_DECLARE_FINAL_TYPE (SbImageServer, sb_image_server, SB, IMAGE_SERVER, GObject)

SbImageServer  *sb_image_server_new              (SbDockerClient        *docker,
                                                  const SbServerLaunch  *launch,
                                                  SbServerLog           *log);
void            sb_image_server_open_async       (SbImageServer         *self,
                                                  GCancellable          *cancellable,
                                                  GAsyncReadyCallback    callback,
                                                  gpointer               user_data);
SbMcpTransport *sb_image_server_open_finish      (SbImageServer         *self,
                                                  GAsyncResult          *result,
                                                  GError               **error);
const char     *sb_image_server_get_container_id (SbImageServer         *self);
void            sb_image_server_end_async        (SbImageServer         *self,
                                                  GAsyncReadyCallback    callback,
                                                  gpointer               user_data);
gboolean        sb_image_server_end_finish       (SbImageServer         *self,
                                                  GAsyncResult          *result,
                                                  GError               **error);

G_END_DECLS
