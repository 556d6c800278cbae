/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-attach.h"

#include "sb-docker-answer.h"
#include "sb-docker-demux.h"
#include "sb-http-head.h"
#include "sb-http.h"

#define READ_SIZE (16 * 1024)
#define MAX_ERROR_BODY (64 * 1024)
#define DEMUX_KEY "sandbar-docker-demux"

typedef struct
{
  /* owned */
  GSocketConnection *connection;
  SbHttpHead        *head;
  GByteArray        *body; /* after the head: the error's text, or the first bytes of the stream */
  char              *request;

  /* borrowed: the client lives as long as the task */
  SbDockerTransport *transport;

  guint8 buffer[READ_SIZE];
} Attach;

static void read_more (GTask *task);

static void
attach_free (gpointer data)
{
  Attach *attach = data;

  g_clear_object (&attach->connection);
  sb_http_head_free (attach->head);
  g_byte_array_unref (attach->body);
  g_free (attach->request);
  g_free (attach);
}

static void
fail (GTask        *task,
      const GError *error)
{
  Attach *attach = g_task_get_task_data (task);

  g_task_return_error (task, sb_docker_transport_explain (attach->transport, error));
}

static void
hand_over (GTask *task)
{
  Attach *attach = g_task_get_task_data (task);
  g_autoptr(SbDuplex) duplex = sb_duplex_new_for_stream (G_IO_STREAM (attach->connection));
  g_autoptr(GBytes) early = g_bytes_new (attach->body->data, attach->body->len);
  SbDockerDemux *demux = sb_docker_demux_new ();

  sb_duplex_set_decoder (duplex, &sb_docker_demux_decoder, demux);
  g_object_set_data (G_OBJECT (duplex), DEMUX_KEY, demux);
  sb_duplex_push_back (duplex, early);
  g_task_return_pointer (task, g_steal_pointer (&duplex), g_object_unref);
}

static void
refuse (GTask *task)
{
  Attach *attach = g_task_get_task_data (task);
  g_autoptr(JsonNode) node = NULL;
  GError *error = NULL;

  node = sb_docker_answer_parse (sb_http_head_get_status (attach->head), (const char *) attach->body->data,
                                 attach->body->len, &error);
  if (error == NULL)
    error = g_error_new (SB_DOCKER_ERROR, SB_DOCKER_ERROR_PROTOCOL,
                         "The engine at %s does not hand over the container's stream (it answered %u).",
                         sb_docker_transport_get_host (attach->transport), sb_http_head_get_status (attach->head));
  g_task_return_error (task, error);
}

static gboolean
is_agreed (Attach *attach)
{
  guint status = sb_http_head_get_status (attach->head);

  return status == 101 || status == 200;
}

static gboolean
is_body_complete (Attach *attach)
{
  gint64 length = sb_http_head_get_content_length (attach->head);

  return attach->body->len >= MAX_ERROR_BODY || (length >= 0 && attach->body->len >= length);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  Attach *attach = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;
  gsize consumed = 0;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (n == 0 && !sb_http_head_is_complete (attach->head))
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CLOSED, "it closed the connection without an answer");
  if (n > 0)
    sb_http_head_feed (attach->head, attach->buffer, n, &consumed, &error);
  if (error != NULL)
    {
      fail (task, error);
      return;
    }

  g_byte_array_append (attach->body, attach->buffer + consumed, n - consumed);
  if (!sb_http_head_is_complete (attach->head))
    read_more (task);
  else if (is_agreed (attach))
    hand_over (task);
  else if (n == 0 || is_body_complete (attach))
    refuse (task);
  else
    read_more (task);
}

static void
read_more (GTask *task)
{
  Attach *attach = g_task_get_task_data (task);
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (attach->connection));

  g_input_stream_read_async (input, attach->buffer, READ_SIZE, G_PRIORITY_DEFAULT,
                             g_task_get_cancellable (task), read_cb, g_object_ref (task));
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  g_autoptr(GError) error = NULL;

  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    read_more (task);
  else
    fail (task, error);
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  Attach *attach = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;
  GOutputStream *output = NULL;

  attach->connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);
  if (attach->connection == NULL)
    {
      fail (task, error);
      return;
    }

  output = g_io_stream_get_output_stream (G_IO_STREAM (attach->connection));
  g_output_stream_write_all_async (output, attach->request, strlen (attach->request), G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), written_cb, g_object_ref (task));
}

/**
 * sb_docker_attach_async:
 * @transport: the way to the engine; lives until @callback
 * @target: path and query of the POST request
 * @json: (nullable): its body
 * @cancellable: (nullable): closes the connection
 * @callback: called when the engine has agreed or refused
 * @user_data: for it
 *
 * Asks for an upgrade to "tcp", as the Engine API describes for ContainerAttach ("Hijacking"). libsoup does
 * not hand out the connection of an upgraded request, so this speaks HTTP itself.
 */
void
sb_docker_attach_async (SbDockerTransport   *transport,
                        const char          *target,
                        const char          *json,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr(GSocketClient) client = sb_docker_transport_new_socket_client (transport);
  Attach *attach = g_new0 (Attach, 1);

  g_task_set_source_tag (task, sb_docker_attach_async);
  g_task_set_task_data (task, attach, attach_free);
  attach->head = sb_http_head_new ();
  attach->body = g_byte_array_new ();
  attach->transport = transport;
  attach->request = g_strdup_printf ("POST %s%s HTTP/1.1\r\nHost: localhost\r\n"
                                     "Connection: Upgrade\r\nUpgrade: tcp\r\n%sContent-Length: %zu\r\n\r\n%s",
                                     sb_docker_transport_get_prefix (transport), target,
                                     json != NULL ? "Content-Type: application/json\r\n" : "",
                                     json != NULL ? strlen (json) : 0, json != NULL ? json : "");
  g_socket_client_connect_async (client, sb_docker_transport_get_connectable (transport), cancellable, connected_cb,
                                 g_steal_pointer (&task));
}

/**
 * sb_docker_attach_finish:
 * @result: the result
 * @error: set to a %SB_DOCKER_ERROR
 *
 * Returns: (transfer full): a duplex that is not started: it passes on the container's standard output
 */
SbDuplex *
sb_docker_attach_finish (GAsyncResult  *result,
                         GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * sb_docker_attach_set_stderr_func:
 * @duplex: from sb_docker_attach_finish(), open
 * @func: (nullable): gets the container's standard error as it comes: hostile bytes
 */
void
sb_docker_attach_set_stderr_func (SbDuplex           *duplex,
                                  SbDockerStderrFunc  func,
                                  gpointer            user_data)
{
  SbDockerDemux *demux = g_object_get_data (G_OBJECT (duplex), DEMUX_KEY);

  g_return_if_fail (demux != NULL);

  sb_docker_demux_set_stderr_func (demux, func, user_data);
}
