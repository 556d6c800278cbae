/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-stream-transport.h"

#include <string.h>

#include "sb-json.h"
#include "sb-line-framer.h"
#include "sb-mcp-client.h"
#include "sb-mcp-text.h"
#include "sb-text.h"

/* The far end does not read: from here on notifications are dropped, and later the connection. */
#define PENDING_SOFT (8 * 1024 * 1024)
#define PENDING_HARD (2 * (gsize) SB_JSON_MAX_SIZE)
#define NOISE_MAX 4096
#define UTF8_BOM "\xef\xbb\xbf"

#define SB_TYPE_MCP_STREAM_TRANSPORT (sb_mcp_stream_transport_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpStreamTransport, sb_mcp_stream_transport, SB, MCP_STREAM_TRANSPORT, GObject)

struct _SbMcpStreamTransport
{
  GObject parent_instance;

  /* owned */
  SbDuplex     *duplex;
  SbLineFramer *framer;
  GError       *error; /* why we closed it ourselves */

  gboolean closing;
};

static void sb_mcp_stream_transport_iface_init (SbMcpTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbMcpStreamTransport, sb_mcp_stream_transport, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_MCP_TRANSPORT, sb_mcp_stream_transport_iface_init))

static gboolean
is_blank (const char *line,
          gsize       length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isspace (line[i]))
      return FALSE;

  return TRUE;
}

static void
fail (SbMcpStreamTransport *self,
      GError               *error)
{
  if (self->closing)
    {
      g_error_free (error);
      return;
    }

  self->closing = TRUE;
  self->error = error;
  sb_duplex_close (self->duplex);
}

static gboolean
is_notification (JsonNode *message)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (message) ? json_node_get_object (message) : NULL;

  return object != NULL && json_object_has_member (object, "method") && !json_object_has_member (object, "id");
}

static void
line_cb (const char *line,
         gsize       length,
         gpointer    user_data)
{
  SbMcpStreamTransport *self = user_data;
  g_autoptr(JsonNode) message = NULL;

  if (length >= strlen (UTF8_BOM) && memcmp (line, UTF8_BOM, strlen (UTF8_BOM)) == 0)
    {
      line += strlen (UTF8_BOM);
      length -= strlen (UTF8_BOM);
    }
  if (self->closing || is_blank (line, length))
    return;

  message = sb_mcp_text_parse (line, length);
  if (message != NULL)
    {
      json_node_seal (message);
      g_signal_emit_by_name (self, "message", message);
    }
  else
    {
      g_autofree char *noise = sb_text_clean (line, MIN (length, NOISE_MAX), NULL);

      g_signal_emit_by_name (self, "noise", noise);
    }
}

static void
lost_cb (gsize    length,
         gpointer user_data)
{
  SbMcpStreamTransport *self = user_data;

  /* Which call the message belonged to cannot be known: going on would leave that call waiting for ever. */
  fail (self, g_error_new (SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL,
                           "The far end sent a message of more than %d MiB; the connection was closed.",
                           SB_JSON_MAX_SIZE / (1024 * 1024)));
}

static void
data_cb (SbDuplex     *duplex,
         const guint8 *data,
         gsize         length,
         gpointer      user_data)
{
  g_autoptr(SbMcpStreamTransport) self = g_object_ref (user_data);

  sb_line_framer_feed (self->framer, data, length);
}

static void
closed_cb (SbDuplex     *duplex,
           const GError *error,
           gpointer      user_data)
{
  g_autoptr(SbMcpStreamTransport) self = g_object_ref (user_data);

  /* A last answer without a newline still counts. */
  if (!self->closing)
    sb_line_framer_finish (self->framer);
  self->closing = TRUE;
  g_signal_emit_by_name (self, "closed", self->error != NULL ? self->error : error);
}

static void
sb_mcp_stream_transport_start (SbMcpTransport *transport)
{
  SbMcpStreamTransport *self = SB_MCP_STREAM_TRANSPORT (transport);

  sb_duplex_start (self->duplex, data_cb, closed_cb, self);
}

static void
sb_mcp_stream_transport_send_with (SbMcpTransport         *transport,
                                   JsonNode               *message,
                                   const SbMcpSendOptions *options)
{
  SbMcpStreamTransport *self = SB_MCP_STREAM_TRANSPORT (transport);
  gsize pending = sb_duplex_get_pending (self->duplex);
  g_autoptr(GBytes) bytes = NULL;
  char *text = NULL;
  gsize length = 0;

  if (self->closing || (pending > PENDING_SOFT && is_notification (message)))
    return;
  if (pending > PENDING_HARD)
    {
      fail (self, g_error_new_literal (SB_MCP_ERROR, SB_MCP_ERROR_CLOSED,
                                       "The far end does not read what it is sent; the connection was closed."));
      return;
    }

  text = sb_mcp_text_new (message, options != NULL ? options->exact : NULL);
  length = strlen (text);
  /* The newline takes the place of the terminator: a message may be large, so it is not copied for one
   * byte. */
  text[length] = '\n';
  bytes = g_bytes_new_take (text, length + 1);
  sb_duplex_write (self->duplex, bytes);
}

static void
sb_mcp_stream_transport_send (SbMcpTransport *transport,
                              JsonNode       *message)
{
  sb_mcp_stream_transport_send_with (transport, message, NULL);
}

static void
sb_mcp_stream_transport_close (SbMcpTransport *transport)
{
  SbMcpStreamTransport *self = SB_MCP_STREAM_TRANSPORT (transport);

  self->closing = TRUE;
  sb_duplex_close (self->duplex);
}

static void
sb_mcp_stream_transport_iface_init (SbMcpTransportInterface *iface)
{
  iface->start = sb_mcp_stream_transport_start;
  iface->send = sb_mcp_stream_transport_send;
  iface->send_with = sb_mcp_stream_transport_send_with;
  iface->close = sb_mcp_stream_transport_close;
}

static void
sb_mcp_stream_transport_finalize (GObject *object)
{
  SbMcpStreamTransport *self = SB_MCP_STREAM_TRANSPORT (object);

  sb_duplex_close (self->duplex);
  g_clear_object (&self->duplex);
  g_clear_pointer (&self->framer, sb_line_framer_free);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (sb_mcp_stream_transport_parent_class)->finalize (object);
}

static void
sb_mcp_stream_transport_class_init (SbMcpStreamTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_mcp_stream_transport_finalize;
}

static void
sb_mcp_stream_transport_init (SbMcpStreamTransport *self)
{
  self->framer = sb_line_framer_new (SB_JSON_MAX_SIZE, line_cb, lost_cb, self);
}

/**
 * sb_mcp_stream_transport_new:
 * @duplex: (transfer none): a stream that has not been started
 *
 * The stdio transport of the specification: one JSON message a line. A byte order mark, blank lines, CRLF
 * and a missing last newline are forgiven; a line that is no JSON is "noise" (cleaned, its first 4 KiB).
 *
 * Returns: (transfer full): the transport
 */
SbMcpTransport *
sb_mcp_stream_transport_new (SbDuplex *duplex)
{
  SbMcpStreamTransport *self = NULL;

  g_return_val_if_fail (SB_IS_DUPLEX (duplex), NULL);

  self = g_object_new (SB_TYPE_MCP_STREAM_TRANSPORT, NULL);
  self->duplex = g_object_ref (duplex);

  return SB_MCP_TRANSPORT (self);
}
