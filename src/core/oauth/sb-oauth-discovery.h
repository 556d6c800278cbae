/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-oauth-fetcher.h"
#include "sb-oauth-issuer.h"
#include "sb-oauth-resource.h"

G_BEGIN_DECLS

/* Where to sign in for a server, as it and its authorization server say now. */
typedef struct
{
  SbOAuthResource *resource; /* nullable: the server is of 2025-03-26 and has no such document */
  SbOAuthIssuer   *issuer;
} SbOAuthPlace;

void          sb_oauth_discover_async  (SbOAuthFetcher       *fetcher,
                                        GUri                 *server,
                                        const char           *document,
                                        const char           *issuer,
                                        GCancellable         *cancellable,
                                        GAsyncReadyCallback   callback,
                                        gpointer              user_data);
SbOAuthPlace *sb_oauth_discover_finish (SbOAuthFetcher       *fetcher,
                                        GAsyncResult         *result,
                                        GError              **error);
void          sb_oauth_place_free      (SbOAuthPlace         *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbOAuthPlace, sb_oauth_place_free)

G_END_DECLS
