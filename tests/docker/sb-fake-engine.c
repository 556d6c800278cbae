/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-fake-engine.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "sb-test.h"

#define PING "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK"

struct _SbFakeEngine
{
  GSocketService *service;
  GPtrArray      *peers;
  GBytes         *answer;
  GPtrArray      *answers; /* of Answer: each for one request */
  GString        *request;
  GPtrArray      *routes;   /* of Route */
  GPtrArray      *requests; /* of char *: first lines without the version */
  char           *ping;
  char           *directory;
  char           *path;
  char           *host;

  gsize    step;
  guint    n_requests;
  gboolean close_after;
  gboolean saw_end;
};

typedef struct
{
  char   *prefix;
  GBytes *bytes;
} Answer;

typedef struct
{
  char     *prefix;
  GBytes   *answer;
  gboolean  stays;
} Route;

typedef struct
{
  SbFakeEngine      *engine;
  Route             *route; /* nullable: the answer to all */
  GSocketConnection *connection;
  GCancellable      *cancellable;
  GString           *received;
  GBytes            *playing;
  gsize              played;
  gboolean           taken_over;
  guint8             buffer[8192];
} Peer;

static void peer_read (Peer *peer);
static void peer_play (Peer *peer);

static void
peer_free (gpointer data)
{
  Peer *peer = data;

  g_io_stream_close (G_IO_STREAM (peer->connection), NULL, NULL);
  g_object_unref (peer->connection);
  g_object_unref (peer->cancellable);
  g_string_free (peer->received, TRUE);
  g_clear_pointer (&peer->playing, g_bytes_unref);
  g_free (peer);
}

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_free (answer->prefix);
  g_bytes_unref (answer->bytes);
  g_free (answer);
}

static void
route_free (gpointer data)
{
  Route *route = data;

  g_bytes_unref (route->answer);
  g_free (route->prefix);
  g_free (route);
}

/* "GET /v1.41/info HTTP/1.1…" is "GET /info HTTP/1.1". */
static char *
dup_first_line (const char *request)
{
  g_autofree char *line = g_strndup (request, strcspn (request, "\r"));
  const char *version = strstr (line, " /v1.");
  const char *rest = version != NULL ? strchr (version + 2, '/') : NULL;

  return rest != NULL ? g_strdup_printf ("%.*s%s", (int) (version - line + 1), line, rest) : g_strdup (line);
}

/* (transfer full) (nullable) */
static GBytes *
take_answer (SbFakeEngine *self,
             const char   *line)
{
  for (guint i = 0; i < self->answers->len; i++)
    {
      Answer *answer = g_ptr_array_index (self->answers, i);

      if (g_str_has_prefix (line, answer->prefix))
        {
          GBytes *bytes = g_bytes_ref (answer->bytes);

          g_ptr_array_remove_index (self->answers, i);
          return bytes;
        }
    }

  return NULL;
}

static Route *
find_route (SbFakeEngine *self,
            const char   *line)
{
  for (guint i = 0; i < self->routes->len; i++)
    {
      Route *route = g_ptr_array_index (self->routes, i);

      if (g_str_has_prefix (line, route->prefix))
        return route;
    }

  return NULL;
}

static void
choose_answer (Peer *peer)
{
  SbFakeEngine *self = peer->engine;
  char *line = dup_first_line (peer->received->str);

  g_ptr_array_add (self->requests, line);
  self->n_requests++;
  g_string_assign (self->request, peer->received->str);
  g_clear_pointer (&peer->playing, g_bytes_unref);
  peer->playing = take_answer (self, line);
  peer->route = peer->playing == NULL ? find_route (self, line) : NULL;
  peer->taken_over = peer->playing == NULL && (peer->route != NULL || self->answer != NULL);
  if (peer->taken_over)
    peer->playing = g_bytes_ref (peer->route != NULL ? peer->route->answer : self->answer);
}

static gboolean
closes (Peer *peer)
{
  return peer->route != NULL ? !peer->route->stays : peer->engine->close_after;
}

