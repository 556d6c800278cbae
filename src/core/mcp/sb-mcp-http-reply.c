/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-http-reply.h"

#include <string.h>
#include <sys/socket.h>

#include "sb-json.h"
#include "sb-mcp-http-listener.h"

/* Proxies and phones forget a silent connection after a minute or less. */
#define KEEPALIVE_S 15
#define KEEPALIVE ": keepalive\n\n"
/* A client that takes less than it is sent. */
#define PENDING_MAX (2 * (gsize) SB_JSON_MAX_SIZE)

typedef enum
{
  STATE_WAITING,
  STATE_STREAMING,
  STATE_ENDED,
  N_STATES,
} ReplyState;

struct _SbMcpHttpReply
{
  GObject parent_instance;

  /* owned */
  SoupServerMessage *message;
  GSource           *watch; /* nullable */

  /* borrowed */
  SbMcpHttpReplyFunc gone_func;
  gpointer           user_data;

  ReplyState state;
  guint      keepalive_id;
  gsize      pending; /* bytes that were not written yet */
  gboolean   is_over; /* libsoup is done with the message: it must not be touched */
};

G_DEFINE_FINAL_TYPE (SbMcpHttpReply, sb_mcp_http_reply, G_TYPE_OBJECT)

static const gboolean legal[N_STATES][N_STATES] = {
  [STATE_WAITING] = { [STATE_STREAMING] = TRUE, [STATE_ENDED] = TRUE },
  [STATE_STREAMING] = { [STATE_ENDED] = TRUE },
};

static void
enter (SbMcpHttpReply *self,
       ReplyState      state)
{
  g_assert (legal[self->state][state]);

  self->state = state;
}

static void
stop_watching (SbMcpHttpReply *self)
{
  if (self->watch != NULL)
    g_source_destroy (self->watch);
  g_clear_pointer (&self->watch, g_source_unref);
  g_clear_handle_id (&self->keepalive_id, g_source_remove);
}

static void
complete (SbMcpHttpReply *self)
{
  enter (self, STATE_ENDED);
  stop_watching (self);
  g_signal_handlers_disconnect_by_data (self->message, self);
  if (self->is_over)
    return;
  soup_message_body_complete (soup_server_message_get_response_body (self->message));
  soup_server_message_unpause (self->message);
}

static void
lose (SbMcpHttpReply *self)
{
  g_autoptr(SbMcpHttpReply) held = g_object_ref (self);
  SbMcpHttpReplyFunc gone_func = self->gone_func;

  if (self->state == STATE_ENDED)
    return;

  if (self->state == STATE_WAITING)
    soup_server_message_set_status (self->message, SOUP_STATUS_NO_CONTENT, NULL);
  complete (self);
  if (gone_func != NULL)
    gone_func (self, self->user_data);
}

static void
append (SbMcpHttpReply *self,
        char           *text)
{
  gsize length = strlen (text);

  if (self->pending + length > PENDING_MAX)
    {
      g_free (text);
      lose (self);
      return;
    }

  self->pending += length;
  soup_message_body_append (soup_server_message_get_response_body (self->message), SOUP_MEMORY_TAKE, text, length);
  soup_server_message_unpause (self->message);
}

static void
wrote_cb (SoupServerMessage *message,
          guint              length,
          gpointer           user_data)
{
  SbMcpHttpReply *self = user_data;

  self->pending -= MIN (self->pending, length);
}

static void
finished_cb (SoupServerMessage *message,
             gpointer           user_data)
{
  SbMcpHttpReply *self = user_data;

  self->is_over = TRUE;
  lose (self);
}

static gboolean
keepalive_cb (gpointer user_data)
{
  append (user_data, g_strdup (KEEPALIVE));

  return G_SOURCE_CONTINUE;
}

/* While an answer is awaited libsoup does not look at the connection; its end would go unnoticed. */
static gboolean
readable_cb (GSocket      *socket,
             GIOCondition  condition,
             gpointer      user_data)
{
  g_autoptr(SbMcpHttpReply) self = g_object_ref (SB_MCP_HTTP_REPLY (user_data));
  char byte = 0;
  gssize length = recv (g_socket_get_fd (socket), &byte, 1, MSG_PEEK | MSG_DONTWAIT);

  /* The next request came already: there is nothing to be learned from this connection. */
  if (length > 0)
    {
      g_clear_pointer (&self->watch, g_source_unref);
      return G_SOURCE_REMOVE;
    }
  if (length == 0 || (condition & (G_IO_HUP | G_IO_ERR)) != 0)
    lose (self);

  return G_SOURCE_CONTINUE;
}

