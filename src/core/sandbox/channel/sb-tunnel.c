/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tunnel.h"

#define KILL_POLITELY 0
#define KILL_NOW 9

struct _SbTunnel
{
  GObject parent_instance;

  /* owned */
  SbChannel  *channel;
  GByteArray *incoming; /* from start on: not read yet */
  GError     *error;    /* why it broke; what came before is still read */

  guint       start;
  guint32     id;
  guint32     receive_window; /* what the far end may still send before we give credit */
  guint32     consumed;       /* not given back yet */
  guint32     send_window;
  gboolean    ended_in;       /* the far end sends no more */
  gboolean    ended_out;      /* neither do we */
  gboolean    input_closed;   /* nobody reads any more */
  gboolean    over;           /* the far end knows the id no longer */
};

G_DEFINE_FINAL_TYPE (SbTunnel, sb_tunnel, G_TYPE_OBJECT)

/* The one place where a tunnel ends. error: (transfer full) (nullable) */
static void
finish (SbTunnel *self,
        GError   *error)
{
  if (self->over)
    {
      g_clear_error (&error);
      return;
    }

  self->over = TRUE;
  self->error = error;
  g_signal_handlers_disconnect_by_data (self->channel, self);
  sb_channel_drop_request (self->channel, self->id);
}

static void
kill_tunnel (SbTunnel *self,
             guint32   number,
             GError   *error)
{
  guint8 payload[4];
  SbWirePacker packer = { payload, sizeof payload, 0, false };

  sb_wire_put_u32 (&packer, number);
  if (!self->over)
    sb_channel_send (self->channel, SB_WIRE_KILL, 0, self->id, payload, packer.length);
  finish (self, error);
}

static void
finish_if_over (SbTunnel *self)
{
  if (self->ended_in && self->ended_out)
    finish (self, NULL);
  else if (self->input_closed && self->ended_out)
    kill_tunnel (self, KILL_POLITELY, NULL);
}

/* A quarter at a time: few frames, and the far end never waits for us while we keep up. */
static void
consume (SbTunnel *self,
         guint     length)
{
  guint8 payload[4];
  SbWirePacker packer = { payload, sizeof payload, 0, false };

  self->consumed += length;
  if (self->over || self->ended_in || self->consumed < SB_WIRE_TUNNEL_WINDOW / 4)
    return;

  sb_wire_put_u32 (&packer, self->consumed);
  sb_channel_send (self->channel, SB_WIRE_CREDIT, 0, self->id, payload, packer.length);
  self->receive_window += self->consumed;
  self->consumed = 0;
}

static gboolean
handle_output (SbTunnel          *self,
               const SbWireFrame *frame)
{
  if ((frame->flags & ~SB_WIRE_FLAG_END) != 0 || frame->length > self->receive_window || self->ended_in)
    return FALSE;

  self->receive_window -= frame->length;
  self->ended_in = (frame->flags & SB_WIRE_FLAG_END) != 0;
  if (self->input_closed)
    consume (self, frame->length);
  else
    g_byte_array_append (self->incoming, frame->payload, frame->length);
  if (self->ended_in)
    finish_if_over (self);

  return TRUE;
}

static gboolean
handle_credit (SbTunnel          *self,
               const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  guint32 bytes = sb_wire_get_u32 (&unpacker);

  if (!sb_wire_get_end (&unpacker) || bytes > SB_WIRE_TUNNEL_WINDOW - self->send_window)
    return FALSE;
  self->send_window += bytes;

  return TRUE;
}

static gboolean
handle_broken (SbTunnel          *self,
               const SbRequest   *request,
               const SbWireFrame *frame)
{
  g_autoptr(GError) reason = sb_channel_read_error (request, frame);

  if (reason == NULL)
    return FALSE;
  finish (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, reason->message));

  return TRUE;
}

static gboolean
handle_frame (SbChannel         *channel,
              SbRequest         *request,
              const SbWireFrame *frame)
{
  SbTunnel *self = SB_TUNNEL (request->owner);

  switch (frame->type)
    {
    case SB_WIRE_OUTPUT:
      return handle_output (self, frame);
    case SB_WIRE_CREDIT:
      return handle_credit (self, frame);
    case SB_WIRE_ERROR:
      return handle_broken (self, request, frame);
    default:
      return FALSE;
    }
}

