/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A folder with a Dockerfile, packed for sb_image_job_new_build(). */
void    sb_build_context_pack_async  (const char           *folder,
                                      GCancellable         *cancellable,
                                      GAsyncReadyCallback   callback,
                                      gpointer              user_data);
GBytes *sb_build_context_pack_finish (GAsyncResult         *result,
                                      GError              **error);

G_END_DECLS
