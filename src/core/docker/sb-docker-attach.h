/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-docker-demux.h"
#include "sb-docker-transport.h"
#include "sb-duplex.h"

G_BEGIN_DECLS

/* Sends one request over a connection of its own and takes the connection over when the engine agrees. */
void      sb_docker_attach_async  (SbDockerTransport    *transport,
                                   const char           *target,
                                   const char           *json,
                                   GCancellable         *cancellable,
                                   GAsyncReadyCallback   callback,
                                   gpointer              user_data);
SbDuplex *sb_docker_attach_finish (GAsyncResult         *result,
                                   GError              **error);

void      sb_docker_attach_set_stderr_func (SbDuplex           *duplex,
                                            SbDockerStderrFunc  func,
                                            gpointer            user_data);

G_END_DECLS
