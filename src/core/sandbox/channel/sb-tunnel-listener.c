/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tunnel-listener.h"

#include "sb-tunnel.h"

struct _SbTunnelListener
{
  GObject parent_instance;

  /* owned */
  SbChannel           *channel;
  GCancellable        *taking; /* of connections that are being taken */

  /* borrowed */
  SbTunnelIncomingFunc incoming_func;
  gpointer             incoming_data;

  guint32              id;
  guint16              port;
  gboolean             open;
};

G_DEFINE_FINAL_TYPE (SbTunnelListener, sb_tunnel_listener, G_TYPE_OBJECT)

static void
taken_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autofree GWeakRef *weak = user_data;
  g_autoptr(SbTunnelListener) self = g_weak_ref_get (weak);
  g_autoptr(GIOStream) stream = g_task_propagate_pointer (G_TASK (result), NULL);

  g_weak_ref_clear (weak);
  /* It may have broken meanwhile: nobody saw it. */
  if (stream != NULL && self != NULL && self->open)
    self->incoming_func (self, stream, self->incoming_data);
  else if (stream != NULL)
    sb_tunnel_reset (stream);
}

static gboolean
handle_incoming (SbChannel         *channel,
                 SbRequest         *request,
                 const SbWireFrame *frame)
{
  SbTunnelListener *self = SB_TUNNEL_LISTENER (request->owner);
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  guint32 ticket = sb_wire_get_u32 (&unpacker);
  g_autoptr(GTask) task = NULL;
  GWeakRef *weak = NULL;

  if (frame->type != SB_WIRE_INCOMING || !sb_wire_get_end (&unpacker) || ticket == 0)
    return FALSE;

  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  task = g_task_new (channel, self->taking, taken_cb, weak);
  g_task_set_source_tag (task, handle_incoming);
  sb_tunnel_connect (channel, task, 0, ticket);

  return TRUE;
}

static gboolean
handle_listening (SbChannel         *channel,
                  SbRequest         *request,
                  const SbWireFrame *frame)
{
  SbTunnelListener *self = g_task_get_task_data (request->task);
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  guint32 port = sb_wire_get_u32 (&unpacker);
  g_autoptr(GTask) task = NULL;

  if (frame->type != SB_WIRE_OK || !sb_wire_get_end (&unpacker) || port == 0 || port > G_MAXUINT16)
    return FALSE;

  self->id = request->id;
  self->port = (guint16) port;
  self->open = TRUE;
  task = sb_channel_hand_over (request, self, handle_incoming);
  if (g_task_return_error_if_cancelled (task))
    sb_tunnel_listener_close (self);
  else
    g_task_return_pointer (task, g_object_ref (self), g_object_unref);

  return TRUE;
}

static void
closed_cb (SbChannel    *channel,
           const GError *reason,
           gpointer      user_data)
{
  sb_tunnel_listener_close (SB_TUNNEL_LISTENER (user_data));
}

static void
sb_tunnel_listener_dispose (GObject *object)
{
  SbTunnelListener *self = SB_TUNNEL_LISTENER (object);

  sb_tunnel_listener_close (self);
  g_clear_object (&self->channel);
  g_clear_object (&self->taking);

  G_OBJECT_CLASS (sb_tunnel_listener_parent_class)->dispose (object);
}

static void
sb_tunnel_listener_class_init (SbTunnelListenerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_tunnel_listener_dispose;
}

static void
sb_tunnel_listener_init (SbTunnelListener *self)
{
  self->taking = g_cancellable_new ();
}

void
sb_tunnel_listener_open (SbChannel            *channel,
                         GTask                *task,
                         guint32               address,
                         guint16               port,
                         SbTunnelIncomingFunc  incoming_func,
                         gpointer              incoming_data)
{
  SbTunnelListener *self = g_object_new (SB_TYPE_TUNNEL_LISTENER, NULL);
  g_autofree char *subject = g_strdup_printf ("port %u", port);
  guint8 payload[8];
  SbWirePacker packer = { payload, sizeof payload, 0, false };
  SbRequest *request = NULL;

  self->channel = g_object_ref (channel);
  self->incoming_func = incoming_func;
  self->incoming_data = incoming_data;
  g_signal_connect_object (channel, "closed", G_CALLBACK (closed_cb), self, 0);
  g_task_set_task_data (task, self, g_object_unref);
  request = sb_channel_add_request (channel, task, subject, handle_listening);
  sb_wire_put_u32 (&packer, port);
  sb_wire_put_u32 (&packer, address);
  sb_channel_send (channel, SB_WIRE_LISTEN, 0, request->id, payload, packer.length);
}

guint16
sb_tunnel_listener_get_port (SbTunnelListener *self)
{
  g_return_val_if_fail (SB_IS_TUNNEL_LISTENER (self), 0);

  return self->port;
}

/* FALSE once it was closed, or its sandbox ended. */
gboolean
sb_tunnel_listener_is_open (SbTunnelListener *self)
{
  g_return_val_if_fail (SB_IS_TUNNEL_LISTENER (self), FALSE);

  return self->open;
}

/**
 * sb_tunnel_listener_close:
 * @self: a listener
 *
 * Frees the port inside; its function is not called again.
 */
void
sb_tunnel_listener_close (SbTunnelListener *self)
{
  g_return_if_fail (SB_IS_TUNNEL_LISTENER (self));

  if (!self->open)
    return;

  self->open = FALSE;
  g_cancellable_cancel (self->taking);
  sb_channel_send (self->channel, SB_WIRE_UNLISTEN, 0, self->id, NULL, 0);
  sb_channel_drop_request (self->channel, self->id);
}
