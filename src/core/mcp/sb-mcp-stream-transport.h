/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-duplex.h"
#include "sb-mcp-transport.h"

G_BEGIN_DECLS

/* Newline-delimited JSON over a byte stream: stdio of a child, our own stdin and stdout, a Docker attach
 * stream. */
SbMcpTransport *sb_mcp_stream_transport_new (SbDuplex *duplex);

G_END_DECLS