static gboolean
take_request (Peer *peer)
{
  const char *end = strstr (peer->received->str, "\r\n\r\n");
  const char *length = strstr (peer->received->str, "Content-Length: ");
  gsize total = end != NULL ? (gsize) (end + 4 - peer->received->str) : G_MAXSIZE;

  if (end != NULL && length != NULL && length < end)
    total += atoi (length + strlen ("Content-Length: "));
  if (peer->received->len < total)
    return FALSE;

  if (g_str_has_prefix (peer->received->str, "GET /_ping"))
    {
      peer->playing = g_bytes_new (peer->engine->ping, strlen (peer->engine->ping));
    }
  else
    {
      choose_answer (peer);
    }
  g_string_truncate (peer->received, 0);
  peer->played = 0;

  return TRUE;
}

static void
played_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GError) error = NULL;
  gssize n = g_output_stream_write_finish (G_OUTPUT_STREAM (source), result, &error);
  Peer *peer = user_data;

  if (n < 0)
    return;
  peer->played += n;
  peer_play (peer);
}

static void
peer_play (Peer *peer)
{
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (peer->playing, &length);
  gsize n = length - peer->played;

  if (peer->taken_over && peer->engine->step > 0)
    n = MIN (n, peer->engine->step);
  if (n > 0)
    {
      g_output_stream_write_async (g_io_stream_get_output_stream (G_IO_STREAM (peer->connection)),
                                   data + peer->played, n, G_PRIORITY_DEFAULT, peer->cancellable, played_cb,
                                   peer);
      return;
    }

  if (peer->taken_over && closes (peer))
    {
      g_socket_shutdown (g_socket_connection_get_socket (peer->connection), FALSE, TRUE, NULL);
      return;
    }
  peer_read (peer);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(GError) error = NULL;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);
  Peer *peer = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (n <= 0)
    {
      peer->engine->saw_end |= peer->taken_over;
      return;
    }

  if (peer->taken_over)
    g_string_append_len (peer->engine->request, (const char *) peer->buffer, n);
  else
    g_string_append_len (peer->received, (const char *) peer->buffer, n);
  if (!peer->taken_over && take_request (peer) && peer->playing != NULL)
    peer_play (peer);
  else
    peer_read (peer);
}

static void
peer_read (Peer *peer)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (G_IO_STREAM (peer->connection)), peer->buffer,
                             sizeof peer->buffer, G_PRIORITY_DEFAULT, peer->cancellable, read_cb, peer);
}

static gboolean
incoming_cb (GSocketService    *service,
             GSocketConnection *connection,
             GObject           *source_object,
             gpointer           user_data)
{
  SbFakeEngine *self = user_data;
  Peer *peer = g_new0 (Peer, 1);

  peer->engine = self;
  peer->connection = g_object_ref (connection);
  peer->cancellable = g_cancellable_new ();
  peer->received = g_string_new (NULL);
  g_ptr_array_add (self->peers, peer);
  peer_read (peer);

  return TRUE;
}

SbFakeEngine *
sb_fake_engine_new (void)
{
  SbFakeEngine *self = g_new0 (SbFakeEngine, 1);
  g_autoptr(GSocketAddress) address = NULL;
  g_autoptr(GError) error = NULL;

  self->directory = sb_test_make_dir ();
  self->path = g_build_filename (self->directory, "engine.sock", NULL);
  self->host = g_strconcat ("unix://", self->path, NULL);
  self->request = g_string_new (NULL);
  self->ping = g_strdup (PING);
  self->peers = g_ptr_array_new ();
  self->answers = g_ptr_array_new_with_free_func (answer_free);
  self->routes = g_ptr_array_new_with_free_func (route_free);
  self->requests = g_ptr_array_new_with_free_func (g_free);
  self->service = g_socket_service_new ();
  address = g_unix_socket_address_new (self->path);
  g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (self->service, "incoming", G_CALLBACK (incoming_cb), self);

  return self;
}

