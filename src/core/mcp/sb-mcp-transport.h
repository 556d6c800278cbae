/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>
#include <gio/gio.h>

G_BEGIN_DECLS

/* Where a message has the placeholder, which nobody could have guessed, the JSON text of a string is sent. */
typedef struct
{
  const char *placeholder;
  const char *text;
} SbMcpExactString;

/* What a message needs beside its text; all borrowed for the call. Transports with one pipe ignore it. */
typedef struct
{
  /* nullable: the id of the far end's request that this message of ours (progress, log, sampling…) is about:
   * over HTTP it travels in that request's answer. Answers themselves need none. */
  JsonNode           *related_id;
  /* nullable: name, value, …, NULL: arguments of a tool whose schema marks them with x-mcp-header, as UTF-8.
   * Over HTTP each is sent as Mcp-Param-{name} (2026-07-28), encoded where it must be. */
  const char * const *parameters;
  /* nullable: a server's own string that goes back to it */
  const SbMcpExactString *exact;
} SbMcpSendOptions;

/* One JSON-RPC message at a time, both ways. Implemented in memory, over a byte stream (stdio, Docker attach)
 * and over HTTP, where each message of ours is a request of its own, so answers keep no order.
 * Where a revision cancels a request by closing its stream (2026-07-28 over HTTP), transports translate:
 * notifications/cancelled sent closes the stream, and a stream that the far end closed is received as
 * notifications/cancelled. The headers that repeat a message's method, name and revision are read off it.
 * Signals: "message" (JsonNode*, sealed), "noise" (char*: a line that is no JSON), "failed" (JsonNode*, GError*:
 * this message of ours did not arrive, or nothing will answer it; the connection goes on. The error is of
 * SB_MCP_ERROR; after SESSION_LOST only initialize helps), "closed" (GError*, nullable), once and last. */
#define SB_TYPE_MCP_TRANSPORT (sb_mcp_transport_get_type ())
G_DECLARE_INTERFACE (SbMcpTransport, sb_mcp_transport, SB, MCP_TRANSPORT, GObject)

struct _SbMcpTransportInterface
{
  GTypeInterface parent_iface;

  void (*start)        (SbMcpTransport         *self);
  void (*send)         (SbMcpTransport         *self,
                        JsonNode               *message);
  void (*close)        (SbMcpTransport         *self);

  /* optional: without them send() and nothing */
  void (*send_with)    (SbMcpTransport         *self,
                        JsonNode               *message,
                        const SbMcpSendOptions *options);
  void (*set_revision) (SbMcpTransport         *self,
                        const char             *revision);
};

void sb_mcp_transport_start        (SbMcpTransport         *self);
void sb_mcp_transport_send         (SbMcpTransport         *self,
                                    JsonNode               *message); /* (transfer none); sealed by the call */
void sb_mcp_transport_send_with    (SbMcpTransport         *self,
                                    JsonNode               *message,
                                    const SbMcpSendOptions *options);
void sb_mcp_transport_set_revision (SbMcpTransport         *self,
                                    const char             *revision);
void sb_mcp_transport_close        (SbMcpTransport         *self);

G_END_DECLS
