/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What the Docker CLI knows of a registry: its config.json, or a credential helper that is named there. */
void  sb_registry_auth_find_async  (const char           *image,
                                    GCancellable         *cancellable,
                                    GAsyncReadyCallback   callback,
                                    gpointer              user_data);
char *sb_registry_auth_find_finish (GAsyncResult         *result,
                                    GError              **error);

/* The parts without I/O, for tests. */
char *sb_registry_auth_dup_server  (const char           *image);
char *sb_registry_auth_dup_helper  (JsonObject           *config,
                                    const char           *server);
char *sb_registry_auth_from_config (JsonObject           *config,
                                    const char           *server);
char *sb_registry_auth_from_helper (JsonObject           *answer,
                                    const char           *server);

G_END_DECLS
