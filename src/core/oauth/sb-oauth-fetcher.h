/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Asks the addresses that a server names while somebody signs in: none of them is trusted. */
#define SB_TYPE_OAUTH_FETCHER (sb_oauth_fetcher_get_type ())
G_DECLARE_FINAL_TYPE (SbOAuthFetcher, sb_oauth_fetcher, SB, OAUTH_FETCHER, GObject)

SbOAuthFetcher *sb_oauth_fetcher_new             (GUri                 *server);
gboolean        sb_oauth_fetcher_allows_loopback (SbOAuthFetcher       *self);
void            sb_oauth_fetcher_get_async       (SbOAuthFetcher       *self,
                                                  const char           *url,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
void            sb_oauth_fetcher_post_async      (SbOAuthFetcher       *self,
                                                  const char           *url,
                                                  const char           *content_type,
                                                  const char           *body,
                                                  const char           *authorization,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
GBytes         *sb_oauth_fetcher_finish          (SbOAuthFetcher       *self,
                                                  GAsyncResult         *result,
                                                  guint                *status,
                                                  GError              **error);

G_END_DECLS
