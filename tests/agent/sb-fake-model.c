/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-fake-model.h"

#include "sb-json.h"

#include <libsoup/soup.h>
#include <string.h>

typedef struct
{
  guint  status;
  char  *type;
  char  *body;     /* nullable: nothing is answered */
  gboolean hangs;  /* the body is sent, and its end is not */
} Reply;

struct _SbFakeModel
{
  SoupServer *server;
  char       *url;
  char       *authorization;
  GQueue      replies;  /* of Reply */
  GPtrArray  *requests; /* of JsonObject */
  GPtrArray  *hanging;  /* of SoupServerMessage */
};

static void
reply_free (gpointer data)
{
  Reply *reply = data;

  g_free (reply->type);
  g_free (reply->body);
  g_free (reply);
}

static void
append_chunk (GString    *body,
              JsonObject *delta,
              const char *finish_reason)
{
  g_autoptr(JsonObject) chunk = json_object_new ();
  JsonObject *choice = json_object_new ();
  JsonArray *choices = json_array_new ();
  g_autofree char *json = NULL;

  json_object_set_object_member (choice, "delta", delta);
  json_object_set_int_member (choice, "index", 0);
  if (finish_reason != NULL)
    json_object_set_string_member (choice, "finish_reason", finish_reason);
  json_array_add_object_element (choices, choice);
  json_object_set_string_member (chunk, "object", "chat.completion.chunk");
  json_object_set_string_member (chunk, "model", "fake");
  json_object_set_array_member (chunk, "choices", choices);

  json = sb_json_object_to_string (chunk);
  g_string_append_printf (body, "data: %s\n\n", json);
}

static void
append_text (GString    *body,
             const char *text)
{
  JsonObject *delta = json_object_new ();

  json_object_set_string_member (delta, "content", text);
  append_chunk (body, delta, NULL);
}

static void
append_end (GString    *body,
            const char *finish_reason)
{
  append_chunk (body, json_object_new (), finish_reason);
  g_string_append (body, "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\n");
  g_string_append (body, "data: [DONE]\n\n");
}

static void
push (SbFakeModel *self,
      guint        status,
      const char  *type,
      char        *body,
      gboolean     hangs)
{
  Reply *reply = g_new0 (Reply, 1);

  reply->status = status;
  reply->type = g_strdup (type);
  reply->body = body;
  reply->hangs = hangs;
  g_queue_push_tail (&self->replies, reply);
}

static void
request_cb (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  SbFakeModel *self = user_data;
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  JsonObject *request = sb_json_parse_object (body->data, body->length, NULL);
  Reply *reply;

  g_assert_true (g_str_has_suffix (path, "/chat/completions"));
  g_assert_nonnull (request);
  g_ptr_array_add (self->requests, request);
  g_free (self->authorization);
  self->authorization = g_strdup (soup_message_headers_get_one (soup_server_message_get_request_headers (message),
                                                                "Authorization"));

  if (g_queue_is_empty (&self->replies))
    sb_fake_model_say (self, "Nothing more.");
  reply = g_queue_pop_head (&self->replies);

  soup_server_message_set_status (message, reply->status, NULL);
  soup_message_headers_set_content_type (headers, reply->type, NULL);
  if (reply->body == NULL)
    {
      g_ptr_array_add (self->hanging, g_object_ref (message));
      soup_server_message_pause (message);
    }
  else
    {
      SoupMessageBody *answer = soup_server_message_get_response_body (message);

      soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
      soup_message_body_append (answer, SOUP_MEMORY_COPY, reply->body, strlen (reply->body));
      if (!reply->hangs)
        soup_message_body_complete (answer);
    }

  reply_free (reply);
}

SbFakeModel *
sb_fake_model_new (void)
{
  SbFakeModel *self = g_new0 (SbFakeModel, 1);
  g_autoptr(GError) error = NULL;
  g_autoslist(GUri) uris = NULL;

  self->server = soup_server_new (NULL, NULL);
  self->requests = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  self->hanging = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->replies);
  soup_server_add_handler (self->server, NULL, request_cb, self, NULL);
  soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);

  uris = soup_server_get_uris (self->server);
  self->url = g_strdup_printf ("http://127.0.0.1:%d/v1", g_uri_get_port (uris->data));

  return self;
}

