/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* An authorization server as it describes itself (RFC 8414, OpenID Connect Discovery). */
typedef struct
{
  char     *issuer;                 /* its identifier */
  char     *authorization_endpoint;
  char     *token_endpoint;
  char     *registration_endpoint;  /* nullable */
  GStrv     scopes;                 /* nullable: not said */
  GStrv     auth_methods;           /* nullable: not said */
  gboolean  takes_documents;        /* the address of a document as the client's id */
  gboolean  returns_issuer;         /* names itself when it sends the user back (RFC 9207) */
} SbOAuthIssuer;

SbOAuthIssuer *sb_oauth_issuer_parse       (const char     *text,
                                            gsize           length,
                                            const char     *issuer,
                                            gboolean        loopback,
                                            GError        **error);
SbOAuthIssuer *sb_oauth_issuer_new_assumed (const char     *origin);
void           sb_oauth_issuer_free        (SbOAuthIssuer  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbOAuthIssuer, sb_oauth_issuer_free)

G_END_DECLS
