/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-llm-exchange.h"

#include "sb-id.h"
#include "sb-llm-decoder.h"
#include "sb-llm-error.h"
#include "sb-llm-http.h"
#include "sb-llm-retry.h"

#define BUFFER_SIZE (64 * 1024)
#define DRAIN_BUDGET (4 * G_TIME_SPAN_MILLISECOND)
#define MAX_DISCARDED (64 * 1024)

typedef enum
{
  STATE_NEW,
  STATE_SENDING,    /* no answer yet */
  STATE_READING,    /* the answer streams in */
  STATE_GRACE,      /* the answer is whole; usage and the end of the connection may follow */
  STATE_WAITING,    /* until the next try */
  STATE_FINISHED,   /* the caller has its result */
  STATE_DISCARDING, /* finished; the rest of the body is read so that the connection can be used again */
  N_STATES,
} ExchangeState;

/* What is left of the answer's body when the exchange has its result. */
typedef enum
{
  BODY_AT_END, /* nothing: the connection is free for the next request */
  BODY_OPEN,   /* perhaps only the end of the body; reading it frees the connection */
  BODY_LOST,   /* it broke, or is not to be waited for: the connection goes with it */
} BodyState;

struct _SbLlmExchange
{
  GObject             parent_instance;

  /* owned */
  SoupSession        *session;
  char               *url;
  char               *api_key;
  GBytes             *body;
  GTask              *task;
  SoupMessage        *message;
  GCancellable       *io; /* of this try */
  GInputStream       *stream;
  SbLlmDecoder       *decoder;
  GSource            *cancel_source;
  JsonArray          *retries;
  SbLlmResponse      *partial;
  guint8             *buffer;

  /* borrowed */
  const SbLlmProfile *profile;
  SbLlmDeltaFunc      delta_func;
  gpointer            delta_data;

  ExchangeState       state;
  SbLlmTiming         timing;
  gint64              started_at;
  gint64              first_delta_at;
  gint64              deadline;
  guint               timer_id;
  guint               n_retries;
  gsize               n_discarded;
  gboolean            has_bytes;
  gboolean            fresh_connection;
};

G_DEFINE_FINAL_TYPE (SbLlmExchange, sb_llm_exchange, G_TYPE_OBJECT)

static const gboolean legal[N_STATES][N_STATES] = {
  [STATE_NEW] = { [STATE_SENDING] = TRUE, [STATE_FINISHED] = TRUE },
  [STATE_SENDING] = { [STATE_READING] = TRUE, [STATE_WAITING] = TRUE, [STATE_FINISHED] = TRUE },
  [STATE_READING] = { [STATE_GRACE] = TRUE, [STATE_WAITING] = TRUE, [STATE_FINISHED] = TRUE },
  [STATE_GRACE] = { [STATE_FINISHED] = TRUE },
  [STATE_WAITING] = { [STATE_SENDING] = TRUE, [STATE_FINISHED] = TRUE },
  [STATE_FINISHED] = { [STATE_DISCARDING] = TRUE },
};

static void     read_more (SbLlmExchange *self);
static gboolean timer_cb  (gpointer       user_data);

static void
set_deadline (SbLlmExchange *self,
              guint          milliseconds)
{
  self->deadline = sb_clock_monotonic () + milliseconds * G_TIME_SPAN_MILLISECOND;
  g_clear_handle_id (&self->timer_id, g_source_remove);
  self->timer_id = g_timeout_add (milliseconds, timer_cb, self);
}

static void
enter (SbLlmExchange *self,
       ExchangeState  state)
{
  g_assert (legal[self->state][state]);

  self->state = state;
  if (state == STATE_SENDING)
    set_deadline (self, self->timing.first_byte_ms);
  else if (state == STATE_GRACE || state == STATE_DISCARDING)
    set_deadline (self, self->timing.grace_ms);
  else if (state == STATE_FINISHED)
    g_clear_handle_id (&self->timer_id, g_source_remove);
}

