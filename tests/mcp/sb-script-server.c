/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-script-server.h"

#include <stdlib.h>
#include <string.h>

#include "sb-test.h"

#define PIECE 65536

struct _SbScriptServer
{
  /* owned */
  GSocketService    *service;
  char              *origin;
  GPtrArray         *answers;  /* of Answer */
  GPtrArray         *heard;    /* of char* */
  GIOStream         *open;     /* nullable */
  GCancellable      *io;
};

typedef struct
{
  char     *request;
  GBytes   *bytes;
  gboolean  keep_open;
} Answer;

/* One connection, which brings one request. */
typedef struct
{
  SbScriptServer *server;
  GIOStream      *connection;
  GString        *text;
  char            piece[PIECE];
} Visit;

static void read_more (Visit *visit);

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_free (answer->request);
  g_bytes_unref (answer->bytes);
  g_free (answer);
}

static void
visit_free (Visit *visit)
{
  g_object_unref (visit->connection);
  g_string_free (visit->text, TRUE);
  g_free (visit);
}

static void
write_bytes (GIOStream  *connection,
             const char *bytes,
             gsize       length)
{
  g_output_stream_write_all (g_io_stream_get_output_stream (connection), bytes, length, NULL, NULL, NULL);
}

static void
write_text (GIOStream  *connection,
            const char *text)
{
  write_bytes (connection, text, strlen (text));
}

static gboolean
is_whole (GString *text)
{
  const char *end = strstr (text->str, "\r\n\r\n");
  const char *length = end != NULL ? strcasestr (text->str, "\r\nContent-Length:") : NULL;

  if (end == NULL)
    return FALSE;

  return length == NULL || length > end
         || strlen (end + 4) >= strtoul (length + strlen ("\r\nContent-Length:"), NULL, 10);
}

static void
answer_visit (Visit *visit)
{
  SbScriptServer *self = visit->server;
  gboolean keep_open = FALSE;
  gboolean found = FALSE;

  g_ptr_array_add (self->heard, g_strdup (visit->text->str));
  for (guint i = 0; i < self->answers->len && !found; i++)
    {
      Answer *answer = g_ptr_array_index (self->answers, i);

      found = g_str_has_prefix (visit->text->str, answer->request);
      if (!found)
        continue;
      write_bytes (visit->connection, g_bytes_get_data (answer->bytes, NULL), g_bytes_get_size (answer->bytes));
      keep_open = answer->keep_open;
      g_ptr_array_remove_index (self->answers, i);
    }
  if (!found)
    write_text (visit->connection, "HTTP/1.1 405 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  if (keep_open)
    g_set_object (&self->open, visit->connection);
  else
    g_io_stream_close (visit->connection, NULL, NULL);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Visit *visit = user_data;
  g_autoptr(GError) error = NULL;
  gssize length = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (length > 0)
    g_string_append_len (visit->text, visit->piece, length);
  if (length > 0 && !is_whole (visit->text))
    {
      read_more (visit);
      return;
    }

  if (length > 0)
    answer_visit (visit);
  visit_free (visit);
}

static void
read_more (Visit *visit)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (visit->connection), visit->piece, PIECE,
                             G_PRIORITY_DEFAULT, visit->server->io, read_cb, visit);
}

static gboolean
incoming_cb (GSocketService    *service,
             GSocketConnection *connection,
             GObject           *source,
             gpointer           user_data)
{
  Visit *visit = g_new0 (Visit, 1);

  visit->server = user_data;
  visit->connection = G_IO_STREAM (g_object_ref (connection));
  visit->text = g_string_new (NULL);
  read_more (visit);

  return TRUE;
}

SbScriptServer *
sb_script_server_new (void)
{
  SbScriptServer *self = g_new0 (SbScriptServer, 1);
  guint16 port = 0;

  self->service = g_socket_service_new ();
  self->answers = g_ptr_array_new_with_free_func (answer_free);
  self->heard = g_ptr_array_new_with_free_func (g_free);
  self->io = g_cancellable_new ();
  port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (self->service), NULL, NULL);
  self->origin = g_strdup_printf ("http://127.0.0.1:%u", port);
  g_signal_connect (self->service, "incoming", G_CALLBACK (incoming_cb), self);

  return self;
}

void
sb_script_server_free (SbScriptServer *self)
{
  g_signal_handlers_disconnect_by_data (self->service, self);
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_cancellable_cancel (self->io);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (self->service);
  g_object_unref (self->io);
  g_clear_object (&self->open);
  g_ptr_array_unref (self->answers);
  g_ptr_array_unref (self->heard);
  g_free (self->origin);
  g_free (self);
}

const char *
sb_script_server_get_origin (SbScriptServer *self)
{
  return self->origin;
}

void
sb_script_server_answer (SbScriptServer *self,
                         const char     *request,
                         const char     *text,
                         gboolean        keep_open)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

  sb_script_server_answer_bytes (self, request, bytes, keep_open);
}

void
sb_script_server_answer_bytes (SbScriptServer *self,
                               const char     *request,
                               GBytes         *bytes,
                               gboolean        keep_open)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->request = g_strdup (request);
  answer->bytes = g_bytes_ref (bytes);
  answer->keep_open = keep_open;
  g_ptr_array_add (self->answers, answer);
}

void
sb_script_server_say (SbScriptServer *self,
                      const char     *bytes,
                      gboolean        close)
{
  g_assert_nonnull (self->open);
  write_text (self->open, bytes);
  if (close)
    g_io_stream_close (self->open, NULL, NULL);
}

const char *
sb_script_server_wait (SbScriptServer *self,
                       guint           n)
{
  sb_test_wait_until (self->heard->len > n);

  return g_ptr_array_index (self->heard, n);
}
