/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-docker-client.h"

G_BEGIN_DECLS

/* Blocking, for the verbs that talk to one container engine: nullable: none answers, and that was said. */
SbDockerClient *sb_cli_engine_connect (const char      *host);
/* As sb_docker_client_call_async(), until the answer is there. */
JsonNode       *sb_cli_engine_call    (SbDockerClient  *client,
                                       const char      *method,
                                       const char      *path,
                                       GError         **error);
JsonNode       *sb_cli_engine_post    (SbDockerClient  *client,
                                       const char      *path,
                                       JsonObject      *body,
                                       GError         **error);

G_END_DECLS
