/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Where an engine may be, in the Docker CLI's own order, then the well-known sockets to offer. Reads files
 * only; connects to nothing. */
typedef struct
{
  char     *host;    /* "unix:///…", "tcp://…", "tcps://…" with TLS, "ssh://…", "context://NAME": could not be read */
  char     *source;  /* "DOCKER_HOST", "context desktop-linux", "rootless socket", "Podman" … */
  char     *tls_directory; /* nullable: where ca.pem, cert.pem and key.pem are looked for */
  gboolean  is_unverified; /* TLS, but the user said not to check whom we talk to */
  gboolean  is_explicit; /* chosen by the user's configuration, not guessed */
} SbDockerEndpoint;

/* host: as above; "context://NAME" is looked up. */
SbDockerEndpoint *sb_docker_endpoint_new           (const char       *host,
                                                    const char       *source);
SbDockerEndpoint *sb_docker_endpoint_copy          (const SbDockerEndpoint *endpoint);
void              sb_docker_endpoint_free          (SbDockerEndpoint *endpoint);
/* of SbDockerEndpoint, in order of preference */
GPtrArray        *sb_docker_endpoint_discover      (void);
/* of SbDockerEndpoint: every context of the Docker CLI that can be read, by name */
GPtrArray        *sb_docker_endpoint_list_contexts (void);
/* nullable: the Docker CLI's config.json */
JsonObject       *sb_docker_endpoint_load_config   (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbDockerEndpoint, sb_docker_endpoint_free)

G_END_DECLS
