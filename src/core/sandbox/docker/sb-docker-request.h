/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

#include "sb-docker-engine.h"
#include "sb-sandbox-backend.h"

G_BEGIN_DECLS

#define SB_DOCKER_LABEL "io.github.sandbar.Sandbar"
#define SB_DOCKER_LABEL_INSTANCE SB_DOCKER_LABEL ".instance"
#define SB_DOCKER_LABEL_OWNER SB_DOCKER_LABEL ".owner"
#define SB_DOCKER_LABEL_ID SB_DOCKER_LABEL ".id"
#define SB_DOCKER_LABEL_CREATED SB_DOCKER_LABEL ".created"

#define SB_DOCKER_HELPER_TARGET "/sbx"
#define SB_DOCKER_HELPER_NAME "sandbar-init"
#define SB_DOCKER_USER 65532

/* Bodies of POST /containers/create; pure. */
JsonObject *sb_docker_request_new            (const SbSandboxSpec  *spec,
                                              const char           *image,
                                              const char           *helper_volume,
                                              const SbDockerEngine *engine);
JsonObject *sb_docker_request_new_labels     (const char           *id);
gint64      sb_docker_request_get_pids (const SbSandboxSpec  *spec,
                                        const SbDockerEngine *engine);
JsonObject *sb_docker_request_new_for_filler (const char           *image,
                                              const char           *helper_volume);
char       *sb_docker_request_dup_name       (const char           *id);
char       *sb_docker_request_dup_filter     (void);
char       *sb_docker_request_dup_instance_filter (void);

G_END_DECLS
