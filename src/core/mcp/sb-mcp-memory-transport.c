/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-memory-transport.h"

#define SB_TYPE_MCP_MEMORY_TRANSPORT (sb_mcp_memory_transport_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpMemoryTransport, sb_mcp_memory_transport, SB, MCP_MEMORY_TRANSPORT, GObject)

struct _SbMcpMemoryTransport
{
  GObject parent_instance;

  /* owned */
  GQueue inbox; /* of JsonNode */

  /* borrowed */
  SbMcpMemoryTransport *other; /* weak */

  guint    deliver_id;
  gboolean started;
  gboolean local_closed; /* by our own close(): the inbox is of no interest any more */
  gboolean far_closed;
  gboolean ended;
};

static void sb_mcp_memory_transport_iface_init (SbMcpTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbMcpMemoryTransport, sb_mcp_memory_transport, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_MCP_TRANSPORT, sb_mcp_memory_transport_iface_init))

static void
end_if_closed (SbMcpMemoryTransport *self)
{
  gboolean drained = self->far_closed && g_queue_is_empty (&self->inbox);

  if (self->ended || !(self->local_closed || drained))
    return;

  self->ended = TRUE;
  g_signal_emit_by_name (self, "closed", NULL);
}

static gboolean
deliver_cb (gpointer user_data)
{
  g_autoptr(SbMcpMemoryTransport) self = g_object_ref (user_data);
  guint n = g_queue_get_length (&self->inbox);

  self->deliver_id = 0;
  /* Only what was there at the start: two chatty ends must not starve the rest of the main loop. */
  for (; n > 0 && !self->local_closed; n--)
    {
      g_autoptr(JsonNode) message = g_queue_pop_head (&self->inbox);

      g_signal_emit_by_name (self, "message", message);
    }
  end_if_closed (self);

  return G_SOURCE_REMOVE;
}

static void
schedule (SbMcpMemoryTransport *self)
{
  if (self->started && !self->ended && self->deliver_id == 0)
    self->deliver_id = g_idle_add_full (G_PRIORITY_DEFAULT, deliver_cb, self, NULL);
}

static void
sb_mcp_memory_transport_start (SbMcpTransport *transport)
{
  SbMcpMemoryTransport *self = SB_MCP_MEMORY_TRANSPORT (transport);

  self->started = TRUE;
  if (self->far_closed || !g_queue_is_empty (&self->inbox))
    schedule (self);
}

static void
sb_mcp_memory_transport_send (SbMcpTransport *transport,
                              JsonNode       *message)
{
  SbMcpMemoryTransport *self = SB_MCP_MEMORY_TRANSPORT (transport);

  if (self->local_closed || self->other == NULL || self->other->local_closed)
    return;

  g_queue_push_tail (&self->other->inbox, json_node_ref (message));
  schedule (self->other);
}

static void
sb_mcp_memory_transport_close (SbMcpTransport *transport)
{
  SbMcpMemoryTransport *self = SB_MCP_MEMORY_TRANSPORT (transport);

  if (self->local_closed)
    return;

  self->local_closed = TRUE;
  schedule (self);
  if (self->other != NULL)
    {
      self->other->far_closed = TRUE;
      schedule (self->other);
    }
}

static void
sb_mcp_memory_transport_iface_init (SbMcpTransportInterface *iface)
{
  iface->start = sb_mcp_memory_transport_start;
  iface->send = sb_mcp_memory_transport_send;
  iface->close = sb_mcp_memory_transport_close;
}

static void
sb_mcp_memory_transport_dispose (GObject *object)
{
  SbMcpMemoryTransport *self = SB_MCP_MEMORY_TRANSPORT (object);

  sb_mcp_memory_transport_close (SB_MCP_TRANSPORT (self));
  g_clear_handle_id (&self->deliver_id, g_source_remove);
  g_queue_clear_full (&self->inbox, (GDestroyNotify) json_node_unref);
  g_clear_weak_pointer (&self->other);

  G_OBJECT_CLASS (sb_mcp_memory_transport_parent_class)->dispose (object);
}

static void
sb_mcp_memory_transport_class_init (SbMcpMemoryTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_mcp_memory_transport_dispose;
}

static void
sb_mcp_memory_transport_init (SbMcpMemoryTransport *self)
{
  g_queue_init (&self->inbox);
}

/**
 * sb_mcp_memory_transport_new_pair:
 * @a: (out) (transfer full): one end
 * @b: (out) (transfer full): the other
 *
 * Nothing is copied or serialised: the sealed node that one end sends is the node that the other receives.
 * Letting go of an end closes it.
 */
void
sb_mcp_memory_transport_new_pair (SbMcpTransport **a,
                                  SbMcpTransport **b)
{
  SbMcpMemoryTransport *left = g_object_new (SB_TYPE_MCP_MEMORY_TRANSPORT, NULL);
  SbMcpMemoryTransport *right = g_object_new (SB_TYPE_MCP_MEMORY_TRANSPORT, NULL);

  g_set_weak_pointer (&left->other, right);
  g_set_weak_pointer (&right->other, left);
  *a = SB_MCP_TRANSPORT (left);
  *b = SB_MCP_TRANSPORT (right);
}
