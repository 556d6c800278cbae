/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mock-server.h"

#include <string.h>
#include <sys/socket.h>

struct _SbMockServer
{
  /* owned */
  SoupServer *server;
  char       *url;
  GPtrArray  *answers;     /* of borrowed SbMockAnswer */
  GPtrArray  *held;        /* of GIOStream */
  GHashTable *connections; /* "port" of the far end */
  char       *body;
  char       *authorization;

  guint       n_requests;
};

static void
write_raw (GIOStream  *connection,
           const char *bytes)
{
  GOutputStream *output = g_io_stream_get_output_stream (connection);

  g_output_stream_write_all (output, bytes, strlen (bytes), NULL, NULL, NULL);
}

static void
reset (GIOStream *connection)
{
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };
  g_autoptr(GIOStream) base = NULL;
  GSocket *socket = NULL;

  g_object_get (connection, "base-iostream", &base, NULL);
  socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (base));
  setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  g_io_stream_close (connection, NULL, NULL);
}

static void
next_request_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GIOStream) connection = user_data;
  g_autoptr(GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);

  g_io_stream_close (connection, NULL, NULL);
}

static gboolean
answer_raw_cb (gpointer user_data)
{
  SoupServerMessage *message = user_data;
  SbMockServer *self = g_object_get_data (G_OBJECT (message), "mock");
  const SbMockAnswer *answer = g_object_get_data (G_OBJECT (message), "answer");
  GIOStream *connection = soup_server_message_steal_connection (message);

  write_raw (connection, answer->body);
  if (answer->end == SB_MOCK_RESET)
    {
      /* A reset overtakes bytes that are still on their way. */
      g_usleep (20 * 1000);
      reset (connection);
    }
  else if (answer->end == SB_MOCK_CLOSE)
    g_io_stream_close (connection, NULL, NULL);
  else if (answer->end == SB_MOCK_DROP_NEXT)
    g_input_stream_read_bytes_async (g_io_stream_get_input_stream (connection), 65536, G_PRIORITY_DEFAULT,
                                     NULL, next_request_cb, g_object_ref (connection));
  g_ptr_array_add (self->held, connection);

  return G_SOURCE_REMOVE;
}

static void
answer_whole (SoupServerMessage  *message,
              const SbMockAnswer *answer)
{
  g_auto(GStrv) lines = g_strsplit (answer->headers != NULL ? answer->headers : "", "\n", -1);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_server_message_set_status (message, answer->status, NULL);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      char *colon = strstr (lines[i], ": ");

      g_assert_nonnull (colon);
      *colon = '\0';
      soup_message_headers_replace (headers, lines[i], colon + 2);
    }
  soup_server_message_set_response (message, answer->type, SOUP_MEMORY_COPY, answer->body,
                                    strlen (answer->body));
}

static void
request_cb (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  SbMockServer *self = user_data;
  GInetSocketAddress *address = G_INET_SOCKET_ADDRESS (soup_server_message_get_remote_address (message));
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const SbMockAnswer *answer = NULL;

  self->n_requests++;
  g_hash_table_add (self->connections, GUINT_TO_POINTER (g_inet_socket_address_get_port (address)));
  g_free (self->body);
  self->body = g_strndup (body->data, body->length);
  g_free (self->authorization);
  self->authorization = g_strdup (soup_message_headers_get_one (headers, "Authorization"));

  g_assert_cmpuint (self->answers->len, >, 0);
  answer = g_ptr_array_steal_index (self->answers, 0);
  if (answer->end == SB_MOCK_COMPLETE)
    {
      answer_whole (message, answer);
      return;
    }

  /* The connection cannot be taken from within the handler. */
  soup_server_message_pause (message);
  g_object_set_data (G_OBJECT (message), "mock", self);
  g_object_set_data (G_OBJECT (message), "answer", (gpointer) answer);
  g_idle_add_full (G_PRIORITY_DEFAULT, answer_raw_cb, g_object_ref (message), g_object_unref);
}

SbMockServer *
sb_mock_server_new (GTlsCertificate *certificate)
{
  SbMockServer *self = g_new0 (SbMockServer, 1);
  g_autoptr(GError) error = NULL;
  g_autoslist(GUri) uris = NULL;
  SoupServerListenOptions options = SOUP_SERVER_LISTEN_IPV4_ONLY;

  if (certificate != NULL)
    options |= SOUP_SERVER_LISTEN_HTTPS;
  self->answers = g_ptr_array_new ();
  self->held = g_ptr_array_new_with_free_func (g_object_unref);
  self->connections = g_hash_table_new (NULL, NULL);
  self->server = soup_server_new (NULL, NULL);
  if (certificate != NULL)
    soup_server_set_tls_certificate (self->server, certificate);
  soup_server_add_handler (self->server, NULL, request_cb, self, NULL);
  soup_server_listen_local (self->server, 0, options, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  self->url = g_strdup_printf ("%s://127.0.0.1:%d", certificate != NULL ? "https" : "http",
                               g_uri_get_port (uris->data));

  return self;
}

void
sb_mock_server_free (SbMockServer *self)
{
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  g_ptr_array_unref (self->answers);
  g_ptr_array_unref (self->held);
  g_hash_table_unref (self->connections);
  g_free (self->url);
  g_free (self->body);
  g_free (self->authorization);
  g_free (self);
}

void
sb_mock_server_push (SbMockServer       *self,
                     const SbMockAnswer *answer)
{
  g_ptr_array_add (self->answers, (gpointer) answer);
}

const char *
sb_mock_server_get_url (SbMockServer *self)
{
  return self->url;
}

guint
sb_mock_server_count_requests (SbMockServer *self)
{
  return self->n_requests;
}

guint
sb_mock_server_count_connections (SbMockServer *self)
{
  return g_hash_table_size (self->connections);
}

const char *
sb_mock_server_get_body (SbMockServer *self)
{
  return self->body;
}

const char *
sb_mock_server_get_authorization (SbMockServer *self)
{
  return self->authorization;
}
