/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <libsoup/soup.h>

#include "sb-docker-endpoint.h"

G_BEGIN_DECLS

/* How the bytes get to one engine: a socket, TCP with or without TLS, or ssh. Requests go over libsoup; streams that
 * are taken over get a connection of their own. */
typedef struct _SbDockerTransport SbDockerTransport;

SbDockerTransport *sb_docker_transport_new               (const SbDockerEndpoint  *endpoint,
                                                          GError                 **error);
void               sb_docker_transport_free              (SbDockerTransport       *self);
/* The address for people. */
const char        *sb_docker_transport_get_host          (SbDockerTransport       *self);
SoupSession       *sb_docker_transport_get_session       (SbDockerTransport       *self);
GSocketConnectable *sb_docker_transport_get_connectable  (SbDockerTransport       *self);
/* target: path and query; (nullable): it fits into no address */
SoupMessage       *sb_docker_transport_new_message       (SbDockerTransport       *self,
                                                          const char              *method,
                                                          const char              *target);
GSocketClient     *sb_docker_transport_new_socket_client (SbDockerTransport       *self);
/* What stands before each path: "" but for engines behind a web server. */
const char        *sb_docker_transport_get_prefix        (SbDockerTransport       *self);
GError            *sb_docker_transport_explain           (SbDockerTransport       *self,
                                                          const GError            *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbDockerTransport, sb_docker_transport_free)

G_END_DECLS
