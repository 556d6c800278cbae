/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-oauth-store.h"
#include "sb-secrets.h"

G_BEGIN_DECLS

/* Keeps what signing in to remote servers has brought with the user's other secrets. */
#define SB_TYPE_SECRET_TOKEN_STORE (sb_secret_token_store_get_type ())
G_DECLARE_FINAL_TYPE (SbSecretTokenStore, sb_secret_token_store, SB, SECRET_TOKEN_STORE, GObject)

SbOAuthStore *sb_secret_token_store_new (SbSecrets *secrets);

G_END_DECLS
