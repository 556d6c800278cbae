/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-docker-client.h"
#include "sb-server-launch.h"
#include "sb-server-log.h"

G_BEGIN_DECLS

/* Sees to it that an image is in the engine, and that it is the one that was meant. Used once. Signal: "progress" (char
 * *words), while it is pulled. */
#define SB_TYPE_IMAGE_FETCH (sb_image_fetch_get_type ())
G_DECLARE_FINAL_TYPE (SbImageFetch, sb_image_fetch, SB, IMAGE_FETCH, GObject)

SbImageFetch *sb_image_fetch_new        (SbDockerClient       *docker,
                                         const char           *image,
                                         SbServerPull          pull,
                                         SbServerLog          *log);
void          sb_image_fetch_run_async  (SbImageFetch         *self,
                                         GCancellable         *cancellable,
                                         GAsyncReadyCallback   callback,
                                         gpointer              user_data);
gboolean      sb_image_fetch_run_finish (SbImageFetch         *self,
                                         GAsyncResult         *result,
                                         GError              **error);

G_END_DECLS
