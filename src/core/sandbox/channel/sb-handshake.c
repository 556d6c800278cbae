/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-handshake.h"

#include <string.h>

#include "sb-channel.h"
#include "sb-wire-codec.h"

typedef struct
{
  /* owned */
  SbDuplex     *duplex;
  GSource      *timeout;
  GSource      *cancel;

  guint8        nonce[SB_WIRE_NONCE];
  SbWireDecoder decoder;
} Handshake;

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;

  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
handshake_free (gpointer data)
{
  Handshake *handshake = data;

  clear_source (&handshake->timeout);
  clear_source (&handshake->cancel);
  g_clear_object (&handshake->duplex);
  g_free (handshake);
}

/* The one place that finishes. The task was given to the duplex as its user data; here that reference ends. */
static void
finish (GTask      *task,
        SbGreeting *greeting,
        GError     *error)
{
  Handshake *handshake = g_task_get_task_data (task);

  sb_duplex_stop (handshake->duplex);
  clear_source (&handshake->timeout);
  clear_source (&handshake->cancel);
  if (greeting != NULL)
    g_task_return_pointer (task, greeting, (GDestroyNotify) sb_greeting_free);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

static void
refuse (GTask      *task,
        const char *message)
{
  finish (task, NULL, g_error_new_literal (SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_PROTOCOL, message));
}

static void
data_cb (SbDuplex     *duplex,
         const guint8 *data,
         gsize         length,
         gpointer      user_data)
{
  GTask *task = G_TASK (user_data);
  Handshake *handshake = g_task_get_task_data (task);
  g_autoptr(SbGreeting) greeting = NULL;
  GError *error = NULL;
  SbWireFrame frame;
  SbWireDecode decode = sb_wire_decoder_feed (&handshake->decoder, &data, &length, &frame);

  if (decode == SB_WIRE_DECODE_MORE)
    return;
  if (decode == SB_WIRE_DECODE_BROKEN || frame.type != SB_WIRE_GREETING || length != 0)
    {
      refuse (task, "What runs in the sandbox is not Sandbar's helper: it does not speak its protocol.");
      return;
    }

  greeting = sb_greeting_parse (frame.payload, frame.length, &error);
  if (greeting == NULL)
    finish (task, NULL, error);
  else if (memcmp (greeting->nonce, handshake->nonce, SB_WIRE_NONCE) != 0)
    refuse (task, "The greeting of the sandbox answers somebody else's question.");
  else
    finish (task, g_steal_pointer (&greeting), NULL);
}

static void
closed_cb (SbDuplex     *duplex,
           const GError *error,
           gpointer      user_data)
{
  finish (G_TASK (user_data), NULL,
          g_error_new (SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CLOSED, "The sandbox ended before it was ready%s%s.",
                       error != NULL ? ": " : "", error != NULL ? error->message : ""));
}

static gboolean
timeout_cb (gpointer user_data)
{
  finish (G_TASK (user_data), NULL,
          g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "The sandbox did not answer in time."));

  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  GError *error = NULL;

  g_cancellable_set_error_if_cancelled (cancellable, &error);
  finish (G_TASK (user_data), NULL, error);

  return G_SOURCE_REMOVE;
}

static void
send_hello (Handshake *handshake)
{
  guint8 frame[SB_WIRE_HEADER + 4 + SB_WIRE_NONCE];
  SbWirePacker packer = { frame, sizeof frame, SB_WIRE_HEADER, false };
  g_autoptr(GBytes) bytes = NULL;

  for (guint i = 0; i < SB_WIRE_NONCE; i++)
    handshake->nonce[i] = (guint8) g_random_int ();
  sb_wire_write_header (frame, SB_WIRE_HELLO, 0, 0, sizeof frame - SB_WIRE_HEADER);
  sb_wire_put_u32 (&packer, SB_WIRE_VERSION);
  sb_wire_put_bytes (&packer, handshake->nonce, SB_WIRE_NONCE);
  bytes = g_bytes_new (frame, sizeof frame);
  sb_duplex_write (handshake->duplex, bytes);
}

/**
 * sb_handshake_async:
 * @duplex: the stream to sandbar-init, not started
 * @timeout_ms: how long to wait; 0: 10 s
 *
 * Greets the far end and checks that it answers this very greeting.
 */
void
sb_handshake_async (SbDuplex            *duplex,
                    guint                timeout_ms,
                    GCancellable        *cancellable,
                    GAsyncReadyCallback  callback,
                    gpointer             user_data)
{
  Handshake *handshake = g_new0 (Handshake, 1);
  GTask *task = g_task_new (duplex, cancellable, callback, user_data);

  g_task_set_source_tag (task, sb_handshake_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, handshake, handshake_free);
  handshake->duplex = g_object_ref (duplex);

  handshake->timeout = g_timeout_source_new (timeout_ms != 0 ? timeout_ms : 10000);
  g_source_set_callback (handshake->timeout, timeout_cb, task, NULL);
  g_source_attach (handshake->timeout, NULL);
  if (cancellable != NULL)
    {
      handshake->cancel = g_cancellable_source_new (cancellable);
      g_source_set_callback (handshake->cancel, G_SOURCE_FUNC (cancelled_cb), task, NULL);
      g_source_attach (handshake->cancel, NULL);
    }

  send_hello (handshake);
  sb_duplex_start (duplex, data_cb, closed_cb, task);
}

/**
 * sb_handshake_finish:
 *
 * Returns: (transfer full): what the sandbox says of itself, or NULL with SB_CHANNEL_ERROR_CLOSED or _PROTOCOL,
 *   or %G_IO_ERROR_TIMED_OUT
 */
SbGreeting *
sb_handshake_finish (GAsyncResult  *result,
                     GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
