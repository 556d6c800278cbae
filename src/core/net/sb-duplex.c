/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-duplex.h"

#include <signal.h>

#define READ_SIZE (64 * 1024)
/* Bytes taken in one go before other sources of the main loop get their turn. */
#define DRAIN_BUDGET (1024 * 1024)
/* Small writes that wait leave together. */
#define JOIN_SIZE (64 * 1024)

/* What an asynchronous read or write holds on to: it must neither keep the duplex alive nor lose its
 * buffer. */
typedef struct
{
  GWeakRef duplex;
  guint8   data[READ_SIZE];
} Flight;

typedef struct
{
  Flight *flight;
  GBytes *bytes;
} Write;

struct _SbDuplex
{
  GObject parent_instance;

  /* owned */
  GInputStream  *input;
  GOutputStream *output;
  GObject       *keep_alive;
  GCancellable  *cancellable;
  Flight        *flight;
  GQueue         queue; /* of GBytes; the head is being written */
  GByteArray    *held;  /* read, but not delivered yet */
  GByteArray    *decoded;
  GError        *write_error; /* waits for the last words of the far end */
  GError        *error;       /* why it closed; NULL: in order */

  /* borrowed */
  SbDuplexDataFunc   data_func;
  SbDuplexClosedFunc closed_func;
  gpointer           user_data;

  /* owned, by its own vtable */
  SbDuplexDecoder decoder_vtable;
  gpointer        decoder;

  gsize    pending;
  guint    wake_id;
  gboolean started;
  gboolean reading;
  gboolean writing;
  gboolean delivering; /* what is written meanwhile goes out together, afterwards */
  gboolean paused;
  gboolean at_end; /* the far end closed; held bytes come first */
  gboolean shutting_down;
  gboolean write_side_closed;
  gboolean closed;
};

G_DEFINE_FINAL_TYPE (SbDuplex, sb_duplex, G_TYPE_OBJECT)

static void sb_duplex_pump  (Flight   *flight);
static void sb_duplex_flush (SbDuplex *self);

static void
flight_clear (gpointer data)
{
  Flight *flight = data;

  g_weak_ref_clear (&flight->duplex);
}

static void
flight_release (Flight *flight)
{
  g_rc_box_release_full (flight, flight_clear);
}

static GSocket *
get_socket (SbDuplex *self)
{
  if (!G_IS_SOCKET_CONNECTION (self->keep_alive))
    return NULL;

  return g_socket_connection_get_socket (G_SOCKET_CONNECTION (self->keep_alive));
}

/* Streams with an operation in flight are closed when it returns. */
static void
close_streams (SbDuplex *self)
{
  GSocket *socket = get_socket (self);

  g_cancellable_cancel (self->cancellable);
  if (socket != NULL)
    g_socket_shutdown (socket, TRUE, TRUE, NULL);
  if (!self->reading)
    g_input_stream_close (self->input, NULL, NULL);
  if (!self->writing)
    g_output_stream_close (self->output, NULL, NULL);
}

static void
close_write_side (SbDuplex *self)
{
  GSocket *socket = get_socket (self);

  self->write_side_closed = TRUE;
  if (socket != NULL)
    g_socket_shutdown (socket, FALSE, TRUE, NULL);
  else
    g_output_stream_close (self->output, NULL, NULL);
}

static gboolean
wake_cb (gpointer user_data)
{
  SbDuplex *self = SB_DUPLEX (user_data);
  g_autoptr(SbDuplex) keep = g_object_ref (self);
  SbDuplexClosedFunc closed_func = self->closed_func;

  self->wake_id = 0;
  if (!self->closed)
    {
      g_clear_object (&keep);
      sb_duplex_pump (self->flight);
      return G_SOURCE_REMOVE;
    }

  self->closed_func = NULL;
  self->data_func = NULL;
  if (closed_func != NULL)
    closed_func (self, self->error, self->user_data);

  return G_SOURCE_REMOVE;
}

/* Callbacks come from the main loop only, never from inside a call of the owner. */
static void
schedule_wake (SbDuplex *self)
{
  if (self->wake_id == 0)
    self->wake_id = g_idle_add_full (G_PRIORITY_DEFAULT, wake_cb, self, NULL);
}

