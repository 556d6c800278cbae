/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-docker-client.h"

G_BEGIN_DECLS

/* sandbar-init on its way into an engine: a small volume, filled once for each engine and each version of
 * the program. */
typedef struct _SbDockerHelper SbDockerHelper;

SbDockerHelper *sb_docker_helper_load           (const char           *path,
                                                 GError              **error);
void            sb_docker_helper_free           (SbDockerHelper       *self);
const char     *sb_docker_helper_get_volume     (SbDockerHelper       *self);
/* Whether a volume of this name is that of any build's sandbar-init. */
gboolean        sb_docker_helper_is_volume      (const char           *name);
const char     *sb_docker_helper_get_arch       (SbDockerHelper       *self);
void            sb_docker_helper_install_async  (SbDockerHelper       *self,
                                                 SbDockerClient       *client,
                                                 const char           *image,
                                                 gboolean              again,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
gboolean        sb_docker_helper_install_finish (GAsyncResult         *result,
                                                 GError              **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbDockerHelper, sb_docker_helper_free)

G_END_DECLS
