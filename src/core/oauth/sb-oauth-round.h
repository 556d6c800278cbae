/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-oauth-challenge.h"
#include "sb-oauth-fetcher.h"
#include "sb-oauth-options.h"
#include "sb-oauth-tokens.h"

G_BEGIN_DECLS

/* One way to new tokens, from a refused request to the end: by a refresh token, else through the browser. */
#define SB_TYPE_OAUTH_ROUND (sb_oauth_round_get_type ())
G_DECLARE_FINAL_TYPE (SbOAuthRound, sb_oauth_round, SB, OAUTH_ROUND, GObject)

SbOAuthRound  *sb_oauth_round_new        (SbOAuthFetcher          *fetcher,
                                          GUri                    *server,
                                          const SbOAuthOptions    *options,
                                          const SbOAuthChallenge  *challenge,
                                          const SbOAuthTokens     *tokens);
void           sb_oauth_round_run_async  (SbOAuthRound            *self,
                                          gboolean                 browser,
                                          GCancellable            *cancellable,
                                          GAsyncReadyCallback      callback,
                                          gpointer                 user_data);
SbOAuthTokens *sb_oauth_round_run_finish (SbOAuthRound            *self,
                                          GAsyncResult            *result,
                                          GError                 **error);

G_END_DECLS