static void
closed_cb (SbChannel    *channel,
           const GError *reason,
           gpointer      user_data)
{
  finish (SB_TUNNEL (user_data), g_error_new_literal (SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CLOSED,
                                                      "The sandbox of this connection is gone."));
}

static GIOStream *
make_stream (SbTunnel *self)
{
  g_autoptr(GInputStream) input = sb_tunnel_input_new (self);
  g_autoptr(GOutputStream) output = sb_tunnel_output_new (self);

  return g_simple_io_stream_new (input, output);
}

static gboolean
handle_connected (SbChannel         *channel,
                  SbRequest         *request,
                  const SbWireFrame *frame)
{
  g_autoptr(SbTunnel) self = NULL;
  g_autoptr(GTask) task = NULL;

  if (frame->type != SB_WIRE_OK || frame->length != 0)
    return FALSE;

  self = g_object_new (SB_TYPE_TUNNEL, NULL);
  self->channel = g_object_ref (channel);
  self->id = request->id;
  g_signal_connect (channel, "closed", G_CALLBACK (closed_cb), self);
  task = sb_channel_hand_over (request, self, handle_frame);
  /* Perhaps the far end was not told yet. */
  if (g_task_return_error_if_cancelled (task))
    kill_tunnel (self, KILL_NOW, NULL);
  else
    g_task_return_pointer (task, make_stream (self), g_object_unref);

  return TRUE;
}

static void
sb_tunnel_dispose (GObject *object)
{
  SbTunnel *self = SB_TUNNEL (object);

  if (self->channel != NULL)
    kill_tunnel (self, KILL_POLITELY, NULL);
  g_clear_object (&self->channel);

  G_OBJECT_CLASS (sb_tunnel_parent_class)->dispose (object);
}

static void
sb_tunnel_finalize (GObject *object)
{
  SbTunnel *self = SB_TUNNEL (object);

  g_clear_pointer (&self->incoming, g_byte_array_unref);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (sb_tunnel_parent_class)->finalize (object);
}

static void
sb_tunnel_class_init (SbTunnelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_tunnel_dispose;
  object_class->finalize = sb_tunnel_finalize;
}

static void
sb_tunnel_init (SbTunnel *self)
{
  self->incoming = g_byte_array_new ();
  self->receive_window = SB_WIRE_TUNNEL_WINDOW;
  self->send_window = SB_WIRE_TUNNEL_WINDOW;
}

/* port: inside, or 0 and the ticket of a connection that came from there. */
void
sb_tunnel_connect (SbChannel *channel,
                   GTask     *task,
                   guint16    port,
                   guint32    ticket)
{
  g_autofree char *subject = g_strdup_printf ("server on port %u", port);
  guint8 payload[8];
  SbWirePacker packer = { payload, sizeof payload, 0, false };
  SbRequest *request = sb_channel_add_request (channel, task, subject, handle_connected);

  request->kill_on_cancel = TRUE;
  sb_wire_put_u32 (&packer, port);
  sb_wire_put_u32 (&packer, ticket);
  sb_channel_send (channel, SB_WIRE_CONNECT, 0, request->id, payload, packer.length);
}

gboolean
sb_tunnel_is_readable (SbTunnel *self)
{
  return self->start < self->incoming->len || self->ended_in || self->over;
}

gboolean
sb_tunnel_is_writable (SbTunnel *self)
{
  return self->send_window > 0 || self->ended_out || self->over;
}

/* 0 at the end; G_IO_ERROR_WOULD_BLOCK when there is nothing yet. */
gssize
sb_tunnel_read (SbTunnel  *self,
                void      *buffer,
                gsize      count,
                GError   **error)
{
  guint length = (guint) MIN (count, self->incoming->len - self->start);

  if (length == 0 && count > 0)
    {
      if (self->ended_in)
        return 0;
      if (self->error != NULL)
        g_propagate_error (error, g_error_copy (self->error));
      else
        g_set_error_literal (error, G_IO_ERROR, self->over ? G_IO_ERROR_CLOSED : G_IO_ERROR_WOULD_BLOCK,
                             "There is nothing to read.");
      return -1;
    }

  memcpy (buffer, self->incoming->data + self->start, length);
  self->start += length;
  if (self->start == self->incoming->len)
    {
      g_byte_array_set_size (self->incoming, 0);
      self->start = 0;
    }
  consume (self, length);

  return length;
}

