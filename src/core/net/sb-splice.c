/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-splice.h"

#include "sb-id.h"

#define PIECE (32 * 1024)

/* One direction. */
typedef struct
{
  /* owned */
  guint8        *data;

  /* borrowed */
  GInputStream  *from;
  GIOStream     *to;

  guint64        bytes;
  gboolean       ended;
} Way;

struct _SbSplice
{
  GObject       parent_instance;

  /* owned */
  GIOStream    *near;
  GIOStream    *far;
  GByteArray   *first;       /* nullable: on its way to far */
  GCancellable *cancellable;

  Way           out;
  Way           in;
  gint64        last_use;
  gboolean      over;
};

enum
{
  OVER,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbSplice, sb_splice, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void carry (SbSplice *self,
                   Way      *way);

/* The one place where it ends. What was handed to the streams still goes out. */
static void
finish (SbSplice *self)
{
  g_autoptr(SbSplice) keep = g_object_ref (self);

  if (self->over)
    return;

  self->over = TRUE;
  g_cancellable_cancel (self->cancellable);
  g_signal_emit (self, signals[OVER], 0);
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(SbSplice) self = user_data;
  Way *way = source == G_OBJECT (g_io_stream_get_output_stream (self->far)) ? &self->out : &self->in;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL))
    finish (self);
  else if (!self->over)
    carry (self, way);
}

static void
end_way (SbSplice *self,
         Way      *way)
{
  way->ended = TRUE;
  sb_splice_end_output (way->to);
  if (self->out.ended && self->in.ended)
    finish (self);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(SbSplice) self = user_data;
  Way *way = source == G_OBJECT (self->out.from) ? &self->out : &self->in;
  gssize got = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  if (self->over)
    return;

  self->last_use = sb_clock_monotonic ();
  way->bytes += got > 0 ? (guint64) got : 0;
  if (got < 0)
    finish (self);
  else if (got == 0)
    end_way (self, way);
  else
    g_output_stream_write_all_async (g_io_stream_get_output_stream (way->to), way->data, (gsize) got,
                                     G_PRIORITY_DEFAULT, self->cancellable, written_cb, g_object_ref (self));
}

static void
carry (SbSplice *self,
       Way      *way)
{
  g_input_stream_read_async (way->from, way->data, PIECE, G_PRIORITY_DEFAULT, self->cancellable, read_cb,
                             g_object_ref (self));
}

static void
set_way (Way       *way,
         GIOStream *from,
         GIOStream *to)
{
  way->from = g_io_stream_get_input_stream (from);
  way->to = to;
  way->data = g_malloc (PIECE);
}

static void
sb_splice_finalize (GObject *object)
{
  SbSplice *self = SB_SPLICE (object);

  g_clear_object (&self->near);
  g_clear_object (&self->far);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->first, g_byte_array_unref);
  g_free (self->out.data);
  g_free (self->in.data);

  G_OBJECT_CLASS (sb_splice_parent_class)->finalize (object);
}

static void
sb_splice_class_init (SbSpliceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_splice_finalize;

  signals[OVER] = g_signal_new ("over", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
}

static void
sb_splice_init (SbSplice *self)
{
  self->cancellable = g_cancellable_new ();
  self->last_use = sb_clock_monotonic ();
}

SbSplice *
sb_splice_new (GIOStream *near,
               GIOStream *far)
{
  SbSplice *self = g_object_new (SB_TYPE_SPLICE, NULL);

  self->near = g_object_ref (near);
  self->far = g_object_ref (far);
  set_way (&self->out, near, far);
  set_way (&self->in, far, near);

  return self;
}

/**
 * sb_splice_start:
 * @first: (nullable): was read from near already, and goes before the rest
 *
 * Once. It keeps itself alive until it is over.
 */
void
sb_splice_start (SbSplice   *self,
                 GByteArray *first)
{
  g_return_if_fail (SB_IS_SPLICE (self));
  g_return_if_fail (self->first == NULL);

  carry (self, &self->in);
  if (first == NULL || first->len == 0)
    {
      carry (self, &self->out);
      return;
    }

  self->first = g_byte_array_ref (first);
  self->out.bytes = first->len;
  g_output_stream_write_all_async (g_io_stream_get_output_stream (self->far), first->data, first->len,
                                   G_PRIORITY_DEFAULT, self->cancellable, written_cb, g_object_ref (self));
}

/* Monotonic µs: when bytes last went through. */
gint64
sb_splice_get_last_use (SbSplice *self)
{
  g_return_val_if_fail (SB_IS_SPLICE (self), 0);

  return self->last_use;
}

guint64
sb_splice_get_sent (SbSplice *self)
{
  g_return_val_if_fail (SB_IS_SPLICE (self), 0);

  return self->out.bytes;
}

guint64
sb_splice_get_received (SbSplice *self)
{
  g_return_val_if_fail (SB_IS_SPLICE (self), 0);

  return self->in.bytes;
}

void
sb_splice_end (SbSplice *self)
{
  g_return_if_fail (SB_IS_SPLICE (self));

  finish (self);
}

void
sb_splice_end_output (GIOStream *stream)
{
  if (G_IS_SOCKET_CONNECTION (stream))
    g_socket_shutdown (g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)), FALSE, TRUE, NULL);
  else
    g_output_stream_close (g_io_stream_get_output_stream (stream), NULL, NULL);
}
