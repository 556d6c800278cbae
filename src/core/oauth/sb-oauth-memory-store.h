/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-oauth-store.h"

G_BEGIN_DECLS

/* Keeps what it is given as long as it lives. */
#define SB_TYPE_OAUTH_MEMORY_STORE (sb_oauth_memory_store_get_type ())
G_DECLARE_FINAL_TYPE (SbOAuthMemoryStore, sb_oauth_memory_store, SB, OAUTH_MEMORY_STORE, GObject)

SbOAuthStore *sb_oauth_memory_store_new (void);

G_END_DECLS