static gboolean
is_active (SbLlmExchange *self)
{
  return self->state < STATE_FINISHED;
}

/* A stream that is only let go of keeps its connection busy. One with a read in flight is closed when the
 * read returns. */
static void
drop_connection (SbLlmExchange *self)
{
  if (self->stream != NULL && !g_input_stream_has_pending (self->stream))
    g_input_stream_close_async (self->stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  else if (self->io != NULL)
    g_cancellable_cancel (self->io);
  g_clear_object (&self->stream);
}

/* Without it the next request, which may be sent in the callback, would need a connection of its own. */
static gboolean
is_read_to_end (SbLlmExchange *self)
{
  GPollableInputStream *pollable = NULL;
  guint8 rest[16]; /* libsoup's chunk reader refuses a buffer no longer than a line end */

  if (!G_IS_POLLABLE_INPUT_STREAM (self->stream))
    return FALSE;
  pollable = G_POLLABLE_INPUT_STREAM (self->stream);

  return g_pollable_input_stream_can_poll (pollable) &&
         g_pollable_input_stream_read_nonblocking (pollable, rest, sizeof rest, NULL, NULL) == 0;
}

static void
leave_body (SbLlmExchange *self,
            BodyState      body)
{
  if (self->stream == NULL || body == BODY_LOST)
    {
      drop_connection (self);
    }
  else if (body == BODY_AT_END || is_read_to_end (self))
    {
      g_input_stream_close (self->stream, NULL, NULL);
      g_clear_object (&self->stream);
    }
  else
    {
      enter (self, STATE_DISCARDING);
    }
}

static void
complete_response (SbLlmExchange *self,
                   SbLlmResponse *response)
{
  response->duration_us = sb_clock_monotonic () - self->started_at;
  if (self->first_delta_at != 0)
    response->first_token_us = self->first_delta_at - self->started_at;
  if (self->message != NULL)
    sb_llm_http_describe (self->message, response->raw);
  if (json_array_get_length (self->retries) > 0)
    json_object_set_array_member (response->raw, "retries", json_array_ref (self->retries));
}

/* The one way out: hands over the response, or the error with what came before it. */
static void
finish (SbLlmExchange *self,
        SbLlmResponse *response,
        GError        *error,
        BodyState      body)
{
  g_autoptr(GTask) task = g_steal_pointer (&self->task);
  gboolean has_output = self->decoder != NULL && sb_llm_decoder_has_output (self->decoder);

  enter (self, STATE_FINISHED);
  g_source_destroy (self->cancel_source);
  g_clear_pointer (&self->cancel_source, g_source_unref);
  if (response != NULL)
    complete_response (self, response);

  leave_body (self, body);

  if (error != NULL && has_output)
    self->partial = response;
  else if (error != NULL)
    sb_llm_response_free (response);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, response, (GDestroyNotify) sb_llm_response_free);
}

static void
finish_early (SbLlmExchange *self,
              GError        *error)
{
  SbLlmResponse *response = NULL;

  if (self->decoder != NULL)
    response = sb_llm_decoder_finish (self->decoder, TRUE, NULL);
  finish (self, response, error, BODY_LOST);
}

static void
wait_and_retry (SbLlmExchange *self,
                guint          status,
                const char    *reason,
                guint          delay_ms)
{
  JsonObject *retry = json_object_new ();

  json_object_set_int_member (retry, "status", status);
  json_object_set_string_member (retry, "reason", reason);
  json_object_set_int_member (retry, "delay_ms", delay_ms);
  json_array_add_object_element (self->retries, retry);

  self->n_retries++;
  drop_connection (self);
  g_clear_pointer (&self->decoder, sb_llm_decoder_free);
  g_clear_object (&self->message);
  enter (self, STATE_WAITING);
  set_deadline (self, delay_ms);
}

