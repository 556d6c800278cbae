/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-rehearsal.h"

#include <libsoup/soup.h>
#include <string.h>

#include "sb-id.h"
#include "sb-json.h"
#include "sb-llm-request.h"
#include "sb-rehearsal-script.h"

#define MODEL "rehearsal"
#define MODELS_PATH "/v1/models"
#define CHAT_PATH "/v1/chat/completions"
#define ARGUMENT_PIECE 24

struct _SbRehearsal
{
  GObject     parent_instance;

  /* owned */
  SoupServer *server;
  char       *base_url;

  guint       rate;
};

/* One answer on its way, event by event. */
typedef struct
{
  /* owned */
  SoupServerMessage *message;
  GQueue             events; /* of char *: JSON, or the end mark */
  char              *id;

  guint              interval_ms; /* 0: as fast as they are taken */
  guint              n_per_interval;
  guint              timer_id;
  guint              n_tokens;
} Answer;

G_DEFINE_FINAL_TYPE (SbRehearsal, sb_rehearsal, G_TYPE_OBJECT)

static void
answer_free (Answer *answer)
{
  g_clear_handle_id (&answer->timer_id, g_source_remove);
  g_signal_handlers_disconnect_by_data (answer->message, answer);
  g_queue_clear_full (&answer->events, g_free);
  g_object_unref (answer->message);
  g_free (answer->id);
  g_free (answer);
}

static void
push_chunk (Answer     *answer,
            JsonObject *delta,
            const char *finish_reason)
{
  g_autoptr(JsonObject) chunk = json_object_new ();
  JsonObject *choice = json_object_new ();
  JsonArray *choices = json_array_new ();

  json_object_set_string_member (chunk, "id", answer->id);
  json_object_set_string_member (chunk, "object", "chat.completion.chunk");
  json_object_set_int_member (chunk, "created", sb_clock_wall () / G_USEC_PER_SEC);
  json_object_set_string_member (chunk, "model", MODEL);
  json_object_set_int_member (choice, "index", 0);
  json_object_set_object_member (choice, "delta", delta);
  if (finish_reason != NULL)
    json_object_set_string_member (choice, "finish_reason", finish_reason);
  else
    json_object_set_null_member (choice, "finish_reason");
  json_array_add_object_element (choices, choice);
  json_object_set_array_member (chunk, "choices", choices);

  g_queue_push_tail (&answer->events, sb_json_object_to_string (chunk));
}

static void
push_text (Answer     *answer,
           const char *name,
           const char *text)
{
  JsonObject *delta = json_object_new ();

  json_object_set_string_member (delta, name, text);
  push_chunk (answer, delta, NULL);
  answer->n_tokens++;
}

/* Word by word, each with the space behind it. */
static void
push_words (Answer     *answer,
            const char *text)
{
  while (*text != '\0')
    {
      gsize length = strcspn (text, " \n");
      g_autofree char *word = NULL;

      length += strspn (text + length, " \n");
      word = g_strndup (text, length);
      push_text (answer, "content", word);
      text += length;
    }
}

static void
push_call (Answer     *answer,
           guint       index,
           const char *id,
           const char *name,
           const char *arguments)
{
  JsonObject *delta = json_object_new ();
  JsonObject *call = json_object_new ();
  JsonObject *function = json_object_new ();
  JsonArray *calls = json_array_new ();

  json_object_set_int_member (call, "index", index);
  if (id != NULL)
    {
      json_object_set_string_member (call, "id", id);
      json_object_set_string_member (call, "type", "function");
      json_object_set_string_member (function, "name", name);
    }
  json_object_set_string_member (function, "arguments", arguments);
  json_object_set_object_member (call, "function", function);
  json_array_add_object_element (calls, call);
  json_object_set_array_member (delta, "tool_calls", calls);
  push_chunk (answer, delta, NULL);
  answer->n_tokens++;
}

