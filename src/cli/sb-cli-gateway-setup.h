/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-catalog-state.h"
#include "sb-cli-gateway-options.h"
#include "sb-gateway.h"

G_BEGIN_DECLS

/* of SbCatalog (transfer full) */
GPtrArray      *sb_cli_gateway_load_catalogs (const SbCliGatewayOptions *options,
                                              GError                   **error);
/* What is switched on and filled in; never written. missing: of char*, servers that no catalog has */
SbCatalogState *sb_cli_gateway_load_state    (const SbCliGatewayOptions *options,
                                              GPtrArray                 *catalogs,
                                              GPtrArray                 *missing,
                                              GError                   **error);
/* name → value (transfer full); empty when no file is there */
GHashTable     *sb_cli_gateway_load_secrets  (const SbCliGatewayOptions *options,
                                              GError                   **error);
/* Switches the tools of a server by --tools. */
void            sb_cli_gateway_filter_tools  (const SbCliGatewayOptions *options,
                                              SbCatalogState            *state,
                                              SbGatewayServer           *server);

G_END_DECLS