static void
finish (SbDuplex *self,
        GError   *error)
{
  if (self->closed)
    {
      g_clear_error (&error);
      return;
    }

  self->closed = TRUE;
  self->error = error;
  close_streams (self);
  if (self->started)
    schedule_wake (self);
}

static void
finish_at_end (SbDuplex *self)
{
  GError *error = NULL;

  if (self->decoder_vtable.finish != NULL)
    self->decoder_vtable.finish (self->decoder, &error);
  finish (self, error);
}

static void
deliver (SbDuplex     *self,
         const guint8 *data,
         gsize         length)
{
  GError *error = NULL;

  if (self->decoder_vtable.decode == NULL)
    {
      self->data_func (self, data, length, self->user_data);
      return;
    }

  g_byte_array_set_size (self->decoded, 0);
  if (!self->decoder_vtable.decode (self->decoder, data, length, self->decoded, &error))
    finish (self, error);
  else if (self->decoded->len > 0)
    self->data_func (self, self->decoded->data, self->decoded->len, self->user_data);
}

static void
deliver_held (SbDuplex *self)
{
  g_autoptr(GByteArray) held = g_steal_pointer (&self->held);

  self->held = g_byte_array_new ();
  deliver (self, held->data, held->len);
}

/* TRUE when there may be more at once. Also while an asynchronous read waits: that only polls until there
 * is something. */
static gboolean
read_nonblocking (SbDuplex *self)
{
  g_autoptr(GError) error = NULL;
  gssize n = 0;

  if (!G_IS_POLLABLE_INPUT_STREAM (self->input)
      || !g_pollable_input_stream_can_poll (G_POLLABLE_INPUT_STREAM (self->input)))
    return FALSE;

  n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (self->input), self->flight->data,
                                                READ_SIZE, NULL, &error);
  if (n > 0)
    g_byte_array_append (self->held, self->flight->data, n);
  else if (n == 0)
    self->at_end = TRUE;
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    finish (self, g_steal_pointer (&error));

  return n > 0;
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Flight *flight = user_data;
  g_autoptr(SbDuplex) self = g_weak_ref_get (&flight->duplex);
  g_autoptr(GError) error = NULL;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (self != NULL)
    self->reading = FALSE;
  if (self == NULL || self->closed)
    {
      g_input_stream_close (G_INPUT_STREAM (source), NULL, NULL);
      flight_release (flight);
      return;
    }

  if (n > 0)
    g_byte_array_append (self->held, flight->data, n);
  else if (n == 0)
    self->at_end = TRUE;
  else
    finish (self, g_steal_pointer (&error));

  g_clear_object (&self);
  sb_duplex_pump (flight);
  flight_release (flight);
}

static void
arm_read (SbDuplex *self)
{
  self->reading = TRUE;
  g_input_stream_read_async (self->input, self->flight->data, READ_SIZE, G_PRIORITY_DEFAULT,
                             self->cancellable, read_cb, g_rc_box_acquire (self->flight));
}

/* One step; FALSE when there is nothing to do but to wait. */
static gboolean
pump_once (SbDuplex *self,
           gsize    *budget)
{
  if (self->closed || self->paused || !self->started)
    return FALSE;

  if (self->held->len > 0)
    {
      *budget -= MIN (*budget, self->held->len);
      deliver_held (self);
      return TRUE;
    }
  if (self->at_end)
    finish_at_end (self);
  else if (self->write_error != NULL)
    finish (self, g_steal_pointer (&self->write_error));
  if (self->closed || self->reading)
    return FALSE;

  if (*budget > 0 && read_nonblocking (self))
    return TRUE;
  if (!self->closed && !self->at_end)
    arm_read (self);

  return self->at_end;
}

/* The owner may let go of the duplex inside any delivery: hold it no longer than one step. */
static void
sb_duplex_pump (Flight *flight)
{
  gsize budget = DRAIN_BUDGET;
  gboolean more = TRUE;

  g_rc_box_acquire (flight);
  while (more)
    {
      g_autoptr(SbDuplex) self = g_weak_ref_get (&flight->duplex);

      if (self == NULL)
        break;
      self->delivering = TRUE;
      more = pump_once (self, &budget);
      self->delivering = FALSE;
      if (!more)
        sb_duplex_flush (self);
    }
  flight_release (flight);
}

