/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-gateway-server.h"

G_BEGIN_DECLS

/* What is said of a server of the gateway. */
const char *sb_server_text_state        (SbGatewayServer *server);
/* The same, but while it starts how far it is. */
char       *sb_server_text_dup_progress (SbGatewayServer *server);
/* The style class of the chip that says it; NULL: a plain one. */
const char *sb_server_text_style        (SbGatewayServer *server);
/* "Container · 3f2a91c0d4e5 · 12 min · 2 restarts" */
char       *sb_server_text_subtitle     (SbGatewayServer *server);

G_END_DECLS
