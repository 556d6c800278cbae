/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-channel.h"

#include <errno.h>

#include "sb-channel-private.h"
#include "sb-handshake.h"

#define PING_SECONDS 5
/* The far end gives us up after as long. Pings are counted, not seconds: after a suspend both have time to answer. */
#define MAX_UNANSWERED (SB_WIRE_DEFAULT_LEASE / PING_SECONDS)
/* A busy machine may be this late. */
#define SILENT_UNANSWERED 2
/* As many as the far end runs. */
#define MAX_RUNNING SB_WIRE_MAX_COMMANDS
#define MAX_WAITING 256

typedef enum
{
  STATE_NEW,
  STATE_OPENING,
  STATE_OPEN,
  STATE_CLOSED,
} State;

enum
{
  SIGNAL_READY,
  SIGNAL_FILE_CHANGED,
  SIGNAL_CLOSED,
  SIGNAL_SILENT,
  N_SIGNALS
};

struct _SbChannel
{
  GObject parent_instance;

  /* owned */
  SbDuplex      *duplex;
  GHashTable    *requests; /* id -> SbRequest */
  SbWatches     *watches;
  SbExecQueue   *exec_queue;
  SbGreeting    *greeting;
  SbWireDecoder *decoder;  /* too large to lie in a GObject */
  guint          ping_id;
  guint          unanswered; /* pings since the last sign of life */

  State   state;
  guint32 next_id;
  gint64  last_use; /* monotonic µs */
};

G_DEFINE_QUARK (sb-channel-error-quark, sb_channel_error)
G_DEFINE_FINAL_TYPE (SbChannel, sb_channel, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void
enter (SbChannel *self,
       State      state)
{
  g_assert (state > self->state);
  self->state = state;
}

static void
request_free (gpointer data)
{
  SbRequest *request = data;

  if (request->cancel != NULL)
    g_source_destroy (request->cancel);
  g_clear_pointer (&request->cancel, g_source_unref);
  g_clear_pointer (&request->turn, sb_exec_turn_end);
  g_clear_object (&request->task);
  g_free (request->subject);
  g_free (request->title);
  g_free (request->call);
  g_free (request);
}

static GError *
new_closed_error (const GError *reason)
{
  return g_error_new (SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CLOSED, "The sandbox is gone%s%s. Start a new one.",
                      reason != NULL ? ": " : "", reason != NULL ? reason->message : "");
}

static void
fail_requests (SbChannel    *self,
               const GError *reason)
{
  g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->requests);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      SbRequest *request = value;

      if (request->task != NULL)
        g_ptr_array_add (tasks, g_steal_pointer (&request->task));
      g_hash_table_iter_remove (&iter);
    }

  for (guint i = 0; i < tasks->len; i++)
    g_task_return_error (g_ptr_array_index (tasks, i), new_closed_error (reason));
}

/* The one place where a channel ends. */
static void
close_channel (SbChannel    *self,
               const GError *reason)
{
  g_autoptr(SbChannel) keep = g_object_ref (self);

  if (self->state == STATE_CLOSED)
    return;

  enter (self, STATE_CLOSED);
  g_clear_handle_id (&self->ping_id, g_source_remove);
  sb_duplex_close (self->duplex);
  /* In this order: whoever hears that a request failed may ask why the sandbox is gone. */
  g_signal_emit (self, signals[SIGNAL_CLOSED], 0, reason);
  fail_requests (self, reason);
}

