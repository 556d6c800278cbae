/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-oauth-grant.h"

G_BEGIN_DECLS

/* Where the browser comes back to: a port of this machine that takes one answer (RFC 8252, 7.3). */
#define SB_TYPE_OAUTH_LISTENER (sb_oauth_listener_get_type ())
G_DECLARE_FINAL_TYPE (SbOAuthListener, sb_oauth_listener, SB, OAUTH_LISTENER, GObject)

SbOAuthListener *sb_oauth_listener_new              (const char           *redirect_uri,
                                                     GError              **error);
const char      *sb_oauth_listener_get_redirect_uri (SbOAuthListener      *self);
void             sb_oauth_listener_wait_async       (SbOAuthListener      *self,
                                                     const SbOAuthGrant   *grant,
                                                     guint                 timeout_ms,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
char            *sb_oauth_listener_wait_finish      (SbOAuthListener      *self,
                                                     GAsyncResult         *result,
                                                     GError              **error);

G_END_DECLS