/* The body has ended: by itself, or because it was cut. */
static void
end_answer (SbLlmExchange *self,
            gboolean       cut,
            BodyState      body)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbLlmResponse) response = sb_llm_decoder_finish (self->decoder, cut, &error);
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);
  guint status = sb_llm_error_get_http_status (error);
  gboolean may_retry = error != NULL && self->n_retries < self->timing.max_retries &&
                       !sb_llm_decoder_has_output (self->decoder);
  guint delay_ms = 0;

  if (may_retry &&
      sb_llm_retry_get_delay (status, headers, self->n_retries, self->timing.backoff_ms, &delay_ms))
    {
      wait_and_retry (self, status, error->message, delay_ms);
      return;
    }

  finish (self, g_steal_pointer (&response), g_steal_pointer (&error), body);
}

static void
fail_connection (SbLlmExchange *self,
                 const GError  *error)
{
  /* A kept connection the server closed meanwhile: nothing was processed, and a new one will do. */
  if (!self->fresh_connection && self->n_retries < self->timing.max_retries &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      wait_and_retry (self, 0, error->message, 0);
      return;
    }

  finish_early (self, sb_llm_http_make_connection_error (self->message, self->profile, error));
}

static void
delta_cb (const SbLlmDelta *delta,
          gpointer          user_data)
{
  SbLlmExchange *self = user_data;

  if (!is_active (self))
    return;
  if (self->first_delta_at == 0)
    self->first_delta_at = sb_clock_monotonic ();
  if (self->delta_func != NULL)
    self->delta_func (delta, self->delta_data);
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  g_autoptr(SbLlmExchange) self = g_object_ref (SB_LLM_EXCHANGE (user_data));

  finish_early (self, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Stopped."));

  return G_SOURCE_REMOVE;
}

/* The first byte ends the long wait for a model that loads; from then on a stall is one. */
static void
note_progress (SbLlmExchange *self)
{
  if (!self->has_bytes)
    set_deadline (self, self->timing.stall_ms);
  else if (self->state == STATE_READING)
    self->deadline = sb_clock_monotonic () + self->timing.stall_ms * G_TIME_SPAN_MILLISECOND;
  self->has_bytes = TRUE;
}

/* Feeds what was read; FALSE when this was the end of the answer. */
static gboolean
take_bytes (SbLlmExchange *self,
            gsize          length)
{
  if (!sb_llm_decoder_feed (self->decoder, self->buffer, length))
    {
      end_answer (self, FALSE, BODY_OPEN);
      return FALSE;
    }
  if (self->state == STATE_READING && sb_llm_decoder_has_end (self->decoder))
    enter (self, STATE_GRACE);

  return TRUE;
}

/* Reads what is there already: servers send one token a packet, and a turn of the main loop for each is
 * most of its cost. At most 4 ms at a time, so that the window stays alive. FALSE when the answer has
 * ended. */
static gboolean
take_what_is_there (SbLlmExchange *self)
{
  gint64 until = sb_clock_monotonic () + DRAIN_BUDGET;
  GPollableInputStream *pollable = NULL;

  if (!G_IS_POLLABLE_INPUT_STREAM (self->stream))
    return TRUE;
  pollable = G_POLLABLE_INPUT_STREAM (self->stream);

  while (g_pollable_input_stream_can_poll (pollable) && sb_clock_monotonic () < until)
    {
      g_autoptr(GError) error = NULL;
      gssize length = 0;

      length = g_pollable_input_stream_read_nonblocking (pollable, self->buffer, BUFFER_SIZE, NULL, &error);
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        return TRUE;
      if (length <= 0)
        {
          end_answer (self, length < 0, length < 0 ? BODY_LOST : BODY_AT_END);
          return FALSE;
        }
      if (!take_bytes (self, length))
        return FALSE;
    }

  return TRUE;
}

static void
discard (SbLlmExchange *self,
         gssize         length)
{
  self->n_discarded += MAX (length, 0);
  if (length > 0 && self->n_discarded < MAX_DISCARDED && self->stream != NULL)
    {
      read_more (self);
      return;
    }

  g_clear_handle_id (&self->timer_id, g_source_remove);
  drop_connection (self);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(SbLlmExchange) self = user_data;
  g_autoptr(GError) error = NULL;
  gssize length = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (self->stream == NULL)
    g_input_stream_close_async (G_INPUT_STREAM (source), G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  else if (self->state == STATE_DISCARDING)
    discard (self, length);
  else if (length <= 0)
    end_answer (self, length < 0, length < 0 ? BODY_LOST : BODY_AT_END);
  else
    {
      note_progress (self);
      if ((take_bytes (self, length) && take_what_is_there (self)) || self->state == STATE_DISCARDING)
        read_more (self);
    }
}

static void
read_more (SbLlmExchange *self)
{
  g_input_stream_read_async (self->stream, self->buffer, BUFFER_SIZE, G_PRIORITY_DEFAULT, self->io, read_cb,
                             g_object_ref (self));
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(SbLlmExchange) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  guint status = 0;

  if (self->state != STATE_SENDING)
    {
      if (stream != NULL)
        g_input_stream_close_async (stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
      return;
    }
  if (stream == NULL)
    {
      fail_connection (self, error);
      return;
    }

  status = soup_message_get_status (self->message);
  self->stream = g_steal_pointer (&stream);
  if (status >= 300 && status < 400)
    {
      finish_early (self, sb_llm_http_make_redirect_error (self->message));
      return;
    }

  self->decoder = sb_llm_decoder_new (self->profile, status, sb_llm_http_get_content_type (self->message),
                                      delta_cb, self);
  enter (self, STATE_READING);
  read_more (self);
}

static void
network_event_cb (SbLlmExchange *self)
{
  self->fresh_connection = TRUE;
}

static void
send_request (SbLlmExchange *self)
{
  enter (self, STATE_SENDING);
  self->fresh_connection = FALSE;
  self->has_bytes = FALSE;

  g_clear_object (&self->message);
  g_clear_object (&self->io);
  self->io = g_cancellable_new ();
  self->message = sb_llm_http_message_new ("POST", self->url, self->api_key);
  soup_message_set_request_body_from_bytes (self->message, "application/json", self->body);
  g_signal_connect_object (self->message, "network-event", G_CALLBACK (network_event_cb), self,
                           G_CONNECT_SWAPPED);

  soup_session_send_async (self->session, self->message, G_PRIORITY_DEFAULT, self->io, sent_cb,
                           g_object_ref (self));
}

static void
time_out_answer (SbLlmExchange *self)
{
  GError *error = NULL;

  if (self->state == STATE_READING && soup_message_get_status (self->message) >= 400)
    {
      end_answer (self, TRUE, BODY_LOST);
      return;
    }

  if (self->has_bytes)
    error = sb_llm_error_new (SB_LLM_ERROR_TIMEOUT, NULL,
                              "The model server stopped in the middle of its answer.");
  else
    error = sb_llm_error_new (SB_LLM_ERROR_TIMEOUT, NULL, "The model server did not answer in %u seconds.",
                              (self->timing.first_byte_ms + 999) / 1000);
  finish_early (self, error);
}

static void
time_out (SbLlmExchange *self)
{
  switch (self->state)
    {
    case STATE_WAITING:
      send_request (self);
      break;
    case STATE_GRACE:
      end_answer (self, FALSE, BODY_LOST);
      break;
    case STATE_DISCARDING:
      drop_connection (self);
      break;
    case STATE_SENDING:
    case STATE_READING:
      time_out_answer (self);
      break;
    case STATE_NEW:
    case STATE_FINISHED:
    case N_STATES:
    default:
      g_assert_not_reached ();
    }
}

/* Each read only moves the deadline, which is cheaper than a new timer for each. */
static gboolean
timer_cb (gpointer user_data)
{
  g_autoptr(SbLlmExchange) self = g_object_ref (SB_LLM_EXCHANGE (user_data));
  gint64 left = self->deadline - sb_clock_monotonic ();

  self->timer_id = 0;
  if (left > G_TIME_SPAN_MILLISECOND)
    self->timer_id = g_timeout_add (left / G_TIME_SPAN_MILLISECOND, timer_cb, self);
  else
    time_out (self);

  return G_SOURCE_REMOVE;
}

static void
sb_llm_exchange_dispose (GObject *object)
{
  SbLlmExchange *self = SB_LLM_EXCHANGE (object);

  g_clear_handle_id (&self->timer_id, g_source_remove);
  g_clear_object (&self->session);
  g_clear_object (&self->task);
  g_clear_object (&self->message);
  g_clear_object (&self->io);
  g_clear_object (&self->stream);

  G_OBJECT_CLASS (sb_llm_exchange_parent_class)->dispose (object);
}

static void
sb_llm_exchange_finalize (GObject *object)
{
  SbLlmExchange *self = SB_LLM_EXCHANGE (object);

  g_free (self->url);
  g_free (self->api_key);
  g_bytes_unref (self->body);
  g_clear_pointer (&self->decoder, sb_llm_decoder_free);
  json_array_unref (self->retries);
  g_clear_pointer (&self->partial, sb_llm_response_free);
  g_free (self->buffer);

  G_OBJECT_CLASS (sb_llm_exchange_parent_class)->finalize (object);
}

static void
sb_llm_exchange_class_init (SbLlmExchangeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_llm_exchange_dispose;
  object_class->finalize = sb_llm_exchange_finalize;
}

static void
sb_llm_exchange_init (SbLlmExchange *self)
{
  self->retries = json_array_new ();
  self->buffer = g_malloc (BUFFER_SIZE);
}

/* profile: borrowed for the exchange's life. url: an http or https address. body: the JSON to send.
 * (transfer full) */
SbLlmExchange *
sb_llm_exchange_new (SoupSession        *session,
                     const SbLlmProfile *profile,
                     const SbLlmTiming  *timing,
                     const char         *url,
                     const char         *api_key,
                     GBytes             *body)
{
  SbLlmExchange *self = g_object_new (SB_TYPE_LLM_EXCHANGE, NULL);

  self->session = g_object_ref (session);
  self->profile = profile;
  self->timing = *timing;
  self->url = g_strdup (url);
  self->api_key = g_strdup (api_key);
  self->body = g_bytes_ref (body);

  return self;
}

/* Starts, once. The task is returned with an SbLlmResponse or an error, after the last delta; its
 * cancellable stops the exchange in the next turn of the main loop. delta_func may be NULL. */
void
sb_llm_exchange_start (SbLlmExchange  *self,
                       GTask          *task,
                       SbLlmDeltaFunc  delta_func,
                       gpointer        delta_data)
{
  GCancellable *cancellable = g_task_get_cancellable (task);

  self->task = g_object_ref (task);
  self->delta_func = delta_func;
  self->delta_data = delta_data;
  self->started_at = sb_clock_monotonic ();
  self->cancel_source = g_cancellable_source_new (cancellable);
  g_source_set_callback (self->cancel_source, G_SOURCE_FUNC (cancelled_cb), self, NULL);
  g_source_set_priority (self->cancel_source, G_PRIORITY_HIGH);
  g_source_attach (self->cancel_source, NULL);

  if (!g_cancellable_is_cancelled (cancellable))
    send_request (self);
}

/* After an error: what had come before it. (transfer full) (nullable) */
SbLlmResponse *
sb_llm_exchange_steal_partial (SbLlmExchange *self)
{
  return g_steal_pointer (&self->partial);
}
