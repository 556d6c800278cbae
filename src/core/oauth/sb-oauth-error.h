/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SB_OAUTH_ERROR (sb_oauth_error_quark ())

typedef enum
{
  SB_OAUTH_ERROR_SIGN_IN,     /* nothing goes on before the user signs in */
  SB_OAUTH_ERROR_REFUSED,     /* the user, or the server, said no */
  SB_OAUTH_ERROR_UNSAFE,      /* the server breaks a rule that protects the user */
  SB_OAUTH_ERROR_UNSUPPORTED, /* the server wants what is not offered here, or a client that is registered by hand */
  SB_OAUTH_ERROR_UNREACHABLE, /* no answer, or none that can be used */
} SbOAuthError;

GQuark sb_oauth_error_quark (void);

G_END_DECLS