/* The far end reads no more; what it said before that still counts, and its end is the better reason. */
static void
write_failed (SbDuplex *self,
              GError   *error)
{
  gsize room = DRAIN_BUDGET / READ_SIZE;

  self->write_error = error;
  self->shutting_down = TRUE;
  self->write_side_closed = TRUE;
  g_queue_clear_full (&self->queue, (GDestroyNotify) g_bytes_unref);
  self->pending = 0;

  while (!self->at_end && !self->closed && room > 0 && read_nonblocking (self))
    room--;
  if (self->started && !self->closed)
    schedule_wake (self);
}

static void
write_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Write *write = user_data;
  g_autoptr(SbDuplex) self = g_weak_ref_get (&write->flight->duplex);
  g_autoptr(GError) error = NULL;
  gboolean written = g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error);

  flight_release (write->flight);
  g_bytes_unref (write->bytes);
  g_free (write);
  if (self != NULL)
    self->writing = FALSE;
  if (self == NULL || self->closed)
    {
      g_output_stream_close (G_OUTPUT_STREAM (source), NULL, NULL);
      return;
    }

  if (written)
    {
      g_autoptr(GBytes) done = g_queue_pop_head (&self->queue);

      self->pending -= g_bytes_get_size (done);
      sb_duplex_flush (self);
    }
  else
    {
      write_failed (self, g_steal_pointer (&error));
    }
}

/* The first of the queue, with those after it that are small. */
static GBytes *
join_head (SbDuplex *self)
{
  gsize size = g_bytes_get_size (g_queue_peek_head (&self->queue));
  GByteArray *joined = NULL;
  GBytes *next = NULL;

  while ((next = g_queue_peek_nth (&self->queue, 1)) != NULL && size + g_bytes_get_size (next) <= JOIN_SIZE)
    {
      g_autoptr(GBytes) head = g_queue_pop_head (&self->queue);

      if (joined == NULL)
        joined = g_byte_array_new ();
      g_byte_array_append (joined, g_bytes_get_data (head, NULL), g_bytes_get_size (head));
      size += g_bytes_get_size (next);
    }
  if (joined != NULL)
    {
      g_autoptr(GBytes) last = g_queue_pop_head (&self->queue);

      g_byte_array_append (joined, g_bytes_get_data (last, NULL), g_bytes_get_size (last));
      g_queue_push_head (&self->queue, g_byte_array_free_to_bytes (joined));
    }

  return g_queue_peek_head (&self->queue);
}

/* As much of the queue's head as there is room for at once. Returns: whether there may be room for more */
static gboolean
write_nonblocking (SbDuplex *self)
{
  GBytes *head = NULL;
  gsize size = 0;
  gssize written = 0;
  g_autoptr(GError) error = NULL;

  if (!G_IS_POLLABLE_OUTPUT_STREAM (self->output)
      || !g_pollable_output_stream_can_poll (G_POLLABLE_OUTPUT_STREAM (self->output)))
    return FALSE;

  head = join_head (self);
  size = g_bytes_get_size (head);
  written = g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (self->output),
                                                        g_bytes_get_data (head, NULL), size, NULL, &error);
  if (written > 0)
    {
      g_autoptr(GBytes) done = g_queue_pop_head (&self->queue);

      self->pending -= written;
      if ((gsize) written < size)
        g_queue_push_head (&self->queue, g_bytes_new_from_bytes (done, written, size - written));
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      write_failed (self, g_steal_pointer (&error));
    }

  return written > 0;
}

static void
sb_duplex_flush (SbDuplex *self)
{
  GBytes *head = NULL;
  Write *write = NULL;

  if (self->closed || self->writing || self->delivering)
    return;

  while (!g_queue_is_empty (&self->queue) && write_nonblocking (self))
    ;
  head = g_queue_peek_head (&self->queue);
  if (head != NULL)
    {
      write = g_new (Write, 1);
      write->flight = g_rc_box_acquire (self->flight);
      write->bytes = g_bytes_ref (head);
      self->writing = TRUE;
      g_output_stream_write_all_async (self->output, g_bytes_get_data (head, NULL), g_bytes_get_size (head),
                                       G_PRIORITY_DEFAULT, self->cancellable, write_cb, write);
    }
  else if (self->shutting_down && !self->write_side_closed)
    {
      close_write_side (self);
    }
}