void
sb_fake_engine_free (SbFakeEngine *self)
{
  sb_fake_engine_stop_listening (self);
  for (guint i = 0; i < self->peers->len; i++)
    g_cancellable_cancel (((Peer *) self->peers->pdata[i])->cancellable);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_ptr_array_set_free_func (self->peers, peer_free);
  g_ptr_array_unref (self->peers);
  g_ptr_array_unref (self->answers);
  g_clear_pointer (&self->answer, g_bytes_unref);
  g_string_free (self->request, TRUE);
  g_ptr_array_unref (self->routes);
  g_ptr_array_unref (self->requests);
  sb_test_remove_dir (self->directory);
  g_free (self->directory);
  g_free (self->path);
  g_free (self->host);
  g_free (self->ping);
  g_free (self);
}

const char *
sb_fake_engine_get_host (SbFakeEngine *self)
{
  return self->host;
}

void
sb_fake_engine_set_answer (SbFakeEngine *self,
                           const char   *bytes,
                           gssize        length,
                           gsize         step,
                           gboolean      close_after)
{
  g_clear_pointer (&self->answer, g_bytes_unref);
  if (bytes != NULL)
    self->answer = g_bytes_new (bytes, length >= 0 ? (gsize) length : strlen (bytes));
  self->step = step;
  self->close_after = close_after;
}

void
sb_fake_engine_add_answer (SbFakeEngine *self,
                           const char   *request,
                           const char   *status,
                           const char   *body)
{
  Answer *answer = g_new0 (Answer, 1);
  g_autofree char *text = g_strdup_printf ("HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
                                           "Content-Length: %zu\r\n\r\n%s", status, strlen (body), body);

  answer->prefix = g_strdup (request);
  answer->bytes = g_bytes_new (text, strlen (text));
  g_ptr_array_add (self->answers, answer);
}

void
sb_fake_engine_set_route (SbFakeEngine *self,
                          const char   *prefix,
                          const char   *bytes,
                          gboolean      stays)
{
  Route *route = g_new0 (Route, 1);

  /* Peers may still look at the old one. */
  for (guint i = 0; i < self->routes->len; i++)
    {
      Route *old = g_ptr_array_index (self->routes, i);

      if (g_str_equal (old->prefix, prefix))
        old->prefix[0] = '\1';
    }
  route->prefix = g_strdup (prefix);
  route->answer = g_bytes_new (bytes != NULL ? bytes : "", bytes != NULL ? strlen (bytes) : 0);
  route->stays = stays;
  if (bytes != NULL)
    g_ptr_array_add (self->routes, route);
  else
    route_free (route);
}

void
sb_fake_engine_play (SbFakeEngine *self,
                     const char   *prefix,
                     const char   *bytes)
{
  for (guint i = 0; i < self->peers->len; i++)
    {
      Peer *peer = g_ptr_array_index (self->peers, i);

      if (peer->route == NULL || !g_str_equal (peer->route->prefix, prefix))
        continue;
      g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (peer->connection)), bytes, strlen (bytes),
                                 NULL, NULL, NULL);
    }
}

guint
sb_fake_engine_count (SbFakeEngine *self,
                      const char   *prefix)
{
  guint n = 0;

  for (guint i = 0; i < self->requests->len; i++)
    n += g_str_has_prefix (g_ptr_array_index (self->requests, i), prefix);

  return n;
}

void
sb_fake_engine_set_ping (SbFakeEngine *self,
                         const char   *bytes)
{
  g_free (self->ping);
  self->ping = g_strdup (bytes);
}

const char *
sb_fake_engine_get_request (SbFakeEngine *self)
{
  return self->request->str;
}

guint
sb_fake_engine_get_n_requests (SbFakeEngine *self)
{
  return self->n_requests;
}

gboolean
sb_fake_engine_saw_end (SbFakeEngine *self)
{
  return self->saw_end;
}

void
sb_fake_engine_stop_listening (SbFakeEngine *self)
{
  if (self->service == NULL)
    return;

  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_clear_object (&self->service);
}
