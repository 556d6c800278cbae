/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-oauth-client.h"

G_BEGIN_DECLS

/* One sign-in on its way through the browser (RFC 6749, 4.1; RFC 7636): what is sent, what has to come back. */
typedef struct
{
  char *verifier;
  char *state;
  char *redirect_uri;
  char *resource; /* nullable: the server does not say what it is */
  char *scope;    /* nullable: the server decides */
} SbOAuthGrant;

SbOAuthGrant *sb_oauth_grant_new         (const char           *redirect_uri,
                                          const char           *resource,
                                          const char           *scope);
void          sb_oauth_grant_free        (SbOAuthGrant         *self);
char         *sb_oauth_grant_dup_uri     (const SbOAuthGrant   *self,
                                          const SbOAuthIssuer  *issuer,
                                          const SbOAuthClient  *client);
char         *sb_oauth_grant_read_answer (const SbOAuthGrant   *self,
                                          const SbOAuthIssuer  *issuer,
                                          const char           *query,
                                          GError              **error);
gboolean      sb_oauth_grant_is_answer   (const SbOAuthGrant   *self,
                                          const char           *query);
GString      *sb_oauth_grant_new_form    (const SbOAuthGrant   *self,
                                          const char           *code);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbOAuthGrant, sb_oauth_grant_free)

G_END_DECLS
