/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

void    sb_http_fetch_async  (SoupSession          *session,
                              SoupMessage          *message,
                              guint                 connect_ms,
                              guint                 answer_ms,
                              gsize                 max_bytes,
                              GCancellable         *cancellable,
                              GAsyncReadyCallback   callback,
                              gpointer              user_data);
GBytes *sb_http_fetch_finish (SoupSession          *session,
                              GAsyncResult         *result,
                              GError              **error);

G_END_DECLS
