/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The way to an engine on another machine by ssh, as the Docker CLI goes it: each connection to the connectable is one
 * ssh that runs “docker system dial-stdio” there. */
#define SB_TYPE_DOCKER_SSH (sb_docker_ssh_get_type ())
G_DECLARE_FINAL_TYPE (SbDockerSsh, sb_docker_ssh, SB, DOCKER_SSH, GObject)

SbDockerSsh        *sb_docker_ssh_new             (const char   *url,
                                                   GError      **error);
GSocketConnectable *sb_docker_ssh_get_connectable (SbDockerSsh  *self);
/* (transfer full) (nullable): NULL when ssh has said nothing */
GError             *sb_docker_ssh_explain         (SbDockerSsh  *self);

G_END_DECLS
