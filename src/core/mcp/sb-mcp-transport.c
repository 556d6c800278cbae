/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-transport.h"

G_DEFINE_INTERFACE (SbMcpTransport, sb_mcp_transport, G_TYPE_OBJECT)

static void
sb_mcp_transport_default_init (SbMcpTransportInterface *iface)
{
  g_signal_new ("message", SB_TYPE_MCP_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, JSON_TYPE_NODE | G_SIGNAL_TYPE_STATIC_SCOPE);
  g_signal_new ("noise", SB_TYPE_MCP_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
  g_signal_new ("failed", SB_TYPE_MCP_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 2, JSON_TYPE_NODE | G_SIGNAL_TYPE_STATIC_SCOPE,
                G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
  g_signal_new ("closed", SB_TYPE_MCP_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

/**
 * sb_mcp_transport_start:
 * @self: a transport
 *
 * Begins to deliver. Signals come from the main loop only, never from inside this or another call; so the
 * handlers may be connected right after it.
 */
void
sb_mcp_transport_start (SbMcpTransport *self)
{
  g_return_if_fail (SB_IS_MCP_TRANSPORT (self));

  SB_MCP_TRANSPORT_GET_IFACE (self)->start (self);
}

/**
 * sb_mcp_transport_send:
 * @self: a transport
 * @message: (transfer none): one JSON-RPC message; sealed by the call
 *
 * Queues @message and never blocks. On a closed transport it does nothing.
 */
void
sb_mcp_transport_send (SbMcpTransport *self,
                       JsonNode       *message)
{
  g_return_if_fail (SB_IS_MCP_TRANSPORT (self));
  g_return_if_fail (message != NULL);

  json_node_seal (message);
  SB_MCP_TRANSPORT_GET_IFACE (self)->send (self, message);
}

/**
 * sb_mcp_transport_send_with:
 * @self: a transport
 * @message: (transfer none): as for sb_mcp_transport_send()
 * @options: (nullable): what the message needs beside its text
 */
void
sb_mcp_transport_send_with (SbMcpTransport         *self,
                            JsonNode               *message,
                            const SbMcpSendOptions *options)
{
  SbMcpTransportInterface *iface = NULL;

  g_return_if_fail (SB_IS_MCP_TRANSPORT (self));
  g_return_if_fail (message != NULL);

  iface = SB_MCP_TRANSPORT_GET_IFACE (self);
  json_node_seal (message);
  if (iface->send_with != NULL && options != NULL)
    iface->send_with (self, message, options);
  else
    iface->send (self, message);
}

/**
 * sb_mcp_transport_set_revision:
 * @self: a transport
 * @revision: what initialize has agreed on; to be told before the next message
 *
 * Over HTTP every later message says so in a header. Not needed where messages carry their revision
 * themselves (2026-07-28).
 */
void
sb_mcp_transport_set_revision (SbMcpTransport *self,
                               const char     *revision)
{
  g_return_if_fail (SB_IS_MCP_TRANSPORT (self));
  g_return_if_fail (revision != NULL);

  if (SB_MCP_TRANSPORT_GET_IFACE (self)->set_revision != NULL)
    SB_MCP_TRANSPORT_GET_IFACE (self)->set_revision (self, revision);
}

/**
 * sb_mcp_transport_close:
 * @self: a transport
 *
 * Ends the connection; "closed" follows from the main loop (for a child process: when it has been reaped),
 * no message after this call.
 */
void
sb_mcp_transport_close (SbMcpTransport *self)
{
  g_return_if_fail (SB_IS_MCP_TRANSPORT (self));

  SB_MCP_TRANSPORT_GET_IFACE (self)->close (self);
}
