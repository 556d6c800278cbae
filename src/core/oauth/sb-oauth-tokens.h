/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a sign-in has brought. */
typedef struct
{
  char *access;
  char *refresh; /* nullable */
  char *scope;   /* nullable: what was granted, as far as it is known */
  char *issuer;  /* who made them: nobody else may see refresh */
} SbOAuthTokens;

SbOAuthTokens *sb_oauth_tokens_parse       (const char           *text,
                                            gsize                 length,
                                            const char           *issuer,
                                            const char           *scope,
                                            const char           *refresh,
                                            GError              **error);
char          *sb_oauth_tokens_to_string   (const SbOAuthTokens  *self);
SbOAuthTokens *sb_oauth_tokens_from_string (const char           *text);
void           sb_oauth_tokens_free        (SbOAuthTokens        *self);

GError        *sb_oauth_tokens_new_refusal (const char           *text,
                                            gsize                 length,
                                            guint                 status);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbOAuthTokens, sb_oauth_tokens_free)

G_END_DECLS