/* At most one piece; G_IO_ERROR_WOULD_BLOCK while the far end takes nothing. */
gssize
sb_tunnel_write (SbTunnel    *self,
                 const void  *buffer,
                 gsize        count,
                 GError     **error)
{
  gsize length = MIN (MIN (count, self->send_window), SB_WIRE_CHUNK);

  if (self->over || self->ended_out)
    {
      if (self->error != NULL)
        g_propagate_error (error, g_error_copy (self->error));
      else
        g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "The connection to the sandbox is closed.");
      return -1;
    }
  if (length == 0 && count > 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "The sandbox takes nothing more yet.");
      return -1;
    }

  sb_channel_send (self->channel, SB_WIRE_DATA_IN, 0, self->id, buffer, length);
  self->send_window -= (guint32) length;

  return (gssize) length;
}

/* What still comes is thrown away. */
void
sb_tunnel_close_input (SbTunnel *self)
{
  guint unread = self->incoming->len - self->start;

  if (self->input_closed)
    return;

  self->input_closed = TRUE;
  g_byte_array_set_size (self->incoming, 0);
  self->start = 0;
  consume (self, unread);
  finish_if_over (self);
}

void
sb_tunnel_close_output (SbTunnel *self)
{
  if (self->ended_out)
    return;

  self->ended_out = TRUE;
  if (!self->over && !(self->input_closed && !self->ended_in))
    sb_channel_send (self->channel, SB_WIRE_DATA_IN, SB_WIRE_FLAG_END, self->id, NULL, 0);
  finish_if_over (self);
}

/**
 * sb_tunnel_reset:
 * @stream: of sb_channel_connect_finish(), or an incoming one
 *
 * Breaks the connection: the program inside sees that it was reset, and what is on its way is lost.
 */
void
sb_tunnel_reset (GIOStream *stream)
{
  SbTunnel *self = sb_tunnel_input_get_tunnel (SB_TUNNEL_INPUT (g_io_stream_get_input_stream (stream)));

  kill_tunnel (self, KILL_NOW, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                                                    "The connection to the sandbox was broken off."));
}

/* Everything that makes a tunnel ready happens on the main context, so looking once per turn is enough to see it. */
typedef struct
{
  GSource           source;
  SbTunnel         *tunnel;
  SbTunnelReadyFunc ready;
} ReadySource;

static gboolean
source_prepare (GSource *source,
                int     *timeout)
{
  ReadySource *self = (ReadySource *) source;

  *timeout = -1;

  return self->ready (self->tunnel);
}

static gboolean
source_check (GSource *source)
{
  ReadySource *self = (ReadySource *) source;

  return self->ready (self->tunnel);
}

/* Its parent acts. */
static gboolean
source_dispatch (GSource     *source,
                 GSourceFunc  callback,
                 gpointer     user_data)
{
  return G_SOURCE_CONTINUE;
}

static void
source_finalize (GSource *source)
{
  g_object_unref (((ReadySource *) source)->tunnel);
}

GSource *
sb_tunnel_new_source (GObject           *stream,
                      SbTunnel          *tunnel,
                      SbTunnelReadyFunc  ready,
                      GCancellable      *cancellable)
{
  static GSourceFuncs funcs = { source_prepare, source_check, source_dispatch, source_finalize, NULL, NULL };
  GSource *source = g_pollable_source_new_full (stream, NULL, cancellable);
  g_autoptr(GSource) child = g_source_new (&funcs, sizeof (ReadySource));

  ((ReadySource *) child)->tunnel = g_object_ref (tunnel);
  ((ReadySource *) child)->ready = ready;
  g_source_add_child_source (source, child);

  return source;
}
