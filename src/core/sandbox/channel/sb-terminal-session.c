/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-terminal-session.h"

#include "sb-channel-private.h"

#define MAX_SIDE 4096
#define SIGNAL_KILL 9

typedef enum
{
  STATE_NEW,
  STATE_RUNNING,
  STATE_EXITED,
} State;

struct _SbTerminalSession
{
  GObject parent_instance;

  /* owned */
  SbChannel  *channel;
  GByteArray *input;      /* typed, and not sent yet */
  gulong      closed_id;

  State   state;
  guint32 id;             /* of the request */
  guint32 upload_window;  /* what may still be sent */
  guint32 window;         /* what the far end may still send */
  guint32 taken;          /* shown, and not given back yet */
};

enum
{
  SIGNAL_OUTPUT,
  SIGNAL_EXITED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbTerminalSession, sb_terminal_session, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

/* The one place where a session ends. */
static void
finish (SbTerminalSession *self,
        SbExecOutcome      outcome,
        int                value,
        const GError      *error)
{
  g_autoptr(SbTerminalSession) keep = g_object_ref (self);

  if (self->state == STATE_EXITED)
    return;

  self->state = STATE_EXITED;
  g_clear_signal_handler (&self->closed_id, self->channel);
  if (self->id != 0)
    sb_channel_drop_request (self->channel, self->id);
  g_byte_array_set_size (self->input, 0);
  g_signal_emit (self, signals[SIGNAL_EXITED], 0, (guint) outcome, value, error);
}

static void
send_input (SbTerminalSession *self)
{
  guint sent = 0;

  while (sent < self->input->len && self->upload_window > 0)
    {
      guint length = MIN (MIN (self->input->len - sent, self->upload_window), SB_WIRE_CHUNK);

      sb_channel_send (self->channel, SB_WIRE_DATA_IN, 0, self->id, self->input->data + sent, length);
      sent += length;
      self->upload_window -= length;
    }
  if (sent > 0)
    g_byte_array_remove_range (self->input, 0, sent);
}

static gboolean
handle_output (SbTerminalSession *self,
               const SbWireFrame *frame)
{
  g_autoptr(SbTerminalSession) keep = g_object_ref (self);
  g_autoptr(GBytes) bytes = NULL;

  if (frame->flags != 1 || frame->length > self->window)
    return FALSE;

  self->window -= frame->length;
  bytes = g_bytes_new (frame->payload, frame->length);
  g_signal_emit (self, signals[SIGNAL_OUTPUT], 0, bytes);

  return TRUE;
}

static gboolean
handle_credit (SbTerminalSession *self,
               const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  guint32 bytes = sb_wire_get_u32 (&unpacker);

  if (!sb_wire_get_end (&unpacker) || bytes > SB_WIRE_UPLOAD_WINDOW - self->upload_window)
    return FALSE;

  self->upload_window += bytes;
  send_input (self);

  return TRUE;
}

static gboolean
handle_exited (SbTerminalSession *self,
               const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  guint8 outcome = sb_wire_get_u8 (&unpacker);
  guint32 value = sb_wire_get_u32 (&unpacker);

  /* How long it ran, and how much it wrote: known here. */
  sb_wire_get_bytes (&unpacker, 3 * sizeof (guint64));
  if (!sb_wire_get_end (&unpacker) || outcome > SB_WIRE_OUTCOME_OUTPUT_LIMIT || value > 255)
    return FALSE;

  finish (self, (SbExecOutcome) outcome, (int) value, NULL);

  return TRUE;
}

static gboolean
handle_error (SbTerminalSession *self,
              const SbRequest   *request,
              const SbWireFrame *frame)
{
  g_autoptr(GError) error = sb_channel_read_error (request, frame);

  if (error == NULL)
    return FALSE;

  finish (self, SB_EXEC_EXITED, 0, error);

  return TRUE;
}

static gboolean
handle_frame (SbChannel         *channel,
              SbRequest         *request,
              const SbWireFrame *frame)
{
  SbTerminalSession *self = SB_TERMINAL_SESSION (request->owner);

  switch (frame->type)
    {
    case SB_WIRE_OUTPUT:
      return handle_output (self, frame);
    case SB_WIRE_CREDIT:
      return handle_credit (self, frame);
    case SB_WIRE_EXITED:
      return handle_exited (self, frame);
    case SB_WIRE_ERROR:
      return handle_error (self, request, frame);
    default:
      return FALSE;
    }
}

static void
fail_closed (SbTerminalSession *self,
             const GError      *reason)
{
  g_autoptr(GError) error = g_error_new (SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CLOSED, "The sandbox is gone%s%s.",
                                         reason != NULL ? ": " : "", reason != NULL ? reason->message : "");

  finish (self, SB_EXEC_EXITED, 0, error);
}

static void
closed_cb (SbTerminalSession *self,
           GError            *reason,
           SbChannel         *channel)
{
  fail_closed (self, reason);
}

static void
sb_terminal_session_dispose (GObject *object)
{
  SbTerminalSession *self = SB_TERMINAL_SESSION (object);

  if (self->channel != NULL)
    {
      g_clear_signal_handler (&self->closed_id, self->channel);
      if (self->state == STATE_RUNNING)
        {
          sb_channel_send_u32 (self->channel, SB_WIRE_KILL, self->id, SIGNAL_KILL);
          sb_channel_drop_request (self->channel, self->id);
        }
    }
  self->state = STATE_EXITED;
  g_clear_object (&self->channel);

  G_OBJECT_CLASS (sb_terminal_session_parent_class)->dispose (object);
}

static void
sb_terminal_session_finalize (GObject *object)
{
  g_byte_array_unref (SB_TERMINAL_SESSION (object)->input);

  G_OBJECT_CLASS (sb_terminal_session_parent_class)->finalize (object);
}

static void
sb_terminal_session_class_init (SbTerminalSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_terminal_session_dispose;
  object_class->finalize = sb_terminal_session_finalize;

  signals[SIGNAL_OUTPUT] = g_signal_new ("output", SB_TYPE_TERMINAL_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_BYTES);
  signals[SIGNAL_EXITED] = g_signal_new ("exited", SB_TYPE_TERMINAL_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 3, G_TYPE_UINT, G_TYPE_INT, G_TYPE_ERROR);
}

static void
sb_terminal_session_init (SbTerminalSession *self)
{
  self->input = g_byte_array_new ();
  self->upload_window = SB_WIRE_UPLOAD_WINDOW;
  self->window = SB_WIRE_OUTPUT_WINDOW;
}

/**
 * sb_terminal_session_new:
 * @channel: the sandbox
 *
 * Returns: (transfer full): a session that is not started: connect to its signals first. Letting go of a session that
 *   runs closes it.
 */
SbTerminalSession *
sb_terminal_session_new (SbChannel *channel)
{
  SbTerminalSession *self = NULL;

  g_return_val_if_fail (SB_IS_CHANNEL (channel), NULL);

  self = g_object_new (SB_TYPE_TERMINAL_SESSION, NULL);
  self->channel = g_object_ref (channel);

  return self;
}

/* bash is what people are used to, but not in every image. Its history would lie among the files of the agent. */
static void
put_command (SbWirePacker         *packer,
             const SbTerminalSpec *spec)
{
  static const char *const shell[] = {
    "/bin/sh", "-c", "export HISTFILE= PS1='$PWD \\$ '; command -v bash > /dev/null && exec bash; exec sh", NULL,
  };

  sb_wire_put_u32 (packer, CLAMP (spec->rows, 1, MAX_SIDE));
  sb_wire_put_u32 (packer, CLAMP (spec->columns, 1, MAX_SIDE));
  sb_wire_put_string (packer, spec->cwd != NULL ? spec->cwd : "");
  sb_channel_put_strv (packer, spec->argv != NULL && spec->argv[0] != NULL ? spec->argv : shell);
  sb_channel_put_strv (packer, spec->env);
}

/**
 * sb_terminal_session_start:
 * @self: a new session
 * @spec: (transfer none): what to run; copied
 *
 * Opens the terminal and starts the program on it. That it could not be started is told by "exited", perhaps before
 * this returns.
 */
void
sb_terminal_session_start (SbTerminalSession    *self,
                           const SbTerminalSpec *spec)
{
  g_autofree guint8 *payload = g_malloc (SB_WIRE_MAX_PAYLOAD);
  SbWirePacker packer = { payload, SB_WIRE_MAX_PAYLOAD, 0, false };
  SbRequest *request = NULL;

  g_return_if_fail (SB_IS_TERMINAL_SESSION (self));
  g_return_if_fail (spec != NULL);
  g_return_if_fail (self->state == STATE_NEW);

  if (!sb_channel_is_open (self->channel))
    {
      fail_closed (self, NULL);
      return;
    }

  put_command (&packer, spec);
  if (packer.overflow)
    {
      g_autoptr(GError) error = g_error_new_literal (SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT,
                                                     "The command is longer than 64 KiB.");

      finish (self, SB_EXEC_EXITED, 0, error);
      return;
    }

  self->state = STATE_RUNNING;
  self->closed_id = g_signal_connect_swapped (self->channel, "closed", G_CALLBACK (closed_cb), self);
  request = sb_channel_add_request (self->channel, NULL, spec->argv != NULL ? spec->argv[0] : "/bin/sh", handle_frame);
  request->owner = self;
  request->title = g_strdup (spec->title);
  self->id = request->id;
  sb_channel_send (self->channel, SB_WIRE_PTY, 0, self->id, payload, packer.length);
}

/**
 * sb_terminal_session_write:
 * @text: what is typed, as the terminal encodes it
 * @length: how much of it
 *
 * What the far end does not take yet waits here.
 *
 * Returns: FALSE when it was refused as a whole: the session is over, or more than SB_TERMINAL_MAX_INPUT waits
 */
gboolean
sb_terminal_session_write (SbTerminalSession *self,
                           const char        *text,
                           gsize              length)
{
  g_return_val_if_fail (SB_IS_TERMINAL_SESSION (self), FALSE);

  if (self->state != STATE_RUNNING || length > SB_TERMINAL_MAX_INPUT - self->input->len)
    return FALSE;

  g_byte_array_append (self->input, (const guint8 *) text, (guint) length);
  send_input (self);

  return TRUE;
}

/**
 * sb_terminal_session_resize:
 * @rows: at least 1
 * @columns: at least 1
 *
 * The programs on the terminal are told.
 */
void
sb_terminal_session_resize (SbTerminalSession *self,
                            guint              rows,
                            guint              columns)
{
  guint8 payload[8];
  SbWirePacker packer = { payload, sizeof payload, 0, false };

  g_return_if_fail (SB_IS_TERMINAL_SESSION (self));

  if (self->state != STATE_RUNNING)
    return;

  sb_wire_put_u32 (&packer, CLAMP (rows, 1, MAX_SIDE));
  sb_wire_put_u32 (&packer, CLAMP (columns, 1, MAX_SIDE));
  sb_channel_send (self->channel, SB_WIRE_RESIZE, 0, self->id, payload, packer.length);
}

/**
 * sb_terminal_session_take:
 * @bytes: of "output" that are dealt with
 *
 * Nothing more comes than was taken: at most 256 KiB are on their way. Whoever takes late is never flooded, and
 * nobody else on the channel waits for it.
 */
void
sb_terminal_session_take (SbTerminalSession *self,
                          gsize              bytes)
{
  g_return_if_fail (SB_IS_TERMINAL_SESSION (self));
  g_return_if_fail (bytes <= SB_WIRE_OUTPUT_WINDOW - self->window - self->taken);

  self->taken += (guint32) bytes;
  if (self->state != STATE_RUNNING || self->taken < SB_WIRE_OUTPUT_WINDOW / 4)
    return;

  sb_channel_send_u32 (self->channel, SB_WIRE_CREDIT, self->id, self->taken);
  self->window += self->taken;
  self->taken = 0;
}

/**
 * sb_terminal_session_close:
 *
 * Kills all that was started in the session. "exited" follows when that has happened, at once when it was not started.
 */
void
sb_terminal_session_close (SbTerminalSession *self)
{
  g_return_if_fail (SB_IS_TERMINAL_SESSION (self));

  if (self->state == STATE_RUNNING)
    sb_channel_send_u32 (self->channel, SB_WIRE_KILL, self->id, SIGNAL_KILL);
  else if (self->state == STATE_NEW)
    finish (self, SB_EXEC_SIGNALED, SIGNAL_KILL, NULL);
}

gboolean
sb_terminal_session_get_running (SbTerminalSession *self)
{
  g_return_val_if_fail (SB_IS_TERMINAL_SESSION (self), FALSE);

  return self->state == STATE_RUNNING;
}

/**
 * sb_terminal_session_get_id:
 *
 * Returns: what names the session in the list of processes; 0 before it was started
 */
guint32
sb_terminal_session_get_id (SbTerminalSession *self)
{
  g_return_val_if_fail (SB_IS_TERMINAL_SESSION (self), 0);

  return self->id;
}
