/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean sb_peer_is_own_user    (GSocketConnection *connection);
gboolean sb_peer_find_user      (const char        *table,
                                 GSocketAddress    *peer,
                                 guint16            local_port,
                                 guint             *user);

G_END_DECLS
