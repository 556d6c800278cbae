/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-transport.h"

G_BEGIN_DECLS

/* Two ends in one process; messages are delivered from the main loop, in order. */
void sb_mcp_memory_transport_new_pair (SbMcpTransport **a,
                                       SbMcpTransport **b);

G_END_DECLS
