/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tunnel.h"

struct _SbTunnelInput
{
  GInputStream parent_instance;

  /* owned */
  SbTunnel *tunnel;
};

static void pollable_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbTunnelInput, sb_tunnel_input, G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, pollable_init))

static gboolean
sb_tunnel_input_is_readable (GPollableInputStream *stream)
{
  return sb_tunnel_is_readable (SB_TUNNEL_INPUT (stream)->tunnel);
}

static GSource *
sb_tunnel_input_create_source (GPollableInputStream *stream,
                               GCancellable         *cancellable)
{
  return sb_tunnel_new_source (G_OBJECT (stream), SB_TUNNEL_INPUT (stream)->tunnel, sb_tunnel_is_readable,
                               cancellable);
}

static gssize
sb_tunnel_input_read_nonblocking (GPollableInputStream  *stream,
                                  void                  *buffer,
                                  gsize                  count,
                                  GError               **error)
{
  return sb_tunnel_read (SB_TUNNEL_INPUT (stream)->tunnel, buffer, count, error);
}

/* Frames come in from the main loop, which a waiting read would hold up. */
static gssize
sb_tunnel_input_read (GInputStream  *stream,
                      void          *buffer,
                      gsize          count,
                      GCancellable  *cancellable,
                      GError       **error)
{
  return sb_tunnel_read (SB_TUNNEL_INPUT (stream)->tunnel, buffer, count, error);
}

static gboolean
sb_tunnel_input_close (GInputStream  *stream,
                       GCancellable  *cancellable,
                       GError       **error)
{
  sb_tunnel_close_input (SB_TUNNEL_INPUT (stream)->tunnel);

  return TRUE;
}

static void
sb_tunnel_input_finalize (GObject *object)
{
  g_clear_object (&SB_TUNNEL_INPUT (object)->tunnel);

  G_OBJECT_CLASS (sb_tunnel_input_parent_class)->finalize (object);
}

static void
pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = sb_tunnel_input_is_readable;
  iface->create_source = sb_tunnel_input_create_source;
  iface->read_nonblocking = sb_tunnel_input_read_nonblocking;
}

static void
sb_tunnel_input_class_init (SbTunnelInputClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GInputStreamClass *stream_class = G_INPUT_STREAM_CLASS (klass);

  object_class->finalize = sb_tunnel_input_finalize;
  stream_class->read_fn = sb_tunnel_input_read;
  stream_class->close_fn = sb_tunnel_input_close;
}

static void
sb_tunnel_input_init (SbTunnelInput *self)
{
}

GInputStream *
sb_tunnel_input_new (SbTunnel *tunnel)
{
  SbTunnelInput *self = g_object_new (SB_TYPE_TUNNEL_INPUT, NULL);

  self->tunnel = g_object_ref (tunnel);

  return G_INPUT_STREAM (self);
}

SbTunnel *
sb_tunnel_input_get_tunnel (SbTunnelInput *self)
{
  return self->tunnel;
}