static void
push_calls (Answer    *answer,
            GPtrArray *calls)
{
  for (guint i = 0; i < calls->len; i++)
    {
      const SbLlmToolCall *call = g_ptr_array_index (calls, i);
      g_autofree char *id = sb_id_new ("call");
      const char *rest = call->arguments;

      push_call (answer, i, id, call->name, "");
      while (*rest != '\0')
        {
          const char *end = rest + MIN (strlen (rest), ARGUMENT_PIECE);
          g_autofree char *piece = NULL;

          while ((*end & 0xc0) == 0x80)
            end++;
          piece = g_strndup (rest, end - rest);
          push_call (answer, i, NULL, NULL, piece);
          rest = end;
        }
    }
}

/* A script reads no tokens; four bytes each is what most models make of English. */
static void
push_end (Answer     *answer,
          const char *finish_reason,
          gsize       request_size)
{
  g_autoptr(JsonObject) chunk = json_object_new ();
  JsonObject *usage = json_object_new ();

  push_chunk (answer, json_object_new (), finish_reason);

  json_object_set_int_member (usage, "prompt_tokens", request_size / 4);
  json_object_set_int_member (usage, "completion_tokens", answer->n_tokens);
  json_object_set_int_member (usage, "total_tokens", request_size / 4 + answer->n_tokens);
  json_object_set_string_member (chunk, "id", answer->id);
  json_object_set_string_member (chunk, "object", "chat.completion.chunk");
  json_object_set_string_member (chunk, "model", MODEL);
  json_object_set_array_member (chunk, "choices", json_array_new ());
  json_object_set_object_member (chunk, "usage", usage);
  g_queue_push_tail (&answer->events, sb_json_object_to_string (chunk));
  g_queue_push_tail (&answer->events, g_strdup ("[DONE]"));
}

static void
write_event (Answer *answer)
{
  SoupMessageBody *body = soup_server_message_get_response_body (answer->message);
  g_autofree char *event = g_queue_pop_head (&answer->events);
  char *line = NULL;

  if (event == NULL)
    {
      g_clear_handle_id (&answer->timer_id, g_source_remove);
      soup_message_body_complete (body);
    }
  else
    {
      line = g_strdup_printf ("data: %s\n\n", event);
      soup_message_body_append (body, SOUP_MEMORY_TAKE, line, strlen (line));
    }
  soup_server_message_unpause (answer->message);
}

static void
wrote_cb (Answer *answer)
{
  if (answer->interval_ms == 0)
    write_event (answer);
}

static gboolean
pace_cb (gpointer user_data)
{
  Answer *answer = user_data;

  for (guint i = 0; i < answer->n_per_interval && answer->timer_id != 0; i++)
    write_event (answer);

  return answer->timer_id != 0;
}

static void
finished_cb (Answer *answer)
{
  answer_free (answer);
}

static void
start_answer (SbRehearsal *self,
              Answer      *answer)
{
  SoupServerMessage *message = answer->message;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_content_type (headers, "text/event-stream", NULL);
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  g_signal_connect_swapped (message, "wrote-headers", G_CALLBACK (wrote_cb), answer);
  g_signal_connect_swapped (message, "wrote-chunk", G_CALLBACK (wrote_cb), answer);
  g_signal_connect_swapped (message, "finished", G_CALLBACK (finished_cb), answer);

  if (self->rate == 0)
    return;
  answer->interval_ms = MAX (1000 / self->rate, 10);
  answer->n_per_interval = MAX (self->rate * answer->interval_ms / 1000, 1);
  answer->timer_id = g_timeout_add (answer->interval_ms, pace_cb, answer);
}

static void
respond_json (SoupServerMessage *message,
              guint              status,
              const char        *json)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, json, strlen (json));
}

