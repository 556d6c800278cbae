/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A small process that removes our containers from an engine when we are killed. */
GSubprocess *sb_docker_undertaker_start   (const char  *host,
                                           const char  *helper_path);
void         sb_docker_undertaker_dismiss (GSubprocess *undertaker);

G_END_DECLS