static void
sb_duplex_dispose (GObject *object)
{
  SbDuplex *self = SB_DUPLEX (object);

  self->data_func = NULL;
  self->closed_func = NULL;
  self->started = FALSE;
  finish (self, NULL);
  g_clear_handle_id (&self->wake_id, g_source_remove);

  G_OBJECT_CLASS (sb_duplex_parent_class)->dispose (object);
}

static void
sb_duplex_finalize (GObject *object)
{
  SbDuplex *self = SB_DUPLEX (object);

  if (self->decoder_vtable.destroy != NULL)
    self->decoder_vtable.destroy (self->decoder);
  g_queue_clear_full (&self->queue, (GDestroyNotify) g_bytes_unref);
  g_clear_pointer (&self->held, g_byte_array_unref);
  g_clear_pointer (&self->decoded, g_byte_array_unref);
  g_clear_pointer (&self->flight, flight_release);
  g_clear_error (&self->write_error);
  g_clear_error (&self->error);
  g_clear_object (&self->input);
  g_clear_object (&self->output);
  g_clear_object (&self->keep_alive);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (sb_duplex_parent_class)->finalize (object);
}

static void
sb_duplex_class_init (SbDuplexClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_duplex_dispose;
  object_class->finalize = sb_duplex_finalize;

  /* A pipe has no MSG_NOSIGNAL: a child that closed its stdin would end this process. */
  signal (SIGPIPE, SIG_IGN);
}

static void
sb_duplex_init (SbDuplex *self)
{
  self->cancellable = g_cancellable_new ();
  self->held = g_byte_array_new ();
  self->decoded = g_byte_array_new ();
  self->flight = g_rc_box_new0 (Flight);
  g_weak_ref_init (&self->flight->duplex, self);
  g_queue_init (&self->queue);
}

/**
 * sb_duplex_new:
 * @input: what to read from
 * @output: what to write to
 * @keep_alive: (nullable): an object that must live as long as the streams, e.g. their connection or process;
 *   when it is a #GSocketConnection, half-closing shuts its socket's write side
 *
 * A duplex over two streams; nothing is read before sb_duplex_start(). All calls and callbacks belong to
 * the thread of the default main context. Dropping the last reference closes both streams and calls
 * nothing.
 *
 * Returns: (transfer full): a new duplex
 */
SbDuplex *
sb_duplex_new (GInputStream  *input,
               GOutputStream *output,
               GObject       *keep_alive)
{
  SbDuplex *self = NULL;

  g_return_val_if_fail (G_IS_INPUT_STREAM (input), NULL);
  g_return_val_if_fail (G_IS_OUTPUT_STREAM (output), NULL);

  self = g_object_new (SB_TYPE_DUPLEX, NULL);
  self->input = g_object_ref (input);
  self->output = g_object_ref (output);
  g_set_object (&self->keep_alive, keep_alive);

  return self;
}

/**
 * sb_duplex_new_for_stream:
 * @stream: a connection
 *
 * Returns: (transfer full): a duplex over both directions of @stream, which it keeps alive
 */
SbDuplex *
sb_duplex_new_for_stream (GIOStream *stream)
{
  g_return_val_if_fail (G_IS_IO_STREAM (stream), NULL);

  return sb_duplex_new (g_io_stream_get_input_stream (stream), g_io_stream_get_output_stream (stream),
                        G_OBJECT (stream));
}

/**
 * sb_duplex_set_decoder:
 * @self: a duplex that is not started
 * @vtable: (transfer none): copied
 * @decoder: (transfer full): its state, freed with `destroy`
 *
 * Everything read passes through the decoder before the data function gets it.
 */
void
sb_duplex_set_decoder (SbDuplex              *self,
                       const SbDuplexDecoder *vtable,
                       gpointer               decoder)
{
  g_return_if_fail (SB_IS_DUPLEX (self));
  g_return_if_fail (!self->started && self->decoder_vtable.decode == NULL);

  self->decoder_vtable = *vtable;
  self->decoder = decoder;
}

/**
 * sb_duplex_push_back:
 * @self: a duplex that is not started
 * @bytes: what was read from the stream too early, e.g. past the end of an HTTP header
 *
 * The bytes are delivered before all that is still to be read.
 */
