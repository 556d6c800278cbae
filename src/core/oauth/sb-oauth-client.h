/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-oauth-issuer.h"

G_BEGIN_DECLS

/* Who this application is to one authorization server. */
typedef struct
{
  char *id;
  char *secret;       /* nullable: a public client */
  char *method;       /* nullable: how it shows its secret; else what the server takes */
  char *redirect_uri; /* nullable: registered without one */
} SbOAuthClient;

SbOAuthClient *sb_oauth_client_new          (const char           *id,
                                             const char           *secret);
void           sb_oauth_client_free         (SbOAuthClient        *self);

char          *sb_oauth_client_dup_request  (const SbOAuthIssuer  *issuer,
                                             const char           *redirect_uri);
SbOAuthClient *sb_oauth_client_parse        (const char           *text,
                                             gsize                 length,
                                             const char           *redirect_uri,
                                             GError              **error);
char          *sb_oauth_client_to_string    (const SbOAuthClient  *self);
SbOAuthClient *sb_oauth_client_from_string  (const char           *text);

char          *sb_oauth_client_authenticate (const SbOAuthClient  *self,
                                             const SbOAuthIssuer  *issuer,
                                             GString              *form);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbOAuthClient, sb_oauth_client_free)

G_END_DECLS