static GError *
new_error_for (const SbRequest *request,
               SbWireError      code,
               int              error_number)
{
  const char *subject = request->subject != NULL ? request->subject : "";
  const char *reason = error_number != 0 ? g_strerror (error_number) : "refused";

  switch (code)
    {
    case SB_WIRE_ERROR_NOT_FOUND:
      return g_error_new (SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NOT_FOUND, "There is no “%s” in the sandbox.", subject);
    case SB_WIRE_ERROR_DENIED:
      if (error_number == EXDEV)
        return g_error_new (SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_DENIED,
                            "“%s” is outside the workspace, which is all that can be reached.", subject);
      return g_error_new (SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_DENIED,
                          "“%s” is outside the workspace, or not permitted (%s).", subject, reason);
    case SB_WIRE_ERROR_NOT_FILE:
      return g_error_new (SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NOT_FILE,
                          "“%s” is not of the kind that is needed here (%s).", subject, reason);
    case SB_WIRE_ERROR_NO_SPACE:
      return g_error_new (SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NO_SPACE,
                          "The workspace is full; “%s” was not written. Remove files first.", subject);
    case SB_WIRE_ERROR_LIMIT:
      return g_error_new (SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT,
                          "A limit of the sandbox was reached at “%s” (%s).", subject, reason);
    case SB_WIRE_ERROR_CWD:
      return g_error_new (SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_DENIED,
                          "The working directory of “%s” must be an existing directory in the workspace (%s).",
                          subject, reason);
    case SB_WIRE_ERROR_PAUSED:
      return g_error_new_literal (SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_PAUSED,
                                  "The sandbox is paused: nothing can be started in it. Let it go on first.");
    case SB_WIRE_ERROR_CHANGED:
      return g_error_new (SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CHANGED,
                          "“%s” was changed by somebody else meanwhile, and was left as it is. Read it again first.",
                          subject);
    case SB_WIRE_ERROR_IO:
    default:
      if (error_number == EPIPE)
        return g_error_new (SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_IO,
                            "The standard input of %s is not open: it was started without, closed it, or is over.",
                            subject);
      return g_error_new (SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_IO, "“%s” failed in the sandbox: %s.", subject, reason);
    }
}

/* What an ERROR frame says; NULL: it does not look like one. */
GError *
sb_channel_read_error (const SbRequest   *request,
                       const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  guint32 code = sb_wire_get_u32 (&unpacker);
  guint32 error_number = sb_wire_get_u32 (&unpacker);

  if (!sb_wire_get_end (&unpacker) || code > SB_WIRE_ERROR_CHANGED || error_number > 4095)
    return NULL;

  return new_error_for (request, code, (int) error_number);
}

/* FALSE: not what an ERROR frame looks like. */
static gboolean
handle_error (SbChannel         *self,
              SbRequest         *request,
              const SbWireFrame *frame)
{
  GCancellable *cancellable = NULL;
  GError *error = NULL;

  if (request->task == NULL)
    return request->handle (self, request, frame);

  cancellable = g_task_get_cancellable (request->task);
  error = sb_channel_read_error (request, frame);
  if (error == NULL)
    return FALSE;
  if (g_cancellable_is_cancelled (cancellable))
    {
      g_clear_error (&error);
      g_cancellable_set_error_if_cancelled (cancellable, &error);
    }
  sb_channel_return_error (self, request, error);

  return TRUE;
}

/* An answer to a request that was given up is late, not wrong; one to a question that was never asked is. */
static gboolean
handle_frame (SbChannel         *self,
              const SbWireFrame *frame)
{
  SbRequest *request = g_hash_table_lookup (self->requests, GUINT_TO_POINTER (frame->id));

  if (frame->type < SB_WIRE_GREETING && frame->type != SB_WIRE_CREDIT)
    return FALSE;
  if (frame->type == SB_WIRE_PONG)
    return frame->length == 0;
  if (request == NULL)
    return frame->id != 0 && frame->id < self->next_id;
  if (frame->type == SB_WIRE_ERROR)
    return handle_error (self, request, frame);

  return request->handle (self, request, frame);
}

static void
hear (SbChannel *self)
{
  gboolean was_silent = self->unanswered > SILENT_UNANSWERED;

  self->unanswered = 0;
  if (was_silent)
    g_signal_emit (self, signals[SIGNAL_SILENT], 0, FALSE);
}

static void
data_cb (SbDuplex     *duplex,
         const guint8 *data,
         gsize         length,
         gpointer      user_data)
{
  SbChannel *self = SB_CHANNEL (user_data);
  g_autoptr(SbChannel) keep = g_object_ref (self);
  gboolean good = TRUE;

  hear (self);
  while (good && length > 0 && self->state == STATE_OPEN)
    {
      SbWireFrame frame;
      SbWireDecode decode = sb_wire_decoder_feed (self->decoder, &data, &length, &frame);

      if (decode == SB_WIRE_DECODE_MORE)
        return;
      good = decode == SB_WIRE_DECODE_FRAME && handle_frame (self, &frame);
    }

  if (!good && self->state == STATE_OPEN)
    {
      g_autoptr(GError) error = g_error_new_literal (SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_PROTOCOL,
                                                     "it broke the rules of the channel");

      close_channel (self, error);
    }
}

static void
closed_cb (SbDuplex     *duplex,
           const GError *error,
           gpointer      user_data)
{
  close_channel (SB_CHANNEL (user_data), error);
}

