/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>
#include <gio/gio.h>

G_BEGIN_DECLS

/* One JSON-RPC message at a time, both ways, in order. Implemented in memory and over a byte stream (stdio,
 * Docker attach).
 * Signals: "message" (JsonNode*, sealed), "noise" (char*: a line that is no JSON), "closed" (GError*,
 * nullable), once and last. */
#define SB_TYPE_MCP_TRANSPORT (sb_mcp_transport_get_type ())
G_DECLARE_INTERFACE (SbMcpTransport, sb_mcp_transport, SB, MCP_TRANSPORT, GObject)

struct _SbMcpTransportInterface
{
  GTypeInterface parent_iface;

  void (*start) (SbMcpTransport *self);
  void (*send)  (SbMcpTransport *self,
                 JsonNode       *message);
  void (*close) (SbMcpTransport *self);
};

void sb_mcp_transport_start (SbMcpTransport *self);
void sb_mcp_transport_send  (SbMcpTransport *self,
                             JsonNode       *message); /* (transfer none); sealed by the call */
void sb_mcp_transport_close (SbMcpTransport *self);

G_END_DECLS
