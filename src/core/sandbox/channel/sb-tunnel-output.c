/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tunnel.h"

struct _SbTunnelOutput
{
  GOutputStream parent_instance;

  /* owned */
  SbTunnel *tunnel;
};

static void pollable_init (GPollableOutputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbTunnelOutput, sb_tunnel_output, G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM, pollable_init))

static gboolean
sb_tunnel_output_is_writable (GPollableOutputStream *stream)
{
  return sb_tunnel_is_writable (SB_TUNNEL_OUTPUT (stream)->tunnel);
}

static GSource *
sb_tunnel_output_create_source (GPollableOutputStream *stream,
                                GCancellable          *cancellable)
{
  return sb_tunnel_new_source (G_OBJECT (stream), SB_TUNNEL_OUTPUT (stream)->tunnel, sb_tunnel_is_writable,
                               cancellable);
}

static gssize
sb_tunnel_output_write_nonblocking (GPollableOutputStream  *stream,
                                    const void             *buffer,
                                    gsize                   count,
                                    GError                **error)
{
  return sb_tunnel_write (SB_TUNNEL_OUTPUT (stream)->tunnel, buffer, count, error);
}

static gssize
sb_tunnel_output_write (GOutputStream  *stream,
                        const void     *buffer,
                        gsize           count,
                        GCancellable   *cancellable,
                        GError        **error)
{
  return sb_tunnel_write (SB_TUNNEL_OUTPUT (stream)->tunnel, buffer, count, error);
}

static gboolean
sb_tunnel_output_close (GOutputStream  *stream,
                        GCancellable   *cancellable,
                        GError        **error)
{
  sb_tunnel_close_output (SB_TUNNEL_OUTPUT (stream)->tunnel);

  return TRUE;
}

static void
sb_tunnel_output_finalize (GObject *object)
{
  g_clear_object (&SB_TUNNEL_OUTPUT (object)->tunnel);

  G_OBJECT_CLASS (sb_tunnel_output_parent_class)->finalize (object);
}

static void
pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = sb_tunnel_output_is_writable;
  iface->create_source = sb_tunnel_output_create_source;
  iface->write_nonblocking = sb_tunnel_output_write_nonblocking;
}

static void
sb_tunnel_output_class_init (SbTunnelOutputClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GOutputStreamClass *stream_class = G_OUTPUT_STREAM_CLASS (klass);

  object_class->finalize = sb_tunnel_output_finalize;
  stream_class->write_fn = sb_tunnel_output_write;
  stream_class->close_fn = sb_tunnel_output_close;
}

static void
sb_tunnel_output_init (SbTunnelOutput *self)
{
}

GOutputStream *
sb_tunnel_output_new (SbTunnel *tunnel)
{
  SbTunnelOutput *self = g_object_new (SB_TYPE_TUNNEL_OUTPUT, NULL);

  self->tunnel = g_object_ref (tunnel);

  return G_OUTPUT_STREAM (self);
}
