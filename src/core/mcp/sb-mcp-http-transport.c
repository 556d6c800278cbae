/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-http-transport.h"

#include "sb-mcp-client.h"
#include "sb-mcp-http-link.h"
#include "sb-mcp-sse-transport.h"
#include "sb-mcp-streamable-transport.h"

#define SB_TYPE_MCP_HTTP_TRANSPORT (sb_mcp_http_transport_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpHttpTransport, sb_mcp_http_transport, SB, MCP_HTTP_TRANSPORT, GObject)

struct _SbMcpHttpTransport
{
  GObject parent_instance;

  /* owned */
  SbMcpHttpLink  *link;
  SbMcpTransport *inner;
  GPtrArray      *unsure; /* of JsonNode: sent, or to be sent, before it is known what the server speaks */

  SbMcpHttpKind kind;
  gboolean      may_change; /* the other kind was not tried yet */
  gboolean      settled;
};

static void sb_mcp_http_transport_iface_init (SbMcpTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbMcpHttpTransport, sb_mcp_http_transport, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_MCP_TRANSPORT, sb_mcp_http_transport_iface_init))

static void use_kind (SbMcpHttpTransport *self,
                      SbMcpHttpKind       kind);

static void
drop_inner (SbMcpHttpTransport *self)
{
  if (self->inner != NULL)
    g_signal_handlers_disconnect_by_data (self->inner, self);
  g_clear_object (&self->inner);
}

/* Runs from the inner transport's own signal, which holds a reference to it. */
static void
try_other_kind (SbMcpHttpTransport *self)
{
  self->may_change = FALSE;
  drop_inner (self);
  use_kind (self, self->kind == SB_MCP_HTTP_SSE ? SB_MCP_HTTP_STREAMABLE : SB_MCP_HTTP_SSE);
  sb_mcp_transport_start (self->inner);
  for (guint i = 0; i < self->unsure->len; i++)
    sb_mcp_transport_send (self->inner, g_ptr_array_index (self->unsure, i));
}

static gboolean
is_other_kind (SbMcpHttpTransport *self,
               const GError       *error)
{
  return !self->settled && self->may_change && g_error_matches (error, SB_MCP_ERROR, SB_MCP_ERROR_UNSUPPORTED);
}

static void
message_cb (SbMcpTransport *inner,
            JsonNode       *message,
            gpointer        user_data)
{
  SbMcpHttpTransport *self = user_data;

  self->settled = TRUE;
  g_ptr_array_set_size (self->unsure, 0);
  g_signal_emit_by_name (self, "message", message);
}

static void
noise_cb (SbMcpTransport *inner,
          const char     *line,
          gpointer        user_data)
{
  g_signal_emit_by_name (user_data, "noise", line);
}

static void
failed_cb (SbMcpTransport *inner,
           JsonNode       *message,
           const GError   *error,
           gpointer        user_data)
{
  SbMcpHttpTransport *self = user_data;

  if (is_other_kind (self, error))
    try_other_kind (self);
  else
    g_signal_emit_by_name (self, "failed", message, error);
}

static void
closed_cb (SbMcpTransport *inner,
           const GError   *error,
           gpointer        user_data)
{
  SbMcpHttpTransport *self = user_data;

  if (is_other_kind (self, error))
    try_other_kind (self);
  else
    g_signal_emit_by_name (self, "closed", error);
}

