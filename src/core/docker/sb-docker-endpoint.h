/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where an engine may be, in the Docker CLI's own order, then the well-known sockets to offer. Reads files
 * only; connects to nothing. */
typedef struct
{
  char     *host;    /* "unix:///…", "tcp://…" */
  char     *source;  /* "DOCKER_HOST", "context desktop-linux", "rootless socket", "Podman" … */
  gboolean  is_explicit; /* chosen by the user's configuration, not guessed */
} SbDockerEndpoint;

void       sb_docker_endpoint_free     (SbDockerEndpoint *endpoint);
/* of SbDockerEndpoint, in order of preference */
GPtrArray *sb_docker_endpoint_discover (void);

G_END_DECLS
