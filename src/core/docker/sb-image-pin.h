/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-docker-client.h"

G_BEGIN_DECLS

/* By what name exactly the image that is called something now is still found when others have that name. */
void     sb_image_pin_async           (SbDockerClient       *client,
                                       const char           *image,
                                       GCancellable         *cancellable,
                                       GAsyncReadyCallback   callback,
                                       gpointer              user_data);
char    *sb_image_pin_finish          (SbDockerClient       *client,
                                       GAsyncResult         *result,
                                       GError              **error);

/* "sha256:" and 64 digits: as the name of an image, what an engine calls one that no registry knows. */
gboolean sb_image_pin_is_digest       (const char           *text);
/* Without a tag: the digest says it all. */
char    *sb_image_pin_with_digest     (const char           *image,
                                       const char           *digest);

/* The parts without I/O, for tests; nullable: the answer says nothing about it. */
char    *sb_image_pin_from_engine     (const char           *image,
                                       JsonObject           *answer);
char    *sb_image_pin_from_registry   (const char           *image,
                                       JsonObject           *answer);

G_END_DECLS