static gboolean
ping_cb (gpointer user_data)
{
  SbChannel *self = SB_CHANNEL (user_data);

  self->unanswered++;
  if (self->unanswered == SILENT_UNANSWERED + 1)
    g_signal_emit (self, signals[SIGNAL_SILENT], 0, TRUE);
  if (self->unanswered > MAX_UNANSWERED)
    {
      g_autoptr(GError) error = g_error_new (SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CLOSED,
                                             "it has not answered for %u seconds", SB_WIRE_DEFAULT_LEASE);

      close_channel (self, error);
      return G_SOURCE_REMOVE;
    }

  /* A far end that takes nothing gets nothing more: it lives on as long as it hears of us at all. */
  if (sb_duplex_get_pending (self->duplex) == 0)
    sb_channel_send (self, SB_WIRE_PING, 0, 0, NULL, 0);

  return G_SOURCE_CONTINUE;
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  SbRequest *request = user_data;
  SbChannel *self = request->channel;
  GError *error = NULL;

  if (request->kill_on_cancel)
    {
      sb_channel_send_u32 (self, SB_WIRE_KILL, request->id, 9);
      return G_SOURCE_REMOVE;
    }

  g_cancellable_set_error_if_cancelled (cancellable, &error);
  sb_channel_return_error (self, request, error);

  return G_SOURCE_REMOVE;
}

static void
handshake_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  SbChannel *self = g_task_get_source_object (task);
  GError *error = NULL;

  self->greeting = sb_handshake_finish (result, &error);
  if (self->state == STATE_CLOSED)
    {
      g_clear_error (&error);
      g_task_return_error (task, new_closed_error (NULL));
      return;
    }
  if (self->greeting == NULL)
    {
      close_channel (self, error);
      g_task_return_error (task, error);
      return;
    }

  enter (self, STATE_OPEN);
  self->ping_id = g_timeout_add_seconds (PING_SECONDS, ping_cb, self);
  sb_duplex_start (self->duplex, data_cb, closed_cb, self);
  g_signal_emit (self, signals[SIGNAL_READY], 0);
  g_task_return_boolean (task, TRUE);
}

static void
sb_channel_dispose (GObject *object)
{
  SbChannel *self = SB_CHANNEL (object);

  g_clear_handle_id (&self->ping_id, g_source_remove);
  if (self->duplex != NULL && self->state != STATE_CLOSED)
    sb_duplex_close (self->duplex);
  if (self->duplex != NULL)
    sb_duplex_stop (self->duplex);
  self->state = STATE_CLOSED;
  g_hash_table_remove_all (self->requests);
  g_clear_object (&self->duplex);

  G_OBJECT_CLASS (sb_channel_parent_class)->dispose (object);
}

static void
sb_channel_finalize (GObject *object)
{
  SbChannel *self = SB_CHANNEL (object);

  g_clear_pointer (&self->requests, g_hash_table_unref);
  g_clear_pointer (&self->watches, sb_watches_free);
  g_clear_pointer (&self->exec_queue, sb_exec_queue_free);
  g_clear_pointer (&self->greeting, sb_greeting_free);
  g_clear_pointer (&self->decoder, g_free);

  G_OBJECT_CLASS (sb_channel_parent_class)->finalize (object);
}

