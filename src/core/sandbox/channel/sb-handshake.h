/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-duplex.h"
#include "sb-greeting.h"

G_BEGIN_DECLS

/* Asks sandbar-init for its greeting. Afterwards the duplex is stopped, and may be started by the next owner; the far
 * end answers as often as it is asked, so a backend and the channel can both look. */
void        sb_handshake_async  (SbDuplex             *duplex,
                                 guint                 timeout_ms,
                                 GCancellable         *cancellable,
                                 GAsyncReadyCallback   callback,
                                 gpointer              user_data);
SbGreeting *sb_handshake_finish (GAsyncResult         *result,
                                 GError              **error);

G_END_DECLS
