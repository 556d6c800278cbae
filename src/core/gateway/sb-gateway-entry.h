/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-catalog.h"

G_BEGIN_DECLS

/* The one server of a catalog that stands for another gateway, and the secret with its token. */
#define SB_GATEWAY_ENTRY_NAME "gateway"
#define SB_GATEWAY_ENTRY_SECRET "sandbar.gateway-token"

SbCatalog *sb_gateway_entry_new_external (const char  *url,
                                          gboolean     has_token,
                                          GError     **error);

SbCatalog *sb_gateway_entry_new_official (const char  *image,
                                          GPtrArray   *secrets);

G_END_DECLS
