/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-docker-client.h"
#include "sb-sandbox-backend.h"

G_BEGIN_DECLS

/* The private engine that scripts/test started; without one the test is skipped with the reason, and NULL returned. */
SbDockerClient *sb_live_engine_connect (void);
JsonNode       *sb_live_engine_call    (SbDockerClient    *client,
                                        const char        *method,
                                        const char        *path,
                                        GError           **error);
/* Containers and volumes that carry our label with this value. */
guint           sb_live_engine_count   (SbDockerClient    *client,
                                        const char        *label,
                                        const char        *value);
gboolean        sb_live_engine_probe   (SbSandboxBackend  *backend,
                                        GError           **error);
SbDuplex       *sb_live_engine_start   (SbSandboxBackend  *backend,
                                        const char        *id,
                                        GPtrArray        **facts,
                                        GError           **error);
gboolean        sb_live_engine_remove  (SbSandboxBackend  *backend,
                                        const char        *id,
                                        GError           **error);
/* host: nullable. For engines of a test's own: "test-engine" start or stop in a directory, "build-image". */
char           *sb_live_engine_script  (const char        *script,
                                        const char        *host,
                                        const char        *argument,
                                        const char        *directory);

G_END_DECLS