void
sb_fake_model_free (SbFakeModel *self)
{
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  g_queue_clear_full (&self->replies, reply_free);
  g_ptr_array_unref (self->requests);
  g_ptr_array_unref (self->hanging);
  g_free (self->authorization);
  g_free (self->url);
  g_free (self);
}

const char *
sb_fake_model_get_url (SbFakeModel *self)
{
  return self->url;
}

void
sb_fake_model_finish (SbFakeModel *self,
                      const char  *text,
                      const char  *finish_reason)
{
  GString *body = g_string_new (NULL);

  if (text[0] != '\0')
    append_text (body, text);
  append_end (body, finish_reason);
  push (self, 200, "text/event-stream", g_string_free (body, FALSE), FALSE);
}

void
sb_fake_model_say (SbFakeModel *self,
                   const char  *text)
{
  sb_fake_model_finish (self, text, "stop");
}

void
sb_fake_model_call (SbFakeModel *self,
                    const char  *call,
                    ...)
{
  GString *body = g_string_new (NULL);
  JsonArray *calls = json_array_new ();
  JsonObject *delta = json_object_new ();
  va_list args;

  va_start (args, call);
  for (const char *next = call; next != NULL; next = va_arg (args, const char *))
    {
      JsonObject *entry = json_object_new ();
      JsonObject *function = json_object_new ();
      g_auto(GStrv) parts = g_strsplit (next, " ", 2);

      json_object_set_int_member (entry, "index", json_array_get_length (calls));
      g_autofree char *id = g_strdup_printf ("%u", json_array_get_length (calls));

      json_object_set_string_member (entry, "id", id); /* as bad as servers are: the same id in every answer */
      json_object_set_string_member (entry, "type", "function");
      json_object_set_string_member (function, "name", parts[0]);
      json_object_set_string_member (function, "arguments", parts[1] != NULL ? parts[1] : "");
      json_object_set_object_member (entry, "function", function);
      json_array_add_object_element (calls, entry);
    }
  va_end (args);

  json_object_set_array_member (delta, "tool_calls", calls);
  append_chunk (body, delta, NULL);
  append_end (body, "tool_calls");
  push (self, 200, "text/event-stream", g_string_free (body, FALSE), FALSE);
}

void
sb_fake_model_cut (SbFakeModel *self,
                   const char  *text)
{
  GString *body = g_string_new (NULL);

  append_text (body, text);
  push (self, 200, "text/event-stream", g_string_free (body, FALSE), FALSE);
}

void
sb_fake_model_hang (SbFakeModel *self,
                    const char  *text)
{
  GString *body = text != NULL ? g_string_new (NULL) : NULL;

  if (body != NULL)
    append_text (body, text);
  push (self, 200, "text/event-stream", body != NULL ? g_string_free (body, FALSE) : NULL, TRUE);
}

void
sb_fake_model_fail (SbFakeModel *self,
                    guint        status,
                    const char  *type,
                    const char  *body)
{
  push (self, status, type, g_strdup (body), FALSE);
}

guint
sb_fake_model_get_n_requests (SbFakeModel *self)
{
  return self->requests->len;
}

JsonObject *
sb_fake_model_get_request (SbFakeModel *self,
                           guint        index)
{
  g_assert_cmpuint (index, <, self->requests->len);

  return g_ptr_array_index (self->requests, index);
}

const char *
sb_fake_model_get_authorization (SbFakeModel *self)
{
  return self->authorization;
}

const char *
sb_fake_model_get_content (SbFakeModel *self,
                           guint        request,
                           int          message)
{
  JsonArray *messages = sb_json_get_array (sb_fake_model_get_request (self, request), "messages");
  int index = message >= 0 ? message : (int) json_array_get_length (messages) + message;

  return sb_json_get_string (json_array_get_object_element (messages, index), "content");
}