static void
watch_connection (SbMcpHttpReply *self)
{
  GSocket *socket = sb_mcp_http_get_socket (self->message);

  if (socket == NULL)
    return;

  self->watch = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_callback (self->watch, G_SOURCE_FUNC (readable_cb), self, NULL);
  g_source_attach (self->watch, NULL);
}

static void
sb_mcp_http_reply_dispose (GObject *object)
{
  SbMcpHttpReply *self = SB_MCP_HTTP_REPLY (object);

  self->gone_func = NULL;
  lose (self);
  g_clear_object (&self->message);

  G_OBJECT_CLASS (sb_mcp_http_reply_parent_class)->dispose (object);
}

static void
sb_mcp_http_reply_class_init (SbMcpHttpReplyClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_mcp_http_reply_dispose;
}

static void
sb_mcp_http_reply_init (SbMcpHttpReply *self)
{
}

/**
 * sb_mcp_http_reply_new:
 * @message: from within its handler; paused until there is something to say
 *
 * Returns: (transfer full): a reply; letting go of it ends it
 */
SbMcpHttpReply *
sb_mcp_http_reply_new (SoupServerMessage  *message,
                       SbMcpHttpReplyFunc  gone_func,
                       gpointer            user_data)
{
  SbMcpHttpReply *self = g_object_new (SB_TYPE_MCP_HTTP_REPLY, NULL);

  self->message = g_object_ref (message);
  self->gone_func = gone_func;
  self->user_data = user_data;
  soup_server_message_pause (message);
  g_signal_connect (message, "finished", G_CALLBACK (finished_cb), self);
  watch_connection (self);

  return self;
}

/* body: (transfer full) (nullable): text */
void
sb_mcp_http_reply_whole (SbMcpHttpReply *self,
                         guint           status,
                         const char     *type,
                         char           *body)
{
  g_return_if_fail (self->state != STATE_STREAMING);

  if (self->state == STATE_ENDED)
    {
      g_free (body);
      return;
    }

  soup_server_message_set_status (self->message, status, NULL);
  if (body != NULL)
    soup_server_message_set_response (self->message, type, SOUP_MEMORY_TAKE, body, strlen (body));
  complete (self);
}

void
sb_mcp_http_reply_begin_stream (SbMcpHttpReply *self)
{
  SoupMessageHeaders *headers = NULL;

  if (self->state != STATE_WAITING)
    return;

  enter (self, STATE_STREAMING);
  headers = soup_server_message_get_response_headers (self->message);
  soup_server_message_set_status (self->message, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_content_type (headers, "text/event-stream", NULL);
  soup_message_headers_replace (headers, "Cache-Control", "no-cache, no-transform");
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (self->message), FALSE);
  g_signal_connect (self->message, "wrote-body-data", G_CALLBACK (wrote_cb), self);
  self->keepalive_id = g_timeout_add_seconds (KEEPALIVE_S, keepalive_cb, self);
  soup_server_message_unpause (self->message);
}

/* Before anything was said. */
void
sb_mcp_http_reply_set_header (SbMcpHttpReply *self,
                              const char     *name,
                              const char     *value)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (self->message), name, value);
}

gboolean
sb_mcp_http_reply_is_stream (SbMcpHttpReply *self)
{
  return self->state == STATE_STREAMING;
}

/* event, id: nullable; data: one line, which JSON always is */
void
sb_mcp_http_reply_event (SbMcpHttpReply *self,
                         const char     *event,
                         const char     *id,
                         const char     *data)
{
  if (self->state == STATE_STREAMING)
    append (self, g_strconcat (event != NULL ? "event: " : "", event != NULL ? event : "", event != NULL ? "\n" : "",
                               id != NULL ? "id: " : "", id != NULL ? id : "", id != NULL ? "\n" : "",
                               "data: ", data, "\n\n", NULL));
}

/* Ends the stream in order. */
void
sb_mcp_http_reply_end (SbMcpHttpReply *self)
{
  if (self->state == STATE_STREAMING)
    complete (self);
}