void
sb_duplex_push_back (SbDuplex *self,
                     GBytes   *bytes)
{
  g_return_if_fail (SB_IS_DUPLEX (self));
  g_return_if_fail (!self->started);

  g_byte_array_append (self->held, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/**
 * sb_duplex_start:
 * @self: a duplex
 * @data_func: gets the bytes as they come; may pause, close or drop the duplex
 * @closed_func: (nullable): called once and last; may drop the duplex
 * @user_data: for both
 *
 * Starts reading. Both functions are called from the main loop only, never from inside a call into the
 * duplex.
 */
void
sb_duplex_start (SbDuplex           *self,
                 SbDuplexDataFunc    data_func,
                 SbDuplexClosedFunc  closed_func,
                 gpointer            user_data)
{
  g_return_if_fail (SB_IS_DUPLEX (self));
  g_return_if_fail (!self->started);
  g_return_if_fail (data_func != NULL);

  self->started = TRUE;
  self->data_func = data_func;
  self->closed_func = closed_func;
  self->user_data = user_data;
  schedule_wake (self);
}

/**
 * sb_duplex_stop:
 * @self: a started duplex that did not close
 *
 * Undoes sb_duplex_start(), so that a handshake can hand the duplex on to another owner, who starts it anew.
 * Nothing is lost: what comes in between, even the end, is delivered to the next owner.
 */
void
sb_duplex_stop (SbDuplex *self)
{
  g_return_if_fail (SB_IS_DUPLEX (self));

  self->started = FALSE;
  self->data_func = NULL;
  self->closed_func = NULL;
  g_clear_handle_id (&self->wake_id, g_source_remove);
}

/**
 * sb_duplex_write:
 * @self: a duplex
 * @bytes: referenced, not copied
 *
 * Queues bytes; they leave in order. Works before sb_duplex_start(). After the duplex closed, or its write
 * side was shut, they are dropped: the closed function tells.
 */
void
sb_duplex_write (SbDuplex *self,
                 GBytes   *bytes)
{
  g_return_if_fail (SB_IS_DUPLEX (self));
  g_return_if_fail (bytes != NULL);

  if (self->closed || self->shutting_down || g_bytes_get_size (bytes) == 0)
    return;

  self->pending += g_bytes_get_size (bytes);
  g_queue_push_tail (&self->queue, g_bytes_ref (bytes));
  sb_duplex_flush (self);
}

/**
 * sb_duplex_get_pending:
 * @self: a duplex
 *
 * Returns: bytes that were queued and are not written yet; a caller with much to send waits while it is large
 */
gsize
sb_duplex_get_pending (SbDuplex *self)
{
  g_return_val_if_fail (SB_IS_DUPLEX (self), 0);

  return self->closed ? 0 : self->pending;
}

/**
 * sb_duplex_set_paused:
 * @self: a duplex
 * @paused: whether to stop reading
 *
 * While paused nothing is delivered, not even the end; the far end is held back by its full buffers.
 */
void
sb_duplex_set_paused (SbDuplex *self,
                      gboolean  paused)
{
  g_return_if_fail (SB_IS_DUPLEX (self));

  if (self->paused == !!paused)
    return;

  self->paused = !!paused;
  if (!self->paused && self->started)
    schedule_wake (self);
}

/**
 * sb_duplex_shutdown_write:
 * @self: a duplex
 *
 * Tells the far end that no more comes, after all that is queued; reading goes on.
 */
void
sb_duplex_shutdown_write (SbDuplex *self)
{
  g_return_if_fail (SB_IS_DUPLEX (self));

  self->shutting_down = TRUE;
  sb_duplex_flush (self);
}

/**
 * sb_duplex_close:
 * @self: a duplex
 *
 * Closes both directions at once; what is queued is lost, and the data function is not called again. The
 * closed function follows from the main loop, without an error, if the duplex still lives then.
 */
void
sb_duplex_close (SbDuplex *self)
{
  g_return_if_fail (SB_IS_DUPLEX (self));

  /* What was said within a delivery had no chance to leave. */
  if (self->delivering)
    {
      self->delivering = FALSE;
      sb_duplex_flush (self);
    }
  finish (self, NULL);
}
