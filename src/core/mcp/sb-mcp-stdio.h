/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-transport.h"

G_BEGIN_DECLS

SbMcpTransport *sb_mcp_stdio_take (void);

G_END_DECLS
