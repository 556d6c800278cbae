/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-http-fetch.h"

/* One answer read whole, with a limit on its size and on the time to connect and to answer. */
typedef struct
{
  /* owned */
  SoupMessage   *message;
  GCancellable  *inner; /* cancelled by the caller's and by the timer */
  GOutputStream *sink;

  /* borrowed */
  GCancellable  *outer;

  gsize          max_bytes;
  guint          answer_ms;
  guint          timer_id;
  gulong         outer_id;
  gboolean       timed_out;
} Fetch;

static void
fetch_free (gpointer data)
{
  Fetch *fetch = data;

  g_clear_handle_id (&fetch->timer_id, g_source_remove);
  g_signal_handlers_disconnect_by_data (fetch->message, fetch);
  g_cancellable_disconnect (fetch->outer, fetch->outer_id);
  g_object_unref (fetch->message);
  g_object_unref (fetch->inner);
  g_clear_object (&fetch->outer);
  g_clear_object (&fetch->sink);
  g_free (fetch);
}

static gboolean
timer_cb (gpointer user_data)
{
  Fetch *fetch = user_data;

  fetch->timer_id = 0;
  fetch->timed_out = TRUE;
  g_cancellable_cancel (fetch->inner);

  return G_SOURCE_REMOVE;
}

static void
network_event_cb (SoupMessage        *message,
                  GSocketClientEvent  event,
                  GIOStream          *connection,
                  gpointer            user_data)
{
  Fetch *fetch = user_data;

  if (event != G_SOCKET_CLIENT_CONNECTED || fetch->timer_id == 0)
    return;

  g_source_remove (fetch->timer_id);
  fetch->timer_id = g_timeout_add (fetch->answer_ms, timer_cb, fetch);
}

static void
outer_cancelled_cb (GCancellable *outer,
                    gpointer      user_data)
{
  g_cancellable_cancel (user_data);
}

static void
return_error (GTask  *task,
              GError *error)
{
  Fetch *fetch = g_task_get_task_data (task);

  if (fetch->timed_out)
    {
      g_error_free (error);
      error = g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "The server did not answer in time.");
    }
  g_task_return_error (task, error);
}

static void read_more (GTask *task, GInputStream *stream);

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Fetch *fetch = g_task_get_task_data (task);
  GMemoryOutputStream *sink = G_MEMORY_OUTPUT_STREAM (fetch->sink);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  if (bytes == NULL)
    return_error (task, g_steal_pointer (&error));
  else if (g_bytes_get_size (bytes) == 0)
    {
      g_output_stream_close (fetch->sink, NULL, NULL);
      g_task_return_pointer (task, g_memory_output_stream_steal_as_bytes (sink),
                             (GDestroyNotify) g_bytes_unref);
    }
  else if (g_memory_output_stream_get_data_size (sink) + g_bytes_get_size (bytes) > fetch->max_bytes)
    {
      g_cancellable_cancel (fetch->inner);
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The server's answer is too large.");
    }
  else
    {
      g_output_stream_write_bytes (fetch->sink, bytes, NULL, NULL);
      read_more (task, G_INPUT_STREAM (source));
    }
}

static void
read_more (GTask        *task,
           GInputStream *stream)
{
  Fetch *fetch = g_task_get_task_data (task);

  g_input_stream_read_bytes_async (stream, 64 * 1024, G_PRIORITY_DEFAULT, fetch->inner, read_cb,
                                   g_object_ref (task));
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);

  if (stream == NULL)
    return_error (task, g_steal_pointer (&error));
  else
    read_more (task, stream);
}

/**
 * sb_http_fetch_async:
 * @connect_ms: until there is a connection
 * @answer_ms: from then until the last byte
 * @max_bytes: of the answer; a larger one is G_IO_ERROR_NO_SPACE
 *
 * Sends a message and reads its answer whole. Too slow is G_IO_ERROR_TIMED_OUT.
 */
void
sb_http_fetch_async (SoupSession         *session,
                     SoupMessage         *message,
                     guint                connect_ms,
                     guint                answer_ms,
                     gsize                max_bytes,
                     GCancellable        *cancellable,
                     GAsyncReadyCallback  callback,
                     gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (session, cancellable, callback, user_data);
  Fetch *fetch = g_new0 (Fetch, 1);

  g_task_set_source_tag (task, sb_http_fetch_async);
  g_task_set_task_data (task, fetch, fetch_free);
  fetch->message = g_object_ref (message);
  fetch->inner = g_cancellable_new ();
  fetch->sink = g_memory_output_stream_new_resizable ();
  fetch->max_bytes = max_bytes;
  fetch->answer_ms = answer_ms;
  fetch->timer_id = g_timeout_add (connect_ms, timer_cb, fetch);
  g_signal_connect (message, "network-event", G_CALLBACK (network_event_cb), fetch);
  if (cancellable != NULL)
    {
      fetch->outer = g_object_ref (cancellable);
      fetch->outer_id = g_cancellable_connect (cancellable, G_CALLBACK (outer_cancelled_cb),
                                               g_object_ref (fetch->inner), g_object_unref);
    }

  soup_session_send_async (session, message, G_PRIORITY_DEFAULT, fetch->inner, sent_cb, g_object_ref (task));
}

/**
 * sb_http_fetch_finish:
 *
 * Returns: (transfer full) (nullable): the body, whatever the status of the message
 */
GBytes *
sb_http_fetch_finish (SoupSession   *session,
                      GAsyncResult  *result,
                      GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, session), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