static void
use_kind (SbMcpHttpTransport *self,
          SbMcpHttpKind       kind)
{
  self->kind = kind;
  self->inner = kind == SB_MCP_HTTP_SSE ? sb_mcp_sse_transport_new (self->link)
                                        : sb_mcp_streamable_transport_new (self->link);
  g_signal_connect (self->inner, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (self->inner, "noise", G_CALLBACK (noise_cb), self);
  g_signal_connect (self->inner, "failed", G_CALLBACK (failed_cb), self);
  g_signal_connect (self->inner, "closed", G_CALLBACK (closed_cb), self);
}

static void
sb_mcp_http_transport_start (SbMcpTransport *transport)
{
  sb_mcp_transport_start (SB_MCP_HTTP_TRANSPORT (transport)->inner);
}

static void
sb_mcp_http_transport_send_with (SbMcpTransport         *transport,
                                 JsonNode               *message,
                                 const SbMcpSendOptions *options)
{
  SbMcpHttpTransport *self = SB_MCP_HTTP_TRANSPORT (transport);

  if (!self->settled)
    g_ptr_array_add (self->unsure, json_node_ref (message));
  sb_mcp_transport_send_with (self->inner, message, options);
}

static void
sb_mcp_http_transport_send (SbMcpTransport *transport,
                            JsonNode       *message)
{
  sb_mcp_http_transport_send_with (transport, message, NULL);
}

static void
sb_mcp_http_transport_set_revision (SbMcpTransport *transport,
                                    const char     *revision)
{
  sb_mcp_transport_set_revision (SB_MCP_HTTP_TRANSPORT (transport)->inner, revision);
}

static void
sb_mcp_http_transport_close (SbMcpTransport *transport)
{
  SbMcpHttpTransport *self = SB_MCP_HTTP_TRANSPORT (transport);

  self->may_change = FALSE;
  sb_mcp_transport_close (self->inner);
}

static void
sb_mcp_http_transport_iface_init (SbMcpTransportInterface *iface)
{
  iface->start = sb_mcp_http_transport_start;
  iface->send = sb_mcp_http_transport_send;
  iface->close = sb_mcp_http_transport_close;
  iface->send_with = sb_mcp_http_transport_send_with;
  iface->set_revision = sb_mcp_http_transport_set_revision;
}

static void
sb_mcp_http_transport_dispose (GObject *object)
{
  SbMcpHttpTransport *self = SB_MCP_HTTP_TRANSPORT (object);

  drop_inner (self);
  g_clear_object (&self->link);
  g_clear_pointer (&self->unsure, g_ptr_array_unref);

  G_OBJECT_CLASS (sb_mcp_http_transport_parent_class)->dispose (object);
}

static void
sb_mcp_http_transport_class_init (SbMcpHttpTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_mcp_http_transport_dispose;
}

static void
sb_mcp_http_transport_init (SbMcpHttpTransport *self)
{
  self->unsure = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
}

/**
 * sb_mcp_http_transport_new:
 * @url: of the server: http or https
 * @options: what is known of it
 *
 * A client's transport to a remote server. With AUTO the first message is POSTed (streamable HTTP); where that
 * is refused with 400, 404 or 405 a GET looks for the older kind. An address that ends in /sse is asked the
 * other way round, which saves two round trips. Refused tokens and broken networks are no verdict on the kind.
 *
 * Returns: (transfer full): the transport
 */
SbMcpTransport *
sb_mcp_http_transport_new (const char              *url,
                           const SbMcpHttpOptions  *options,
                           GError                 **error)
{
  SbMcpHttpLink *link = NULL;
  SbMcpHttpTransport *self = NULL;
  SbMcpHttpKind kind = options->kind;

  g_return_val_if_fail (url != NULL, NULL);

  link = sb_mcp_http_link_new (url, options, error);
  if (link == NULL)
    return NULL;

  self = g_object_new (SB_TYPE_MCP_HTTP_TRANSPORT, NULL);
  self->link = link;
  self->may_change = kind == SB_MCP_HTTP_AUTO;
  self->settled = kind != SB_MCP_HTTP_AUTO;
  if (kind == SB_MCP_HTTP_AUTO)
    kind = g_str_has_suffix (g_uri_get_path (sb_mcp_http_link_get_uri (link)), "/sse") ? SB_MCP_HTTP_SSE
                                                                                      : SB_MCP_HTTP_STREAMABLE;
  use_kind (self, kind);

  return SB_MCP_TRANSPORT (self);
}

SbMcpHttpKind
sb_mcp_http_transport_get_kind (SbMcpTransport *transport)
{
  SbMcpHttpTransport *self = SB_MCP_HTTP_TRANSPORT (transport);

  return self->settled ? self->kind : SB_MCP_HTTP_AUTO;
}
