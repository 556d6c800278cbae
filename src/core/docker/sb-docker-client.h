/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "sb-docker-endpoint.h"
#include "sb-duplex.h"
#include "sb-line-framer.h"

G_BEGIN_DECLS

#define SB_DOCKER_ERROR (sb_docker_error_quark ())

typedef enum
{
  SB_DOCKER_ERROR_UNREACHABLE,   /* no socket, refused, gone */
  SB_DOCKER_ERROR_DENIED,        /* EACCES on the socket */
  SB_DOCKER_ERROR_NOT_FOUND,     /* 404 */
  SB_DOCKER_ERROR_CONFLICT,      /* 409 */
  SB_DOCKER_ERROR_BAD_REQUEST,   /* 400 */
  SB_DOCKER_ERROR_SERVER,        /* 5xx */
  SB_DOCKER_ERROR_PROTOCOL,      /* not an engine, or one too old */
  SB_DOCKER_ERROR_CONTEXT,       /* a folder that no image can be built from */
  SB_DOCKER_ERROR_UNTRUSTED,     /* certificates or host keys; the user has to do something first */
} SbDockerError;

GQuark sb_docker_error_quark (void);

/* One engine. The API version is negotiated by the first call (unversioned /_ping): 1.41 to 1.51. */
#define SB_TYPE_DOCKER_CLIENT (sb_docker_client_get_type ())
G_DECLARE_FINAL_TYPE (SbDockerClient, sb_docker_client, SB, DOCKER_CLIENT, GObject)

/* Any endpoint that the Docker CLI could reach. host: "unix:///path", "tcp://host:port", "tcps://host:port",
 * "ssh://user@host", "context://name". */
SbDockerClient *sb_docker_client_new_for_endpoint (const SbDockerEndpoint *endpoint,
                                                 GError              **error);
SbDockerClient *sb_docker_client_new            (const char           *host,
                                                 GError              **error);
const char     *sb_docker_client_get_host       (SbDockerClient       *self);
const char     *sb_docker_client_get_api_version (SbDockerClient      *self); /* nullable before ping */
void            sb_docker_client_ping_async     (SbDockerClient       *self,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
gboolean        sb_docker_client_ping_finish    (SbDockerClient       *self,
                                                 GAsyncResult         *result,
                                                 GError              **error);
/* path without version: "/containers/json?all=1". body nullable. The answer's JSON, or NULL with no error
 * for 204 and 304. */
void            sb_docker_client_call_async     (SbDockerClient       *self,
                                                 const char           *method,
                                                 const char           *path,
                                                 JsonObject           *body,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
JsonNode       *sb_docker_client_call_finish    (SbDockerClient       *self,
                                                 GAsyncResult         *result,
                                                 GError              **error);
/* A request body that is a tar stream, e.g. PUT archive or POST build; answers as call. */
void            sb_docker_client_upload_async   (SbDockerClient       *self,
                                                 const char           *method,
                                                 const char           *path,
                                                 GBytes               *tar,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
JsonNode       *sb_docker_client_upload_finish  (SbDockerClient       *self,
                                                 GAsyncResult         *result,
                                                 GError              **error);
/* An answer that comes line by line while the engine works; see the .c. */
void            sb_docker_client_stream_async   (SbDockerClient       *self,
                                                 const char           *method,
                                                 const char           *path,
                                                 GBytes               *tar,
                                                 const char           *registry_auth,
                                                 SbLineFunc            line_func,
                                                 gpointer              line_data,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
gboolean        sb_docker_client_stream_finish  (SbDockerClient       *self,
                                                 GAsyncResult         *result,
                                                 GError              **error);
/* POST /containers/{id}/attach, hijacked: writes go to stdin, the data function of the duplex gets stdout
 * only (demultiplexed). */
void            sb_docker_client_attach_async   (SbDockerClient       *self,
                                                 const char           *container,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
SbDuplex       *sb_docker_client_attach_finish  (SbDockerClient       *self,
                                                 GAsyncResult         *result,
                                                 GError              **error);
/* POST /exec/{id}/start, hijacked: as attach */
void            sb_docker_client_exec_async     (SbDockerClient       *self,
                                                 const char           *exec,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
SbDuplex       *sb_docker_client_exec_finish    (SbDockerClient       *self,
                                                 GAsyncResult         *result,
                                                 GError              **error);

G_END_DECLS