static void
models_cb (SoupServer        *server,
           SoupServerMessage *message,
           const char        *path,
           GHashTable        *query,
           gpointer           user_data)
{
  respond_json (message, SOUP_STATUS_OK,
                "{\"object\":\"list\",\"data\":[{\"id\":\"" MODEL "\",\"object\":\"model\",\"created\":0,"
                "\"owned_by\":\"sandbar\"}]}");
}

static void
chat_cb (SoupServer        *server,
         SoupServerMessage *message,
         const char        *path,
         GHashTable        *query,
         gpointer           user_data)
{
  SbRehearsal *self = user_data;
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr(JsonObject) request = NULL;
  g_autoptr(SbRehearsalTurn) turn = NULL;
  JsonArray *messages = NULL;
  Answer *answer = NULL;

  if (g_strcmp0 (soup_server_message_get_method (message), "POST") == 0 && body->data != NULL)
    request = sb_json_parse_object (body->data, body->length, NULL);
  messages = request != NULL ? sb_json_get_array (request, "messages") : NULL;
  if (messages == NULL)
    {
      respond_json (message, SOUP_STATUS_BAD_REQUEST,
                    "{\"error\":{\"message\":\"This is no chat completions request.\","
                    "\"type\":\"invalid_request_error\"}}");
      return;
    }

  turn = sb_rehearsal_script_next (messages, sb_json_get_array (request, "tools"));
  answer = g_new0 (Answer, 1);
  answer->message = g_object_ref (message);
  answer->id = sb_id_new ("chatcmpl");
  g_queue_init (&answer->events);
  push_text (answer, "role", "assistant");
  push_words (answer, turn->text);
  push_calls (answer, turn->calls);
  push_end (answer, turn->calls->len > 0 ? "tool_calls" : "stop", body->length);
  start_answer (self, answer);
}

static void
sb_rehearsal_dispose (GObject *object)
{
  SbRehearsal *self = SB_REHEARSAL (object);

  if (self->server != NULL)
    soup_server_disconnect (self->server);
  g_clear_object (&self->server);

  G_OBJECT_CLASS (sb_rehearsal_parent_class)->dispose (object);
}

static void
sb_rehearsal_finalize (GObject *object)
{
  SbRehearsal *self = SB_REHEARSAL (object);

  g_free (self->base_url);

  G_OBJECT_CLASS (sb_rehearsal_parent_class)->finalize (object);
}

static void
sb_rehearsal_class_init (SbRehearsalClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_rehearsal_dispose;
  object_class->finalize = sb_rehearsal_finalize;
}

static void
sb_rehearsal_init (SbRehearsal *self)
{
  self->server = soup_server_new ("server-header", "sandbar-rehearsal", NULL);
  soup_server_add_handler (self->server, MODELS_PATH, models_cb, self, NULL);
  soup_server_add_handler (self->server, CHAT_PATH, chat_cb, self, NULL);
}

/* Starts the server on a free port of 127.0.0.1, served from the thread-default main context. It answers
 * like any other OpenAI-compatible server, so nothing of the way to a model is bypassed. (transfer full) */
SbRehearsal *
sb_rehearsal_new (GError **error)
{
  g_autoptr(SbRehearsal) self = g_object_new (SB_TYPE_REHEARSAL, NULL);
  g_autoslist(GUri) uris = NULL;

  if (!soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, error))
    return NULL;

  uris = soup_server_get_uris (self->server);
  self->base_url = g_strdup_printf ("http://127.0.0.1:%d/v1", g_uri_get_port (uris->data));

  return g_steal_pointer (&self);
}

const char *
sb_rehearsal_get_base_url (SbRehearsal *self)
{
  g_return_val_if_fail (SB_IS_REHEARSAL (self), NULL);

  return self->base_url;
}

/* For later answers. */
void
sb_rehearsal_set_tokens_per_second (SbRehearsal *self,
                                    guint        rate)
{
  g_return_if_fail (SB_IS_REHEARSAL (self));

  self->rate = rate;
}