static void
sb_channel_class_init (SbChannelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_channel_dispose;
  object_class->finalize = sb_channel_finalize;

  signals[SIGNAL_READY] = g_signal_new ("ready", SB_TYPE_CHANNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 0);
  signals[SIGNAL_FILE_CHANGED] = g_signal_new ("file-changed", SB_TYPE_CHANNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                               NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_UINT);
  signals[SIGNAL_SILENT] = g_signal_new ("silent", SB_TYPE_CHANNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  signals[SIGNAL_CLOSED] = g_signal_new ("closed", SB_TYPE_CHANNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
sb_channel_init (SbChannel *self)
{
  self->requests = g_hash_table_new_full (NULL, NULL, NULL, request_free);
  self->watches = sb_watches_new ();
  self->exec_queue = sb_exec_queue_new (MAX_RUNNING, MAX_WAITING);
  self->decoder = g_new0 (SbWireDecoder, 1);
  self->next_id = 1;
}

/* Private: for the other parts of the channel. */

SbWatches *
sb_channel_get_watches (SbChannel *self)
{
  return self->watches;
}

SbExecQueue *
sb_channel_get_exec_queue (SbChannel *self)
{
  return self->exec_queue;
}

void
sb_channel_emit_changed (SbChannel    *self,
                         const char   *path,
                         SbFileChange  change)
{
  g_signal_emit (self, signals[SIGNAL_FILE_CHANGED], 0, path, (guint) change);
}

/* What somebody does, as opposed to what is only looked at while it goes on by itself. */
static gboolean
is_use (SbWireType type)
{
  switch ((int) type)
    {
    case SB_WIRE_EXEC:
    case SB_WIRE_SPAWN:
    case SB_WIRE_DATA_IN:
    case SB_WIRE_WRITE:
    case SB_WIRE_REMOVE:
    case SB_WIRE_RENAME:
    case SB_WIRE_MKDIR:
    case SB_WIRE_PTY:
    case SB_WIRE_SIGNAL:
    case SB_WIRE_CONNECT:
    case SB_WIRE_SNAPSHOT:
    case SB_WIRE_RESTORE:
    case SB_WIRE_SEARCH:
      return TRUE;
    default:
      return FALSE;
    }
}

void
sb_channel_send (SbChannel    *self,
                 SbWireType    type,
                 guint8        flags,
                 guint32       id,
                 const guint8 *payload,
                 gsize         length)
{
  g_autoptr(GBytes) bytes = NULL;
  guint8 *frame = NULL;

  g_assert (length <= SB_WIRE_MAX_PAYLOAD);
  if (self->state != STATE_OPEN)
    return;

  if (is_use (type))
    self->last_use = g_get_monotonic_time ();
  frame = g_malloc (SB_WIRE_HEADER + length);
  sb_wire_write_header (frame, type, flags, id, (guint32) length);
  if (length > 0)
    memcpy (frame + SB_WIRE_HEADER, payload, length);
  bytes = g_bytes_new_take (frame, SB_WIRE_HEADER + length);
  sb_duplex_write (self->duplex, bytes);
}

/* For the many frames that hold one number. */
void
sb_channel_send_u32 (SbChannel  *self,
                     SbWireType  type,
                     guint32     id,
                     guint32     value)
{
  guint8 payload[4];
  SbWirePacker packer = { payload, sizeof payload, 0, false };

  sb_wire_put_u32 (&packer, value);
  sb_channel_send (self, type, 0, id, payload, packer.length);
}

/* FALSE: the task got its error. */
gboolean
sb_channel_check_open (SbChannel *self,
                       GTask     *task)
{
  if (g_task_return_error_if_cancelled (task))
    return FALSE;
  if (self->state == STATE_OPEN)
    return TRUE;

  g_task_return_error (task, new_closed_error (NULL));

  return FALSE;
}

SbRequest *
sb_channel_add_request (SbChannel          *self,
                        GTask              *task,
                        const char         *subject,
                        SbRequestFrameFunc  handle)
{
  SbRequest *request = g_new0 (SbRequest, 1);
  GCancellable *cancellable = task != NULL ? g_task_get_cancellable (task) : NULL;

  /* Ids go round after four thousand million requests; one that still waits is passed over. */
  do
    request->id = self->next_id++;
  while (request->id == 0 || g_hash_table_contains (self->requests, GUINT_TO_POINTER (request->id)));

  request->channel = self;
  request->task = task != NULL ? g_object_ref (task) : NULL;
  request->subject = subject != NULL ? g_utf8_make_valid (subject, -1) : NULL;
  request->handle = handle;
  g_hash_table_insert (self->requests, GUINT_TO_POINTER (request->id), request);

  if (cancellable != NULL)
    {
      g_task_set_check_cancellable (task, FALSE);
      request->cancel = g_cancellable_source_new (cancellable);
      g_source_set_callback (request->cancel, G_SOURCE_FUNC (cancelled_cb), request, NULL);
      g_source_attach (request->cancel, NULL);
    }

  return request;
}

/* Ends the request; the caller answers its task. (transfer full) */
GTask *
sb_channel_take_task (SbChannel *self,
                      SbRequest *request)
{
  GTask *task = g_steal_pointer (&request->task);

  g_hash_table_remove (self->requests, GUINT_TO_POINTER (request->id));

  return task;
}

void
sb_channel_return_error (SbChannel *self,
                         SbRequest *request,
                         GError    *error)
{
  g_autoptr(GTask) task = sb_channel_take_task (self, request);

  g_task_return_error (task, error);
}

/* What was asked for is there, and what comes under the same id from now on is for its owner. (transfer full) */
GTask *
sb_channel_hand_over (SbRequest          *request,
                      gpointer            owner,
                      SbRequestFrameFunc  handle)
{
  if (request->cancel != NULL)
    g_source_destroy (request->cancel);
  g_clear_pointer (&request->cancel, g_source_unref);
  request->owner = owner;
  request->handle = handle;
  request->kill_on_cancel = FALSE;

  return g_steal_pointer (&request->task);
}

/* For a request nobody waits for; what still comes under its id is ignored. */
void
sb_channel_drop_request (SbChannel *self,
                         guint32    id)
{
  g_hash_table_remove (self->requests, GUINT_TO_POINTER (id));
}

/**
 * sb_channel_new:
 * @duplex: the stream to sandbar-init, not started
 *
 * Our end of the channel. All its functions and callbacks belong to the thread of the default main context.
 *
 * Returns: (transfer full): a channel that is not open yet
 */
SbChannel *
sb_channel_new (SbDuplex *duplex)
{
  SbChannel *self = NULL;

  g_return_val_if_fail (SB_IS_DUPLEX (duplex), NULL);

  self = g_object_new (SB_TYPE_CHANNEL, NULL);
  self->duplex = g_object_ref (duplex);

  return self;
}

/**
 * sb_channel_open_async:
 * @self: a new channel
 * @timeout_ms: how long to wait for the greeting; 0: 10 s
 *
 * Starts the duplex and waits for the greeting. From then on the far end hears of us every few seconds; it ends when
 * that stops (its lease) or when the stream does.
 */
void
sb_channel_open_async (SbChannel           *self,
                       guint                timeout_ms,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  GTask *task = NULL;

  g_return_if_fail (SB_IS_CHANNEL (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_channel_open_async);
  if (self->state != STATE_NEW)
    {
      g_task_return_error (task, new_closed_error (NULL));
      g_object_unref (task);
      return;
    }

  enter (self, STATE_OPENING);
  sb_handshake_async (self->duplex, timeout_ms, cancellable, handshake_cb, task);
}

/**
 * sb_channel_open_finish:
 *
 * Returns: TRUE when the channel is open; otherwise it is closed for good
 */
gboolean
sb_channel_open_finish (SbChannel     *self,
                        GAsyncResult  *result,
                        GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * sb_channel_close:
 * @self: a channel
 *
 * Ends the sandbox with it: its PID 1 sees the end of the stream. What still waits fails with SB_CHANNEL_ERROR_CLOSED,
 * and "closed" is emitted before this returns.
 */
void
sb_channel_close (SbChannel *self)
{
  g_return_if_fail (SB_IS_CHANNEL (self));

  close_channel (self, NULL);
}

gboolean
sb_channel_is_open (SbChannel *self)
{
  g_return_val_if_fail (SB_IS_CHANNEL (self), FALSE);

  return self->state == STATE_OPEN;
}

/**
 * sb_channel_get_greeting:
 *
 * Returns: (transfer none) (nullable): what the far end said of itself; NULL before the channel opened
 */
const SbGreeting *
sb_channel_get_greeting (SbChannel *self)
{
  g_return_val_if_fail (SB_IS_CHANNEL (self), NULL);

  return self->greeting;
}

const char *
sb_channel_get_call (SbChannel *self,
                     guint32    id)
{
  SbRequest *request = NULL;

  g_return_val_if_fail (SB_IS_CHANNEL (self), NULL);

  request = g_hash_table_lookup (self->requests, GUINT_TO_POINTER (id));

  return request != NULL ? request->call : NULL;
}

const char *
sb_channel_get_title (SbChannel *self,
                      guint32    id)
{
  SbRequest *request = NULL;

  g_return_val_if_fail (SB_IS_CHANNEL (self), NULL);

  request = g_hash_table_lookup (self->requests, GUINT_TO_POINTER (id));

  return request != NULL ? request->title : NULL;
}

/**
 * sb_channel_get_last_use:
 *
 * Returns: when a command, a terminal, a tunnel or a change of files was last asked for or fed, monotonic µs; 0: never.
 *   Looking at files, counters and lists is no use: shells do it by themselves.
 */
gint64
sb_channel_get_last_use (SbChannel *self)
{
  g_return_val_if_fail (SB_IS_CHANNEL (self), 0);

  return self->last_use;
}
