/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a server says when it refuses a request (RFC 6750, RFC 9728): of its Bearer challenge. All nullable. */
typedef struct
{
  char *scope;
  char *resource_metadata;
  char *error;
} SbOAuthChallenge;

SbOAuthChallenge *sb_oauth_challenge_parse (const char       *header);
void              sb_oauth_challenge_free  (SbOAuthChallenge *self);

gboolean          sb_oauth_is_scope        (const char       *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbOAuthChallenge, sb_oauth_challenge_free)

G_END_DECLS
